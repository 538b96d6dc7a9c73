import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LogLine } from '../../../engine/project/user-log.ts';
import { builtIn } from './built-in.ts';
import { findConverter } from './catalogue.ts';
import { convertLog } from './convert.ts';

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'microjoule-converters-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The recording's start: a second before midnight at the end of a year, by this computer's clock. */
const start = new Date(2025, 11, 31, 23, 59, 59).getTime();

async function converted(converter: string, text: string, own?: string): Promise<LogLine[]> {
	const file = join(folder, 'some.log');
	writeFileSync(file, text);
	const result: LogLine[] = [];
	for await (const batch of convertLog(file, await findConverter(converter, own, start), start)) result.push(...batch);
	return result;
}

function own(name: string, text: string): string {
	const made = join(folder, 'log-converters');
	mkdirSync(made, { recursive: true });
	writeFileSync(join(made, name), text);
	return made;
}

const times = (lines: readonly LogLine[]) => lines.map(({ time }) => Math.round(time * 1e6) / 1e6);
const texts = (lines: readonly LogLine[]) => lines.map(({ text }) => text);

describe('logcat', () => {
	it.each([
		['threadtime', '12-31 23:59:59.500  1234  5678 I WifiService: scan'],
		['with a user', '12-31 23:59:59.500 u0_a12  1234  5678 I WifiService: scan'],
		['usec', '12-31 23:59:59.500000  1234  5678 I WifiService: scan'],
		['year', '2025-12-31 23:59:59.500  1234  5678 I WifiService: scan'],
		['epoch', `${start / 1000}.500  1234  5678 I WifiService: scan`],
	])('in the format %s', async (_, line) => {
		const lines = await converted('adb.lua', `--------- beginning of main\r\n${line}\r\n`);
		expect(lines).toEqual([{ time: expect.closeTo(0.5, 6), text: 'I WifiService: scan' }]);
	});

	it('gives a stamp without a year the one that is nearest to the recording', async () => {
		const lines = await converted('logcat', '12-31 23:59:58.000 I/Tag( 1): before\n01-01 00:00:01.250 I/Tag( 1): after\n');
		expect(times(lines)).toEqual([-1, 2.25]);
		expect(texts(lines)).toEqual(['I/Tag( 1): before', 'I/Tag( 1): after']);
	});
});

it('reads candump by the clock and from its first line', async () => {
	const s = start / 1000;
	expect(times(await converted('candump', `(${s + 1}.249713) vcan0 044#2A366C2B\n (${s + 2}.000001)  can0  123   [2]  01 02\n`))).toEqual([1.249713, 2.000001]);
	const zero = await converted('candump-zero', ' (000.000000)  can0  123   [1]  01\n (012.003400)  can0  123   [1]  02\n');
	expect(times(zero)).toEqual([0, 12.0034]);
	expect(texts(zero)[1]).toBe('can0  123   [1]  02');
});

it('reads ISO times in any zone, and puts what follows a line with it', async () => {
	const utc = new Date(start + 500).toISOString();
	const east = new Date(start + 750 + 5.5 * 3.6e6).toISOString().replace('Z', '+05:30');
	const lines = await converted('iso', `\ufeff${utc} up\n[${east}] [net] joined\n  at line 2\n2026-01-01 00:00:00,125: local\n`);
	expect(times(lines)).toEqual([0.5, 0.75, 1.125]);
	expect(texts(lines)).toEqual(['up', '[net] joined\n  at line 2', 'local']);
});

describe("a converter of the user's", () => {
	it('is a file in the data folder, with a template and a pattern for the time', async () => {
		const converters = own(
			'modem.yaml',
			`line: '^(?P<level>\\w+) (?P<time>\\d+ \\w+ \\d+ \\S+) (?P<what>.*)$'\ntext: '{{{level}} {what}'\ntime: { format: '%d %b %Y %H:%M:%S', zone: '+02:00' }\nalign: clock\n`,
		);
		const line = new Date(start + 2 * 3.6e6 + 3000);
		const [day, month, year, clock] = [line.getUTCDate(), line.toUTCString().slice(8, 11), line.getUTCFullYear(), line.toISOString().slice(11, 19)];
		expect(await converted('MODEM.lua', `warn ${day} ${month} ${year} ${clock} low battery\n`, converters)).toEqual([{ time: 3, text: '{warn} low battery' }]);
	});

	it('may count from the recording itself, and take the place of a built-in one', async () => {
		const converters = own('iso.json', JSON.stringify({ line: '^\\[ *(?P<time>[0-9.]+)\\] (?P<text>.*)', time: { format: 'ms' }, align: 'start' }));
		expect(await converted('iso', '[  1500] probe\n', converters)).toEqual([{ time: 1.5, text: 'probe' }]);
	});

	it.each([
		['no YAML', 'line: [', /cannot be read/],
		['an unknown key', "line: '(?P<time>.)'\ntime: { format: s }\nalign: start\nscript: os.exit()\n", /script is not a known key/],
		['an expression that RE2 does not know', "line: '(?P<time>.)(?=x)'\ntime: { format: s }\nalign: start\n", /no regular expression/],
		['no time', "line: '(.*)'\ntime: { format: s }\nalign: start\n", /no group "time"/],
		['a group that there is not', "line: '(?P<time>.)'\ntext: '{tag}'\ntime: { format: s }\nalign: start\n", /\{tag\}/],
		['a time format that is not known', "line: '(?P<time>.)'\ntime: { format: '%d %m %H:%M %Q' }\nalign: clock\n", /%Q/],
		['a time without a day', "line: '(?P<time>.)'\ntime: { format: '%H:%M:%S' }\nalign: clock\n", /no %d/],
		['an alignment that is not known', "line: '(?P<time>.)'\ntime: { format: s }\nalign: moon\n", /align/],
	])('with %s is refused, and the file is named', async (_, text, message) => {
		const converters = own('broken.yaml', text);
		await expect(findConverter('broken', converters, start)).rejects.toThrow(message);
		await expect(findConverter('broken', converters, start)).rejects.toThrow(/broken\.yaml/);
	});
});

it('names the converters that there are where one is not known', async () => {
	const converters = own('mine.yml', '');
	await expect(findConverter('../../etc/passwd.lua', converters, start)).rejects.toThrow(/no log converter .*Known: logcat, candump, candump-zero, iso, mine/);
	for (const name of ['constructor', '__proto__', '']) await expect(findConverter(name, undefined, start)).rejects.toThrow(/no log converter/);
});

it('refuses a log of another kind, an empty one and one that is not there', async () => {
	await expect(converted('candump', 'hello\n')).rejects.toThrow(/No line .*its first is "hello"/);
	await expect(converted('iso', '')).rejects.toThrow(/empty/);
	await expect(converted('iso', `2025-12-31 23:59:59 ${'x'.repeat(2 << 20)}`)).rejects.toThrow(/more than 1 MiB/);
	const iso = await findConverter('iso', undefined, start);
	await expect(convertLog(join(folder, 'none.log'), iso, start).next()).rejects.toThrow(/none\.log/);
	await expect(convertLog(folder, iso, start).next()).rejects.toThrow(/is no file/);
});

it('loses no line of a log of many batches, wherever its pieces are cut', async () => {
	const count = 25_000;
	const lines = await converted('candump', Array.from({ length: count }, (_, k) => `(${start / 1000 + k}.5) can0 ${k}#00\n`).join(''));
	expect(lines).toHaveLength(count);
	expect(lines[count - 1]).toEqual({ time: count - 0.5, text: `can0 ${count - 1}#00` });
});

it('takes whatever stands in a line', async () => {
	const converters = await Promise.all(Object.keys(builtIn).map((name) => findConverter(name, undefined, start)));
	fc.assert(
		fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[([]?[0-9 :.T-]{0,30}[)\]]?.*$/)), (line) => {
			for (const converter of converters) {
				const read = converter.read(line);
				if (read) expect(Number.isFinite(read.time)).toBe(true);
			}
		}),
		{ numRuns: 1000 },
	);
});
