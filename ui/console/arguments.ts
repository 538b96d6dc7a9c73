/** From a command's schema to what is typed: its keys in words, and a first draft of its arguments. Pure. */

import type { DescribedCommand } from '../types.ts';

export interface Key {
	readonly name: string;
	readonly type: string;
	readonly required: boolean;
}

interface Schema {
	readonly type?: string;
	readonly const?: unknown;
	readonly anyOf?: readonly Schema[];
	readonly items?: Schema;
	readonly properties?: Readonly<Record<string, Schema>>;
	readonly required?: readonly string[];
	readonly minimum?: number;
}

/** Values of keys that the page knows. */
export type Known = Readonly<Record<string, unknown>>;

export function keysOf({ request }: Pick<DescribedCommand, 'request'>): Key[] {
	return keysOfSchema(request as Schema);
}

export function answerKeysOf({ response }: Pick<DescribedCommand, 'response'>): Key[] {
	return response === null ? [] : keysOfSchema(response as Schema);
}

function keysOfSchema({ properties = {}, required = [] }: Schema): Key[] {
	return Object.entries(properties).map(([name, schema]) => ({ name, type: typeText(schema), required: required.includes(name) }));
}

function typeText({ type, const: literal, anyOf, items }: Schema): string {
	if (literal !== undefined) return JSON.stringify(literal);
	if (anyOf) return anyOf.map(typeText).join(' or ');
	if (items) return `list of ${typeText(items)}`;
	return type === 'integer' ? 'whole number' : (type ?? 'anything');
}

/** The required keys, with what the page knows or the plainest value of their type. */
export function draft({ request }: Pick<DescribedCommand, 'request'>, known: Known): Record<string, unknown> {
	const { properties = {}, required = [] } = request as Schema;
	return Object.fromEntries(required.map((name) => [name, valueFor(name, properties[name], known)]));
}

/** With one more key; undefined where the text is no JSON object. */
export function withKey(text: string, name: string, { request }: Pick<DescribedCommand, 'request'>, known: Known): string | undefined {
	const current = parseArguments(text);
	if (current === undefined) return undefined;
	if (Object.hasOwn(current, name)) return text;
	return JSON.stringify({ ...current, [name]: valueFor(name, (request as Schema).properties?.[name] ?? {}, known) }, undefined, 2);
}

/** Undefined where the text is no JSON object. Nothing is none. */
export function parseArguments(text: string): Record<string, unknown> | undefined {
	if (text.trim() === '') return {};
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
	} catch {
		return undefined;
	}
}

function valueFor(name: string, schema: Schema, known: Known): unknown {
	if (Object.hasOwn(known, name) && known[name] !== undefined) return known[name];
	return plainest(schema);
}

function plainest({ type, const: literal, anyOf, minimum = 0 }: Schema): unknown {
	if (literal !== undefined) return literal;
	if (anyOf) return plainest(anyOf[0]);
	if (type === 'boolean') return false;
	if (type === 'integer' || type === 'number') return Math.max(0, minimum);
	if (type === 'array') return [];
	return type === 'object' ? {} : '';
}
