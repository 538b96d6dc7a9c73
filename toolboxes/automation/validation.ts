/**
 * Checks a request against its row, in the order that clients rely on: keys there, their types, what they name, their values. `null` counts as
 * absent, everywhere. Keys that are not known are ignored.
 */

import type { TSchema } from 'typebox';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Command } from './command.ts';
import type { ScriptingContext } from './context.ts';
import { schemaProblem } from './schema-problem.ts';
import { invalidValue, missingKey, ScriptingError } from './scripting-error.ts';

type Data = Readonly<Record<string, unknown>>;

/** Returns what the handler gets: known keys without nulls. */
export function validate(row: Command, given: unknown, context: ScriptingContext): Data {
	if (given !== undefined && given !== null && jsonType(given) !== 'Object') throw wrongType('data', 'Object', given);
	const all = (given ?? {}) as Data;
	const present = Object.entries(row.request.properties).filter(([key]) => all[key] !== undefined && all[key] !== null);
	for (const key of row.request.required ?? []) if (all[key] === undefined || all[key] === null) throw missingKey(key);
	for (const [key, schema] of present) {
		const types = typesOf(schema);
		if (types.length > 0 && !types.includes(jsonType(all[key]))) throw wrongType(key, types[0], all[key]);
	}
	const data = Object.fromEntries(present.map(([key]) => [key, all[key]]));
	if (typeof data.device_id === 'string') context.requireKnown(data.device_id, data.recording_id);
	if (typeof data.project_id === 'number') context.requireProject(data.project_id);
	if (typeof data.recording_id === 'number') context.requireRecording(data.recording_id);
	for (const [key, schema] of present) if (!Value.Check(schema, data[key])) throw invalidValue(key, data[key], refusal(key, data[key], schema));
	return data;
}

function wrongType(key: string, expected: string, value: unknown): ScriptingError {
	const received = jsonType(value);
	return new ScriptingError('Invalid key type', `${key} is of type ${received}; it must be ${expected}.`, { key, expected_type: expected, received_type: received });
}

/** The protocol's names of JSON's types. */
export function jsonType(value: unknown): string {
	if (value === null) return 'Null';
	if (Array.isArray(value)) return 'Array';
	const type = typeof value;
	return type.charAt(0).toUpperCase() + type.slice(1);
}

const labels: Readonly<Record<string, string>> = { string: 'String', number: 'Number', integer: 'Number', boolean: 'Boolean', object: 'Object', array: 'Array' };

/** The types that a key may have; none: any. */
export function typesOf(schema: TSchema): string[] {
	if (Type.IsUnion(schema)) return [...new Set(schema.anyOf.flatMap(typesOf))];
	if (Type.IsLiteral(schema)) return [jsonType(schema.const)];
	const { type } = schema as { type?: string };
	const label = type === undefined ? undefined : labels[type];
	return label === undefined ? [] : [label];
}

/** Of what is inside a list or an object, the place is named. */
function refusal(key: string, value: unknown, schema: TSchema): string {
	const { place, message } = schemaProblem(schema, value);
	return place === '' ? `${key} is ${JSON.stringify(value)}; it must be ${wanted(schema)}.` : `${key}.${message}.`;
}

function wanted(schema: TSchema): string {
	if (Type.IsUnion(schema)) return schema.anyOf.map(wanted).join(' or ');
	if (Type.IsLiteral(schema)) return JSON.stringify(schema.const);
	const { type, minimum, maximum, minItems, maxItems } = schema as { type?: string; minimum?: number; maximum?: number; minItems?: number; maxItems?: number };
	const kind = type === 'integer' ? 'a whole number' : type === 'number' ? 'a number' : type === 'array' ? 'a list' : `a ${type ?? 'value'}`;
	const [low, high] = [minimum ?? minItems, maximum ?? maxItems];
	return `${kind}${low !== undefined ? ` from ${low}` : ''}${high !== undefined ? ` up to ${high}` : ''}`;
}
