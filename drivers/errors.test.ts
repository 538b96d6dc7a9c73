import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errorCodes, MicrojouleError, messageOf } from './errors.ts';

test('the page of errors lists every code with its status and meaning, and no other', () => {
	const page = readFileSync(new URL('../docs/reference/errors.md', import.meta.url), 'utf8');
	const rows = [...page.matchAll(/^\| `(\w+)` \| (\d+) \| (.*) \|$/gm)].map(([, code, status, brief]) => [code, { status: Number(status), brief }]);
	expect(Object.fromEntries(rows)).toEqual(errorCodes);
});

test('an error carries the status of its code', () => {
	expect(new MicrojouleError('PORT_BUSY', 'busy').status).toBe(409);
});

test('the message of anything thrown', () => {
	expect(messageOf(new Error('one'))).toBe('one');
	expect(messageOf('two')).toBe('two');
});
