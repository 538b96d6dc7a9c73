/** Lines out of bytes, however they arrive, and whose they are. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foreignProtocol, LineSplitter } from './framing.ts';

/** What a splitter makes of pieces. */
function split(pieces: readonly Uint8Array[], maxBytes = 1000): (string | number)[] {
	const splitter = new LineSplitter(maxBytes);
	return pieces.flatMap((piece) => [...splitter.push(Buffer.from(piece))]);
}

describe('lines', () => {
	const line = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }).filter((text) => !/[\r\n]/.test(text));

	it('are the same in pieces of any length, with LF and CRLF, characters cut in two', () => {
		fc.assert(
			fc.property(fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n', '\n\n', '\r\n\r\n'))), fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (lines, sizes) => {
				const bytes = Buffer.from(lines.flat().join(''));
				const pieces: Buffer[] = [];
				for (let at = 0, n = 0; at < bytes.length; at += pieces[n++].length) pieces.push(bytes.subarray(at, at + sizes[n % sizes.length]));
				const wanted = lines.map(([text]) => text);
				expect(split(pieces)).toEqual(wanted);
				expect(split([bytes])).toEqual(wanted);
			}),
		);
	});

	it('may have so many bytes, and no more, wherever they are cut', () => {
		fc.assert(
			fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 30 }), (max, length, cut) => {
				const bytes = Buffer.from(`${'x'.repeat(length)}\n`);
				const [first] = split([bytes.subarray(0, cut), bytes.subarray(cut)], max);
				if (length <= max) expect(first).toBe('x'.repeat(length));
				else expect(first).toBeGreaterThan(max);
			}),
		);
	});
});

describe('a first line', () => {
	const token = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,20}$/);

	it('of HTTP is one, with any method and any address', () => {
		const address = fc.stringMatching(/^\/[\x21-\x7e]{0,30}$/);
		fc.assert(
			fc.property(token, address, (method, path) => {
				expect(foreignProtocol(`${method} ${path} HTTP/1.1`)).toBe('HTTP');
			}),
		);
		for (const text of ['GET /', 'PRI * HTTP/2.0', 'FOO /?{"type":"request"} HTTP/1.1']) expect(foreignProtocol(text), text).toBe('HTTP');
	});

	it.each([
		['TLS', [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x41]],
		['STUN', [0x00, 0x03, 0x00, 0x08, 0x21, 0x12, 0xa4, 0x42]],
		['SSH’s key exchange', [0x41, 0x00, 0x00, 0x05]],
	])('of %s is binary', (_name, bytes) => expect(foreignProtocol(Buffer.from(bytes).toString('utf8'))).toBe('binary'));

	it('of a script is none, whatever is in it', () => {
		fc.assert(
			fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom('', ' ', '\t', '\r'), (data, space) => {
				expect(foreignProtocol(`${space}${JSON.stringify({ type: 'request', cmd: 'arc_write_tx', data })}`)).toBeUndefined();
			}),
		);
		const tx = { type: 'request', cmd: 'arc_write_tx', data: { value: 'GET / HTTP/1.1\r\n\u0000' } };
		expect(foreignProtocol(JSON.stringify(tx))).toBeUndefined();
	});
});
