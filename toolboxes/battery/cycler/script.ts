/**
 * The file that a script of steps is kept in, YAML or JSON, read once into SI. A step is written
 * `discharge: { current: 10 mA, time: 2 s }`; `docs/guides/battery.md` explains it to users.
 */

import { readFile } from 'node:fs/promises';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { parse } from 'yaml';
import { MicrojouleError, messageOf } from '../../../drivers/errors.ts';
import { parseQuantity } from '../../automation/budget/quantity.ts';
import { schemaProblem } from '../../automation/schema-problem.ts';
import { chargeOf } from '../life/quantities.ts';
import { type Control, checkScript, type OverallExits, type Script, type Step, type StepExits, type StepKind } from './step.ts';

const quantity = Type.Union([Type.String(), Type.Number()]);
const closed = { additionalProperties: false };
const phaseSchema = Type.Object(
	{
		current: Type.Optional(quantity),
		power: Type.Optional(quantity),
		resistance: Type.Optional(quantity),
		voltage: Type.Optional(quantity),
		time: Type.Optional(quantity),
		below: Type.Optional(quantity),
		above: Type.Optional(quantity),
		taper: Type.Optional(quantity),
		charge: Type.Optional(quantity),
	},
	closed,
);
const stepSchema = Type.Object(
	{ discharge: Type.Optional(phaseSchema), charge: Type.Optional(phaseSchema), rest: Type.Optional(quantity) },
	{ ...closed, minProperties: 1, maxProperties: 1 },
);
const limitsSchema = Type.Object(
	{ maxVoltage: Type.Optional(quantity), minVoltage: Type.Optional(quantity), maxCurrent: Type.Optional(quantity), maxTemperature: Type.Optional(Type.Number()) },
	closed,
);
const scriptSchema = Type.Object(
	{
		name: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
		steps: Type.Array(stepSchema, { minItems: 1, maxItems: 1000 }),
		cycles: Type.Optional(Type.Integer({ minimum: 1 })),
		until: Type.Optional(
			Type.Object(
				{ cutoff: Type.Optional(quantity), ocv: Type.Optional(quantity), charge: Type.Optional(quantity), iterations: Type.Optional(Type.Integer({ minimum: 1 })) },
				closed,
			),
		),
		limits: Type.Optional(limitsSchema),
	},
	closed,
);

/** Limits a script sets itself, V, A and °C. */
export interface ScriptLimits {
	readonly maxVoltageV?: number;
	readonly minVoltageV?: number;
	readonly maxCurrentA?: number;
	readonly maxTemperatureC?: number;
}

export interface ScriptFile {
	readonly name?: string;
	readonly script: Script;
	readonly limits: ScriptLimits;
}

/** NOT_FOUND; INVALID_VALUE with the place in the file. */
export async function readScript(file: string): Promise<ScriptFile> {
	let text: string;
	try {
		text = await readFile(file, 'utf8');
	} catch (error) {
		throw new MicrojouleError('NOT_FOUND', `The script ${file} cannot be read: ${messageOf(error)}`, { file }, error);
	}
	return parseScript(text, file);
}

export function parseScript(text: string, file = 'script.yaml'): ScriptFile {
	let content: unknown;
	try {
		content = parse(text);
	} catch (error) {
		throw new MicrojouleError('INVALID_VALUE', `${file} is no YAML: ${messageOf(error)}`, { file }, error);
	}
	if (!Value.Check(scriptSchema, content)) {
		const { place, message } = schemaProblem(scriptSchema, content);
		throw new MicrojouleError('INVALID_VALUE', `${file}: ${message}.`, { file, place });
	}
	const { name, steps, cycles, until = {}, limits = {} } = content;
	const at = (place: string) => `${file}: ${place}`;
	const read = (value: string | number | undefined, unit: string, place: string) => (value === undefined ? undefined : parseQuantity(value, unit, at(place)));
	const exits: OverallExits = {
		iterations: until.iterations ?? cycles,
		cutoffV: read(until.cutoff, 'V', 'until.cutoff'),
		openCircuitV: read(until.ocv, 'V', 'until.ocv'),
		chargeC: until.charge === undefined ? undefined : chargeOf(until.charge, at('until.charge')),
	};
	const script = { steps: steps.map((step, index) => stepOf(step, at(`steps[${index}]`))), until: exits };
	checkScript(script);
	return {
		name,
		script,
		limits: {
			maxVoltageV: read(limits.maxVoltage, 'V', 'limits.maxVoltage'),
			minVoltageV: read(limits.minVoltage, 'V', 'limits.minVoltage'),
			maxCurrentA: read(limits.maxCurrent, 'A', 'limits.maxCurrent'),
			maxTemperatureC: limits.maxTemperature,
		},
	};
}

function stepOf(step: Static<typeof stepSchema>, where: string): Step {
	if (step.rest !== undefined) return { kind: 'rest', exits: { durationS: parseQuantity(step.rest, 's', `${where}.rest`) } };
	const kind: StepKind = step.discharge ? 'discharge' : 'charge';
	const phase = step[kind] as Static<typeof phaseSchema>;
	const place = `${where}.${kind}`;
	const read = (key: keyof typeof phase, unit: string) => (phase[key] === undefined ? undefined : parseQuantity(phase[key], unit, `${place}.${key}`));
	const exits: StepExits = {
		durationS: read('time', 's'),
		belowV: read('below', 'V'),
		aboveV: read('above', 'V'),
		belowA: read('taper', 'A'),
		chargeC: phase.charge === undefined ? undefined : chargeOf(phase.charge, `${place}.charge`),
	};
	return { kind, control: controlOf(read, place), exits };
}

function controlOf(read: (key: 'current' | 'power' | 'resistance' | 'voltage', unit: string) => number | undefined, place: string): Control {
	const [currentA, powerW, resistanceOhm, voltageV] = [read('current', 'A'), read('power', 'W'), read('resistance', 'Ω'), read('voltage', 'V')];
	if (voltageV !== undefined && powerW === undefined && resistanceOhm === undefined) return { mode: 'voltage', voltageV, currentA };
	const named = Object.entries({ current: currentA, power: powerW, resistance: resistanceOhm }).filter(([, value]) => value !== undefined);
	if (named.length !== 1 || voltageV !== undefined)
		throw new MicrojouleError('INVALID_VALUE', `${place} must name one of current, power, resistance and voltage (voltage with a current as its limit).`, { place });
	if (currentA !== undefined) return { mode: 'current', currentA };
	if (powerW !== undefined) return { mode: 'power', powerW };
	return { mode: 'resistance', resistanceOhm: resistanceOhm as number };
}
