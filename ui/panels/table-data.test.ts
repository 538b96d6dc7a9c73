import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Column, csvOf, sorted, textOf } from './table-data.ts';

interface Row {
	readonly name: string;
	readonly charge: number | null;
}
const columns: readonly Column<Row>[] = [
	{ id: 'name', label: 'Name', csv: 'name', value: ({ name }) => name, text: ({ name }) => name, words: true },
	{ id: 'charge', label: 'Charge', csv: 'charge_C', value: ({ charge }) => charge, text: ({ charge }) => `${charge} C` },
];
const rows: readonly Row[] = [
	{ name: 'b', charge: 10 },
	{ name: 'a', charge: null },
	{ name: 'c', charge: 9 },
];
/** The fields of CSV by RFC 4180. */
const parse = (text: string) =>
	[...text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)].reduce<string[][]>(
		(lines, [, quoted, plain, end]) => {
			lines[lines.length - 1].push(quoted?.replaceAll('""', '"') ?? plain);
			if (end !== ',') lines.push([]);
			return lines;
		},
		[[]],
	);
const names = (list: readonly Row[]) => list.map(({ name }) => name).join('');

describe('a table', () => {
	it('is sorted by number or name; what has no value is last both ways', () => {
		expect(names(sorted(rows, columns, null))).toBe('bac');
		expect(names(sorted(rows, columns, { column: 'charge', descending: false }))).toBe('cba');
		expect(names(sorted(rows, columns, { column: 'charge', descending: true }))).toBe('bca');
		expect(names(sorted(rows, columns, { column: 'name', descending: true }))).toBe('cba');
	});

	it('as CSV is read back as it was, whatever is in it', () => {
		fc.assert(
			fc.property(fc.array(fc.array(fc.string(), { minLength: 2, maxLength: 2 }), { minLength: 1 }), (cells) => {
				expect(parse(csvOf(cells)).slice(0, -1)).toEqual(cells);
			}),
		);
		expect(csvOf([['x', 1e-9, null, undefined]])).toBe('x,1e-9,,\r\n');
	});

	it('as text has its columns lined up', () => {
		expect(
			textOf([
				['Figure', 'mc'],
				['Average', '12.3 mA'],
			]),
		).toBe('Figure        mc\nAverage  12.3 mA\n');
	});
});
