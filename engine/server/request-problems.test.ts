import { type TSchema, Type } from 'typebox';
import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { problemsInWords } from './request-problems.ts';

const closed = { additionalProperties: false };
const phases = Type.Object({ phases: Type.Array(Type.Object({ durationS: Type.Number({ exclusiveMinimum: 0 }) }, closed), { minItems: 1 }) }, closed);
const load = Type.Union([phases, Type.Object({ recording: Type.String() }, closed)]);
const schema = Type.Union([
	Type.Object({ mode: Type.Literal('off') }, closed),
	Type.Object(
		{
			mode: Type.Literal('on'),
			soc: Type.Optional(Type.Number({ maximum: 100 })),
			way: Type.Optional(Type.Union([Type.Literal('up'), Type.Literal('down'), Type.Literal('left')])),
			load: Type.Optional(Type.Union([load, Type.Object({ scenarios: Type.Array(load) }, closed)])),
		},
		closed,
	),
]);

const problems = (body: unknown, of: TSchema = schema) => problemsInWords(Value.Errors(of, body) as never, 'body');

describe('what is wrong with a body that may have several shapes', () => {
	it.each([
		[{ mode: 'on', soc: 101 }, 'soc must be <= 100'],
		[{ mode: 'on', soc: '5', x: 1 }, 'x is not a known key; soc must be number'],
		[{ mode: 'off', soc: 5 }, 'soc is not a known key'],
		[{ mode: 'neither' }, 'mode must be "off" or "on"'],
		[{}, 'body must have required properties mode'],
		[[], 'body must be object'],
		[{ mode: 'on', way: 'in' }, 'way must be "up" or "down" or "left"'],
		[{ mode: 'on', load: { phases: [{ durationS: 0 }] } }, 'load.phases.0.durationS must be > 0'],
	])('%j: %s', (body, words) => {
		expect(problems(body)).toBe(words);
	});

	it('is told as it is where there is one shape', () => {
		expect(problems({ phases: 5, more: true }, phases)).toBe('more is not a known key; phases must be array');
	});
});
