import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { arcChannel, device, recorded, temporaryFolder } from '../../recording/testing.ts';
import { exactRounded, longestNumber, writeFixed6, writeGeneral } from '../printf.ts';
import { exportOtii } from './otii.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
	folder = temporaryFolder();
});
afterEach(() => folder.remove());

const bytes = new Uint8Array(2 * longestNumber);
const text = (write: (target: Uint8Array, at: number, value: number) => number, value: number) => String.fromCharCode(...bytes.subarray(0, write(bytes, 0, value)));

/** `%.9g` by exact arithmetic: the exponent by trial, the digits by BigInt. */
function generalReference(value: number): string {
	if (Number.isNaN(value)) return 'nan';
	const sign = value < 0 || Object.is(value, -0) ? '-' : '';
	const magnitude = Math.abs(value);
	if (magnitude === 0) return `${sign}0`;
	let exponent = -400;
	while (exactRounded(magnitude, 8 - exponent) >= 1e9) exponent++;
	const digits = String(exactRounded(magnitude, 8 - exponent)).padStart(9, '0');
	const strip = (number: string) => (number.includes('.') ? number.replace(/\.?0*$/, '') : number);
	if (exponent < -4 || exponent >= 9) return `${sign}${strip(`${digits[0]}.${digits.slice(1)}`)}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
	if (exponent < 0) return `${sign}${strip(`0.${'0'.repeat(-1 - exponent)}${digits}`)}`;
	return `${sign}${strip(`${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`)}`;
}

describe('numbers as printf writes them', () => {
	it('%.9g of any float32', () => {
		fc.assert(
			fc.property(fc.float({ noDefaultInfinity: true }), (value) => {
				expect(text(writeGeneral, value)).toBe(generalReference(value));
			}),
			{ numRuns: 400 },
		);
	});

	it.each([
		[0.1, '0.100000001'],
		[1, '1'],
		[-0.0125, '-0.0125000002'],
		[1e-4, '9.99999975e-05'],
		[123456792, '123456792'],
		[1e9, '1e+09'],
		[3.3, '3.29999995'],
		[1.5e-45, '1.40129846e-45'],
		[Number.NaN, 'nan'],
		[Number.NEGATIVE_INFINITY, '-inf'],
		[-0, '-0'],
	])('%.9g of %f', (value, expected) => {
		expect(text(writeGeneral, Math.fround(value))).toBe(expected);
	});

	it('%.9g of ties goes to the even digit', () => {
		expect(text(writeGeneral, 2 ** -10 * 1.0000000005)).toBe(generalReference(2 ** -10 * 1.0000000005));
		expect(text(writeGeneral, 1000000.125)).toBe('1000000.12');
		expect(text(writeGeneral, 1000000.375)).toBe('1000000.38');
	});

	it('%.6f of any time', () => {
		fc.assert(
			fc.property(fc.double({ min: 0, max: 1e10, noNaN: true }), (value) => {
				const scaled = BigInt(exactRounded(value, 6));
				fc.pre(scaled < 2n ** 53n);
				const digits = scaled.toString().padStart(7, '0');
				expect(text(writeFixed6, value)).toBe(`${digits.slice(0, -6)}.${digits.slice(-6)}`);
			}),
		);
		expect(text(writeFixed6, 1 / 128)).toBe('0.007812');
		expect(text(writeFixed6, 3 / 128)).toBe('0.023438');
		expect(text(writeFixed6, 5e-7)).toBe('0.000000');
		expect(text(writeFixed6, 1.5e-6)).toBe('0.000002');
	});

	it('agrees with the printf of this machine, where there is one', (context) => {
		const values = fc.sample(fc.float({ noNaN: true, noDefaultInfinity: true }), 300);
		let printed: string[];
		try {
			// Python hands %.9g to the C library's rules; its shortest decimals name the same float64.
			printed = execFileSync('python3', ['-c', 'import sys\nfor x in sys.stdin: print("%.9g" % float(x))'], {
				input: values.map((value) => (Object.is(value, -0) ? '-0' : String(value))).join('\n'),
				encoding: 'utf8',
			})
				.trim()
				.split('\n');
		} catch {
			context.skip('no python3');
			return;
		}
		expect(values.map((value) => text(writeGeneral, value))).toEqual(printed);
	});
});

describe('CSV export', () => {
	it("has Otii's layout", async () => {
		using reader = await recorded(
			`${folder.path}/r`,
			[
				{ ...arcChannel('mc', 4000), samples: [0.01, Number.NaN, -1e-6] },
				{ ...arcChannel('mv', 1000), samples: [3.3] },
			],
			[
				{ device, type: 'log', channel: 'rx', text: 'say "hi"', time: 0.0005 },
				{ device, type: 'edge', channel: 'i1', level: 0, time: 0 },
				{ device, type: 'edge', channel: 'i1', level: 1, time: 0.000_25 },
			],
		);
		const shares: number[] = [];
		await exportOtii(reader, { out: `${folder.path}/out`, onProgress: (share) => shares.push(share) });
		const read = (name: string) => readFileSync(`${folder.path}/out/${name}`, 'utf8');
		expect(readdirSync(`${folder.path}/out`).sort()).toEqual(['GPI1 - Arc.csv', 'Main current - Arc.csv', 'Main voltage - Arc.csv', 'UART logs - Arc.csv']);
		expect(read('Main current - Arc.csv')).toBe('"Timestamp","Value"\n0.000000,0.00999999978\n0.000250,nan\n0.000500,-9.99999997e-07\n');
		expect(read('Main voltage - Arc.csv')).toBe('"Timestamp","Value"\n0.000000,3.29999995\n');
		expect(read('GPI1 - Arc.csv')).toBe('"Timestamp","Value"\n0.000000,0\n0.000250,1\n');
		expect(read('UART logs - Arc.csv')).toBe('"Timestamp","Value"\n0.000500,"say ""hi"""\n');
		expect(shares.at(-1)).toBe(1);
		await expect(exportOtii(reader, { out: `${folder.path}/out` })).rejects.toMatchObject({ code: 'NOT_EMPTY' });
		await expect(exportOtii(reader, { out: `${folder.path}/other`, channels: ['xx'] })).rejects.toMatchObject({ code: 'NOT_FOUND' });
		expect(readdirSync(folder.path)).not.toContain('other');
	});

	it('comes back bit for bit', async () => {
		const samples = Float32Array.from(fc.sample(fc.float({ noDefaultInfinity: true }), 40_000).map((x) => (Object.is(x, -0) ? 0 : x)));
		using reader = await recorded(`${folder.path}/r`, [{ ...arcChannel('mc', 50_000), samples }]);
		const {
			files: [path],
		} = await exportOtii(reader, { out: folder.path, from: 0.1, to: 0.7 });
		const rows = readFileSync(path, 'utf8').trimEnd().split('\n').slice(1);
		expect(Float32Array.from(rows, (row) => Number(row.split(',')[1]))).toEqual(samples.subarray(5000, 35_000));
		expect(rows[1].split(',')[0]).toBe('0.100020');
	});
});
