/**
 * The budget file, YAML: what is measured, cut where, and how much it may use. Read once into SI; whatever is wrong with it is said with
 * its place in the file. `docs/guides/budgets.md` explains it to users.
 */

import { readFile } from 'node:fs/promises';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { parse } from 'yaml';
import { MicrojouleError, messageOf } from '../../../drivers/errors.ts';
import { models } from '../../../drivers/models.ts';
import { settingSpecs } from '../../../drivers/settings.ts';
import { schemaProblem } from '../schema-problem.ts';
import { parseQuantity, parseShare } from './quantity.ts';

/** What a phase can be judged by, with its unit. */
export const figures = { energy: 'J', charge: 'C', average: 'A', peak: 'A', duration: 's' } as const;
export type Figure = keyof typeof figures;
export const figureNames = Object.keys(figures) as Figure[];

const quantity = Type.Union([Type.String(), Type.Number()]);
const strict = { additionalProperties: false };

const momentSchema = Type.Object(
	{
		log: Type.Optional(Type.String({ minLength: 1 })),
		edge: Type.Optional(Type.String({ pattern: '^i[12]$' })),
		to: Type.Optional(Type.Union([Type.Literal('high'), Type.Literal('low')])),
		above: Type.Optional(quantity),
		below: Type.Optional(quantity),
		channel: Type.Optional(Type.String()),
		time: Type.Optional(quantity),
		count: Type.Optional(Type.Integer({ minimum: 1 })),
		plus: Type.Optional(quantity),
	},
	strict,
);
const boundSchema = Type.Object({ min: Type.Optional(quantity), max: Type.Optional(quantity) }, strict);
const perFigure = <T extends Parameters<typeof Type.Optional>[0]>(schema: T) =>
	Type.Partial(Type.Object({ energy: schema, charge: schema, average: schema, peak: schema, duration: schema }, strict), strict);
const phaseSchema = Type.Object(
	{
		name: Type.String({ minLength: 1 }),
		from: Type.Optional(momentSchema),
		to: Type.Optional(momentSchema),
		every: Type.Optional(Type.Boolean()),
		limits: Type.Optional(perFigure(boundSchema)),
		baseline: Type.Optional(perFigure(quantity)),
	},
	strict,
);
const budgetSchema = Type.Object(
	{
		name: Type.String({ minLength: 1 }),
		device: Type.Optional(Type.String({ minLength: 1 })),
		settings: Type.Optional(Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()]))),
		repetitions: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
		off: Type.Optional(quantity),
		wait: Type.Optional(momentSchema),
		stop: momentSchema,
		timeout: Type.Optional(quantity),
		phases: Type.Array(phaseSchema, { minItems: 1 }),
	},
	strict,
);

/** A moment of a recording: the `count`-th time that something happens at or after where the search begins, and `plusS` after that. */
export type Moment = (
	| { readonly kind: 'log'; readonly pattern: string }
	| { readonly kind: 'edge'; readonly channel: string; readonly level?: 0 | 1 }
	| { readonly kind: 'crossing'; readonly direction: 'above' | 'below'; readonly threshold: number; readonly channel: string }
	| { readonly kind: 'time'; readonly timeS: number }
) & { readonly count: number; readonly plusS: number };

export interface Limit {
	readonly figure: Figure;
	readonly min?: number;
	readonly max?: number;
}

/** How far a figure may lie above its baseline: by an amount, or by a share of it. */
export interface Tolerance {
	readonly figure: Figure;
	readonly absolute?: number;
	readonly share?: number;
}

export interface Phase {
	readonly name: string;
	/** Absent: the recording's start, or the moment of `stop`. */
	readonly from?: Moment;
	readonly to?: Moment;
	/** All of them, one after the other, and their mean; else the first. */
	readonly every: boolean;
	readonly limits: readonly Limit[];
	readonly tolerances: readonly Tolerance[];
}

export interface Budget {
	readonly name: string;
	/** Its name, id or serial number; absent: the only one. */
	readonly device?: string;
	/** As in the settings of the API. */
	readonly settings: Readonly<Record<string, string | number | boolean>>;
	readonly repetitions: number;
	/** How long the output is off before each repetition, s. */
	readonly offS: number;
	/** The recording begins here; absent: just before the output is switched on. */
	readonly wait?: Moment;
	readonly stop: Moment;
	/** How long each of `wait` and `stop` may take, s. */
	readonly timeoutS: number;
	readonly phases: readonly Phase[];
}

const defaults = { repetitions: 1, offS: 1, timeoutS: 60 };
/** The settings of every model; which values are allowed is the device's to say. */
const knownSettings = settingSpecs(models.ace.limits);

/** NOT_FOUND, INVALID_VALUE with the place in the file. */
export async function readBudget(file: string): Promise<Budget> {
	let text: string;
	try {
		text = await readFile(file, 'utf8');
	} catch (error) {
		throw new MicrojouleError('NOT_FOUND', `The budget ${file} cannot be read: ${messageOf(error)}`, { file }, error);
	}
	return parseBudget(text, file);
}

export function parseBudget(text: string, file = 'budget.yaml'): Budget {
	let content: unknown;
	try {
		content = parse(text);
	} catch (error) {
		throw new MicrojouleError('INVALID_VALUE', `${file} is no YAML: ${messageOf(error)}`, { file }, error);
	}
	if (!Value.Check(budgetSchema, content)) {
		const { place, message } = schemaProblem(budgetSchema, content);
		throw new MicrojouleError('INVALID_VALUE', `${file}: ${message}.`, { file, place });
	}
	return budgetOf(content, file);
}

function budgetOf(content: Static<typeof budgetSchema>, file: string): Budget {
	const at = (place: string) => `${file}: ${place}`;
	const seconds = (value: string | number | undefined, fallback: number, place: string) => {
		const s = value === undefined ? fallback : parseQuantity(value, 's', at(place));
		if (s >= 0) return s;
		throw new MicrojouleError('INVALID_VALUE', `${at(place)} is ${value}; it must not be negative.`, { place, value });
	};
	const names = new Set<string>();
	const phases = content.phases.map((phase, index): Phase => {
		const place = `phases[${index}]`;
		if (names.has(phase.name)) throw new MicrojouleError('INVALID_VALUE', `${at(place)}: two phases are called ${phase.name}; names must differ.`, { name: phase.name });
		names.add(phase.name);
		if (phase.every && !phase.from) throw new MicrojouleError('INVALID_VALUE', `${at(place)}: "every" needs a "from" that can happen again.`, { name: phase.name });
		return {
			name: phase.name,
			from: phase.from && momentOf(phase.from, at(`${place}.from`)),
			to: phase.to && momentOf(phase.to, at(`${place}.to`)),
			every: phase.every ?? false,
			limits: figureNames.flatMap((figure) => {
				const bound = phase.limits?.[figure];
				if (!bound) return [];
				const value = (key: 'min' | 'max') => (bound[key] === undefined ? undefined : parseQuantity(bound[key], figures[figure], at(`${place}.limits.${figure}.${key}`)));
				const [min, max] = [value('min'), value('max')];
				if (min === undefined && max === undefined) throw new MicrojouleError('INVALID_VALUE', `${at(`${place}.limits.${figure}`)} has neither min nor max.`, { figure });
				if (min !== undefined && max !== undefined && min > max)
					throw new MicrojouleError('INVALID_VALUE', `${at(`${place}.limits.${figure}`)}: min ${min} is above max ${max}.`, { figure, min, max });
				return [{ figure, min, max }];
			}),
			tolerances: figureNames.flatMap((figure): Tolerance[] => {
				const value = phase.baseline?.[figure];
				if (value === undefined) return [];
				const where = at(`${place}.baseline.${figure}`);
				return typeof value === 'string' && value.includes('%')
					? [{ figure, share: parseShare(value, where) }]
					: [{ figure, absolute: parseQuantity(value, figures[figure], where) }];
			}),
		};
	});
	return {
		name: content.name,
		device: content.device,
		settings: Object.fromEntries(Object.entries(content.settings ?? {}).map(([name, value]) => [name, settingValue(name, value, at(`settings.${name}`))])),
		repetitions: content.repetitions ?? defaults.repetitions,
		offS: seconds(content.off, defaults.offS, 'off'),
		wait: content.wait && momentOf(content.wait, at('wait')),
		stop: momentOf(content.stop, at('stop')),
		timeoutS: seconds(content.timeout, defaults.timeoutS, 'timeout'),
		phases,
	};
}

function settingValue(name: string, value: string | number | boolean, where: string): string | number | boolean {
	const spec = knownSettings.find((known) => known.name === name);
	if (!spec || name === 'main')
		throw new MicrojouleError(
			'INVALID_VALUE',
			`${where} is not a setting of a budget; those are ${knownSettings.flatMap((known) => (known.name === 'main' ? [] : known.name)).join(', ')}.`,
			{
				name,
			},
		);
	return spec.type === 'number' && typeof value === 'string' ? parseQuantity(value, spec.unit, where) : value;
}

function momentOf(value: Static<typeof momentSchema>, where: string): Moment {
	const { log, edge, above, below, time, channel = 'mc' } = value;
	const named = Object.entries({ log, edge, above, below, time }).filter(([, given]) => given !== undefined);
	if (named.length !== 1)
		throw new MicrojouleError('INVALID_VALUE', `${where} names ${named.map(([key]) => key).join(' and ') || 'nothing'}; it must name one of log, edge, above, below and time.`, {
			where,
		});
	if (value.to !== undefined && edge === undefined) throw new MicrojouleError('INVALID_VALUE', `${where}: "to: ${value.to}" belongs to an edge.`, { where });
	const common = { count: value.count ?? 1, plusS: value.plus === undefined ? 0 : parseQuantity(value.plus, 's', `${where}.plus`) };
	if (log !== undefined) return { kind: 'log', pattern: log, ...common };
	if (edge !== undefined) return { kind: 'edge', channel: edge, level: value.to === undefined ? undefined : value.to === 'high' ? 1 : 0, ...common };
	if (time !== undefined) return { kind: 'time', timeS: parseQuantity(time, 's', `${where}.time`), ...common };
	const unit = /v$|^s[pn]$/.test(channel) ? 'V' : /p$/.test(channel) && channel !== 'tp' ? 'W' : channel === 'tp' ? '°C' : 'A';
	return {
		kind: 'crossing',
		direction: above === undefined ? 'below' : 'above',
		threshold: parseQuantity((above ?? below) as string | number, unit, `${where}.${above === undefined ? 'below' : 'above'}`),
		channel,
		...common,
	};
}
