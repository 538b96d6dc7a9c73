import { describe, expect, it } from 'vitest';
import { checkName, checkProfile } from './check.ts';
import type { BatteryProfile } from './profile.ts';
import { profileOf, type TableSketch } from './testing.ts';

type Row = readonly [number, number, number];
const good: readonly Row[] = [
	[0, 3.2, 10],
	[360, 3.0, 12],
	[720, 2.0, 50],
];
const withRow = (row: number, change: Partial<Record<0 | 1 | 2, number>>): TableSketch => ({
	rows: good.map((each, k) => (k === row ? (Object.assign([...each], change) as unknown as Row) : each)),
});
const pair = (resistanceOhm: number[], timeConstantS: number[]) => ({ resistanceOhm: Float64Array.from(resistanceOhm), timeConstantS: Float64Array.from(timeConstantS) });

const messageOf = (profile: BatteryProfile): string => {
	try {
		checkProfile(profile);
	} catch (error) {
		expect(error).toMatchObject({ code: 'INVALID_VALUE' });
		return (error as Error).message;
	}
	throw new Error('It was not refused.');
};

describe('a profile is refused', () => {
	it.each<[string, TableSketch, RegExp]>([
		['of one row', { rows: good.slice(0, 1) }, /table 1 has one row/],
		['of no row', { rows: [] }, /no row/],
		['whose charge falls', withRow(2, { 0: 180 }), /row 3: the used capacity, 50 mAh, does not lie above the 100 mAh of the row before/],
		['whose charge stands still', withRow(2, { 0: 360 }), /row 3: the used capacity, 100 mAh, does not lie above/],
		['of a negative charge', withRow(0, { 0: -3.6 }), /row 1: the used capacity is -1 mAh/],
		['of a negative resistance', withRow(1, { 2: -0.5 }), /row 2: the resistance is -0.5 Ω/],
		['of a negative voltage', withRow(1, { 1: -3 }), /row 2: the voltage is -3 V.*backwards/],
		['of NaN as charge', withRow(1, { 0: Number.NaN }), /row 2: the used capacity is NaN/],
		['of NaN as voltage', withRow(1, { 1: Number.NaN }), /row 2: the voltage is NaN/],
		['of an infinite resistance', withRow(1, { 2: Number.POSITIVE_INFINITY }), /row 2: the resistance is Infinity/],
		['without any voltage', { rows: good.map(([charge, , ohm]) => [charge, 0, ohm] as const) }, /no row has a voltage/],
		['of a temperature below absolute zero', { rows: good, temperatureC: -300 }, /-300 °C/],
		['of a negative load', { rows: good, currentA: -0.01 }, /load of -0.01 A/],
		['with an RC pair that has too few rows', { rows: good, pairs: [pair([1, 1], [1, 1, 1])] }, /3 rows, but 2 of resistance of RC pair 1/],
		['with a negative RC resistance', { rows: good, pairs: [pair([1, -1, 1], [1, 1, 1])] }, /row 2: the resistance of RC pair 1 is -1 Ω/],
		['with a time constant of 0', { rows: good, pairs: [pair([1, 1, 1], [1, 1, 0])] }, /row 3: the time constant of RC pair 1 is 0 s/],
		['with more RC than resistance', { rows: good, pairs: [pair([6, 1, 1], [1, 1, 1]), pair([6, 1, 1], [9, 9, 9])] }, /row 1: the RC pairs have 12 Ω together/],
		['with three RC pairs', { rows: good, pairs: [1, 2, 3].map(() => pair([1, 1, 1], [1, 1, 1])) }, /3 RC pairs/],
	])('%s', (_what, table, pattern) => {
		expect(messageOf(profileOf([table]))).toMatch(pattern);
	});

	it.each<[string, BatteryProfile, RegExp]>([
		['without a table', profileOf([]), /no discharge table/],
		['without an id', profileOf([{ rows: good }], { id: '' }), /no id/],
		[
			'with two tables of one temperature and load',
			profileOf([
				{ rows: good, temperatureC: 5 },
				{ rows: good, temperatureC: 5 },
			]),
			/table 2 \(5 °C\) and table 1 \(5 °C\)/,
		],
		['of more than all of it lost in a year', profileOf([{ rows: good }], { selfDischargePerYear: 3 }), /self-discharge is 3 a year/],
		['of a negative uncertainty', profileOf([{ rows: good }], { uncertainty: { resistance: -1 } }), /uncertainty of resistance is -1/],
		['of a negative nominal capacity', profileOf([{ rows: good }], { battery: { nominalCapacityC: -1 } }), /nominal capacity is -1/],
	])('%s', (_what, profile, pattern) => {
		expect(messageOf(profile)).toMatch(pattern);
	});

	it.each(['', '.', '..', 'a/b', 'a\\b', '../x', 'a\n', 'con', 'NUL.x', 'x ', '.x', 'a:b', 'x'.repeat(101)])('named %j', (name) => {
		expect(() => checkName(name)).toThrow(/cannot be named/);
	});
});

describe('a profile is taken', () => {
	it.each<[string, TableSketch]>([
		[
			'of a voltage that rises and falls, and kilohms',
			{
				rows: [
					[0, 1.49, 760],
					[3, 1.23, 2730],
					[6, 1.26, 1900],
				],
			},
		],
		[
			'of an ideal cell',
			{
				rows: [
					[0, 3, 0],
					[100, 3, 0],
				],
			},
		],
		[
			'that ends at 0 V',
			{
				rows: [
					[0, 3, 1],
					[100, 0, 1],
				],
			},
		],
		['whose RC pairs are all of its resistance', { rows: good, pairs: [pair([10, 12, 50], [1, 1, 1])] }],
	])('%s', (_what, table) => {
		checkProfile(profileOf([table]));
	});

	it.each(['LiPo-ICP632136HPST-Renata-WiFi-(-10)', 'AA 1.5V µ 電池', 'console'])('named %j', (name) => {
		checkName(name);
	});
});
