/** Drafts of arguments for a command's schema, and what is made of what somebody typed. */

import { describe, expect, it } from 'vitest';
import { draft, keysOf, parseArguments, withKey } from './arguments.ts';

/** As the engine describes it. */
const command = {
	request: {
		type: 'object',
		required: ['device_id', 'enable', 'rate', 'mode', 'list'],
		properties: {
			device_id: { type: 'string' },
			enable: { type: 'boolean' },
			rate: { type: 'integer', minimum: 1 },
			mode: { anyOf: [{ const: 'cutoff' }, { const: 'limit' }] },
			list: { type: 'array', items: { type: 'number' } },
			note: { type: 'string' },
		},
	},
};

describe('arguments of commands', () => {
	it('begin with the required keys, filled with what the page knows', () => {
		expect(draft(command, { device_id: 'arc-1', note: 'x' })).toEqual({ device_id: 'arc-1', enable: false, rate: 1, mode: 'cutoff', list: [] });
		expect(draft(command, { device_id: undefined })).toMatchObject({ device_id: '' });
	});

	it('are described in words', () => {
		expect(keysOf(command).map(({ name, type, required }) => `${name}${required ? '' : '?'}: ${type}`)).toEqual([
			'device_id: string',
			'enable: boolean',
			'rate: whole number',
			'mode: "cutoff" or "limit"',
			'list: list of number',
			'note?: string',
		]);
	});

	it('gain a key once; what cannot be read is left alone', () => {
		const added = withKey('{"device_id":"x"}', 'enable', command, {}) as string;
		expect(JSON.parse(added)).toEqual({ device_id: 'x', enable: false });
		expect(withKey(added, 'enable', command, {})).toBe(added);
		expect(withKey('{"device_id":', 'enable', command, {})).toBeUndefined();
	});

	it('are an object or nothing', () => {
		expect(parseArguments('  ')).toEqual({});
		expect(parseArguments('{"a":[1]}')).toEqual({ a: [1] });
		for (const text of ['[]', 'null', '1', '"a"', '{']) expect(parseArguments(text)).toBeUndefined();
	});
});
