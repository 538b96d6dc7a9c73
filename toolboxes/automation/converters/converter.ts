/**
 * Log converters: how the lines of a foreign log become lines of a recording. A converter is a description and never code: a regular expression (RE2:
 * linear time whatever it says), how its time is written, and what its clock is held against. `docs/reference/log-converters.md` explains it to users.
 */

import { RE2JS } from 're2js';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { MicrojouleError, messageOf } from '../../../drivers/errors.ts';
import { schemaProblem } from '../schema-problem.ts';
import { compileTimeFormats, type TimeReader } from './time-format.ts';

const strict = { additionalProperties: false };

export const converterSchema = Type.Object(
	{
		brief: Type.Optional(Type.String()),
		line: Type.String({ minLength: 1, maxLength: 10_000 }),
		text: Type.Optional(Type.String({ minLength: 1, maxLength: 1000 })),
		time: Type.Object(
			{
				format: Type.Union([Type.String({ minLength: 1 }), Type.Array(Type.String({ minLength: 1 }), { minItems: 1, maxItems: 20 })]),
				zone: Type.Optional(Type.String({ pattern: '^(local|utc|[+-][0-9]{2}:?[0-9]{2})$' })),
			},
			strict,
		),
		align: Type.Union([Type.Literal('clock'), Type.Literal('first-line'), Type.Literal('start')]),
		others: Type.Optional(Type.Union([Type.Literal('skip'), Type.Literal('append')])),
	},
	strict,
);

export type ConverterText = Static<typeof converterSchema>;

export interface Converter {
	readonly name: string;
	/** For people: what a line must look like. */
	readonly pattern: string;
	/** `clock`: stamps are of the wall clock; `first-line`: the first line is the recording's start; `start`: stamps count from it already. */
	readonly align: ConverterText['align'];
	/** Whether a line that does not fit belongs to the one before. */
	readonly appends: boolean;
	/** Undefined for a line that does not fit. `time` is in s: since 1970 with `clock`, else since whatever the log counts from. */
	read(line: string): { readonly time: number; readonly text: string } | undefined;
}

/** `around`: ms since 1970, near the log's lines; gives a stamp without a year its year. INVALID_VALUE names what is wrong with the description, and where. */
export function compileConverter(name: string, content: unknown, around: number, where = name): Converter {
	const refuse = (problem: string, cause?: unknown): never => {
		throw new MicrojouleError('INVALID_VALUE', `The log converter ${where}: ${problem}.`, { name: 'converter' }, cause);
	};
	if (!Value.Check(converterSchema, content)) return refuse(schemaProblem(converterSchema, content).message);
	const { line, time, align, others } = content;
	let expression: RE2JS;
	try {
		expression = RE2JS.compile(line);
	} catch (error) {
		return refuse(`"line" is no regular expression of RE2: ${messageOf(error)}`, error);
	}
	const groups = Object.keys(expression.namedGroups());
	if (!groups.includes('time')) refuse('"line" has no group "time"; write (?P<time>…) around the time stamp');
	const parts = templateParts(content.text ?? (groups.includes('text') ? '{text}' : '{line}'));
	for (const { group } of parts)
		if (group !== undefined && group !== 'line' && !groups.includes(group)) refuse(`"text" names {${group}}; the groups of "line" are ${groups.join(', ')}`);
	const readTime: TimeReader = compileTimeFormats([time.format].flat(), { zone: time.zone ?? 'local', around }, refuse);
	return {
		name,
		pattern: line,
		align,
		appends: others === 'append',
		read(text) {
			const matcher = expression.matcher(text);
			if (!matcher.find()) return undefined;
			const stamp = matcher.group('time');
			const seconds = stamp === null ? undefined : readTime(stamp);
			if (seconds === undefined) return undefined;
			const value = (group: string) => (group === 'line' ? text : (matcher.group(group) ?? ''));
			return { time: seconds, text: parts.map(({ literal, group }) => (group === undefined ? literal : value(group))).join('') };
		},
	};
}

/** `{tag}: {text}` → a group, a literal, a group. `{{` is a brace. */
function templateParts(template: string): { readonly literal: string; readonly group?: string }[] {
	return [...template.matchAll(/\{\{|\{(\w+)\}|[^{]+|\{/g)].map(([literal, group]) => ({ literal: literal === '{{' ? '{' : literal, group }));
}
