import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { valueAt } from './curve-chart.ts';
import { latest } from './latest.ts';
import { charge, kinds, longTime, longTimeBelow, longTimeLabels, longTimeSplits } from './words.ts';

const dayS = 86_400;

describe('figures in words', () => {
	it('say long times in the unit that people would use', () => {
		expect(longTime(49.4 * dayS)).toBe('49.4 days');
		expect(longTime(3.4 * 365.25 * dayS)).toBe('3.40 years');
		expect(longTime(951 * 365.25 * dayS)).toBe('951 years');
		expect(longTime(12_345 * 365.25 * dayS)).toBe('12,345 years');
		expect(longTime(90)).toBe('90.0 s');
		expect(longTime(7000)).toBe('117 minutes');
		expect(longTime(Number.POSITIVE_INFINITY)).toBe('for ever');
		expect(longTimeBelow(3.4 * 365.25 * dayS)).toBe('1,242 days');
		expect(longTimeBelow(3600)).toBeUndefined();
	});

	it('mark a long axis in one unit, at round figures', () => {
		expect(longTimeLabels(longTimeSplits(0, 84 * dayS, 6))).toEqual(['0 d', '20 d', '40 d', '60 d', '80 d']);
		expect(longTimeLabels(longTimeSplits(0, 1e8, 6))).toEqual(['0 y', '1 y', '2 y', '3 y']);
		expect(longTimeLabels(longTimeSplits(0, 0.5, 6))).toEqual(['0 s', '0.1 s', '0.2 s', '0.3 s', '0.4 s', '0.5 s']);
	});

	it('say charge in ampere-hours', () => {
		expect(charge(829)).toBe('230.3 mAh');
		expect(charge(undefined)).toBe('–');
	});
});

describe('typed figures', () => {
	it('are read as people write them', () => {
		expect(kinds.charge.parse('230')).toBeCloseTo(828, 9);
		expect(kinds.charge.parse('0,23 Ah')).toBeCloseTo(828, 9);
		expect(kinds.time.parse('15 min')).toBe(900);
		expect(kinds.time.parse('100 ms')).toBe(0.1);
		expect(kinds.share.parse('5 %')).toBe(0.05);
		expect(kinds.temperature.parse('−10 °C')).toBe(-10);
		expect(kinds.capacitance.parse('470 µF')).toBe(470e-6);
		expect(kinds.count.parse('2.5')).toBeNaN();
		expect(kinds.current.parse('0.0000001 mA')).toBe(1e-10);
		expect(kinds.current.parse('3 V')).toBeNaN();
		expect(kinds.time.parse('soon')).toBeNaN();
	});

	it('come back from what is written of them', () => {
		for (const kind of [kinds.current, kinds.voltage, kinds.power, kinds.resistance, kinds.time, kinds.charge])
			fc.assert(
				fc.property(fc.double({ min: 0.1, max: 1e6, noNaN: true }), (value) => {
					expect(kind.parse(kind.write(value)) / value).toBeCloseTo(1, 4);
				}),
			);
	});
});

it('a curve between its points is the straight line, outside of them nothing', () => {
	const curve = { x: [0, 1, 3], y: [4, 2, 8] };
	expect([0, 0.5, 1, 2, 3].map((x) => valueAt(curve, x))).toEqual([4, 3, 2, 5, 8]);
	expect([valueAt(curve, -0.1), valueAt(curve, 3.1), valueAt({ x: [], y: [] }, 0)]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
});

it('of many values the first and the last are sent, one at a time', async () => {
	const sent: number[] = [];
	const first = Promise.withResolvers<void>();
	const send = latest(async (value: number) => {
		sent.push(value);
		if (value === 1) await first.promise;
	});
	const all = [send(1), send(2), send(3)];
	first.resolve();
	await Promise.all(all);
	expect(sent).toEqual([1, 3]);
	await send(4);
	expect(sent).toEqual([1, 3, 4]);
});
