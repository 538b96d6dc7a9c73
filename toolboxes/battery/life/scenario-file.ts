/**
 * A load as a file, YAML: weighted scenarios, each of phases, of a recording's selection or of a measured trace. Whatever is wrong with it is said with
 * its place. `docs/guides/battery.md` explains it to users. Who reads it says how recordings and traces are opened.
 */

import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { parse } from 'yaml';
import { MicrojouleError, messageOf } from '../../../drivers/errors.ts';
import { parseQuantity } from '../../automation/budget/quantity.ts';
import { schemaProblem } from '../../automation/schema-problem.ts';
import type { Load, Phase, SimpleLoad } from './load.ts';
import { currentOrPower, durationOf } from './quantities.ts';
import type { Waveform } from './waveform.ts';

const quantity = Type.Union([Type.String(), Type.Number()]);
const strict = { additionalProperties: false };
const optional = Type.Optional;

const phaseSchema = Type.Object(
	{
		name: Type.String({ minLength: 1 }),
		current: optional(quantity),
		power: optional(quantity),
		duration: quantity,
		peak: optional(quantity),
		peakDuration: optional(quantity),
	},
	strict,
);
const scenarioSchema = Type.Object(
	{
		name: Type.String({ minLength: 1 }),
		weight: optional(Type.Number()),
		perDay: optional(Type.Number()),
		phases: optional(Type.Array(phaseSchema, { minItems: 1 })),
		recording: optional(Type.String({ minLength: 1 })),
		device: optional(Type.String()),
		from: optional(quantity),
		to: optional(quantity),
		replay: optional(Type.String({ minLength: 1 })),
	},
	strict,
);
const fileSchema = Type.Object({ scenarios: Type.Array(scenarioSchema, { minItems: 1 }) }, strict);

/** Where a measured waveform is to be found: `recording` is PROJECT/RECORDING, `replay` a file. */
export interface WaveformSource {
	readonly recording?: string;
	readonly replay?: string;
	readonly device?: string;
	/** s. */
	readonly from?: number;
	readonly to?: number;
}

/** INVALID_VALUE with the place in the file; whatever `open` throws. */
export async function parseScenarios(text: string, file: string, open: (source: WaveformSource) => Promise<Waveform>): Promise<Load> {
	let content: unknown;
	try {
		content = parse(text);
	} catch (error) {
		throw new MicrojouleError('INVALID_VALUE', `${file} is no YAML: ${messageOf(error)}`, { file }, error);
	}
	if (!Value.Check(fileSchema, content)) {
		const { place, message } = schemaProblem(fileSchema, content);
		throw new MicrojouleError('INVALID_VALUE', `${file}: ${message}.`, { file, place });
	}
	const scenarios = [];
	for (const [i, scenario] of content.scenarios.entries()) {
		const { name, weight, perDay } = scenario;
		scenarios.push({ name, weight, perDay, load: await loadOf(scenario, `${file}: scenarios[${i}]`, open) });
	}
	return { scenarios };
}

async function loadOf(scenario: Static<typeof scenarioSchema>, where: string, open: (source: WaveformSource) => Promise<Waveform>): Promise<SimpleLoad> {
	const { phases, recording, replay, device, from, to } = scenario;
	const given = Object.entries({ phases, recording, replay }).filter(([, value]) => value !== undefined);
	if (given.length !== 1)
		throw new MicrojouleError('INVALID_VALUE', `${where} has ${given.map(([key]) => key).join(' and ') || 'no load'}; it must have one of phases, recording and replay.`, {
			where,
		});
	if (phases) return { phases: phases.map((phase, i) => phaseOf(phase, `${where}.phases[${i}]`)) };
	const seconds = (value: string | number | undefined, key: string) => (value === undefined ? undefined : parseQuantity(value, 's', `${where}.${key}`));
	return { waveform: await open({ recording, replay, device, from: seconds(from, 'from'), to: seconds(to, 'to') }) };
}

function phaseOf({ name, current, power, duration, peak, peakDuration }: Static<typeof phaseSchema>, where: string): Phase {
	return {
		name,
		durationS: durationOf(duration, `${where}.duration`),
		...(current === undefined ? {} : currentOrPower(current, `${where}.current`)),
		...(power === undefined ? {} : { powerW: parseQuantity(power, 'W', `${where}.power`) }),
		...(peak === undefined ? {} : { peakA: parseQuantity(peak, 'A', `${where}.peak`) }),
		...(peakDuration === undefined ? {} : { peakS: durationOf(peakDuration, `${where}.peakDuration`) }),
	};
}
