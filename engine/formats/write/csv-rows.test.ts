import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { longestNumber, writeFixed6, writeGeneral } from '../printf.ts';
import { CsvRows } from './csv-rows.ts';

const mostRows = 512;
const rows = new CsvRows(mostRows);
afterAll(() => rows.free());

/** The same rows by the plain formatter. */
function plain(samples: Float32Array, start: number, rate: number): string {
	const row = new Uint8Array(2 * longestNumber + 2);
	let text = '';
	for (let k = 0; k < samples.length; k++) {
		let end = writeFixed6(row, 0, (start + k) / rate);
		row[end++] = 44;
		end = writeGeneral(row, end, samples[k]);
		row[end++] = 10;
		text += Buffer.from(row.subarray(0, end)).toString('latin1');
	}
	return text;
}

const byKernel = (samples: Float32Array, start: number, rate: number) => Buffer.from(rows.rows(samples, start, rate)).toString('latin1');

describe('CSV rows by the kernel', () => {
	it('are those of printf, for any float32, index and rate', () => {
		const samples = fc.array(fc.oneof(fc.float(), fc.float({ min: -5, max: 5 }), fc.integer({ min: -1e6, max: 1e6 })), { minLength: 1, maxLength: mostRows });
		// 128 S/s makes every other time a tie.
		const rates = fc.constantFrom(1, 3, 128, 1000, 3000, 4000, 50_000, 100_000, 1e6, 0.1, 44_100.5);
		fc.assert(
			fc.property(samples, fc.integer({ min: 0, max: 2 ** 40 }), rates, (values, start, rate) => {
				const column = Float32Array.from(values);
				expect(byKernel(column, start, rate)).toBe(plain(column, start, rate));
			}),
			{ numRuns: 100 },
		);
	});

	it('are those of printf at powers of ten and where digits run over', () => {
		const edges = Array.from({ length: 80 }, (_, k) => 10 ** (k - 44)).flatMap((x) => [x, x * (1 - 2 ** -24), x * (1 + 2 ** -23), 0.999999999 * x]);
		const column = Float32Array.from([...edges, 0, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e-45, 3.4e38]);
		expect(byKernel(column, 0, 4000)).toBe(plain(column, 0, 4000));
	});
});
