import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { momentText, parseTime, ticksBetween, timeSteps, timeTickLabels } from './time-text.ts';

describe('the time axis', () => {
	it('has steps from nanoseconds to decades, ascending', () => {
		expect(timeSteps[0]).toBe(1e-9);
		expect(timeSteps.at(-1)).toBeGreaterThan(1e10);
		expect(timeSteps.every((step, index) => index === 0 || step > timeSteps[index - 1])).toBe(true);
		expect(timeSteps).toEqual(expect.arrayContaining([0.001, 0.5, 15, 60, 3600, 86_400]));
	});

	it('counts ticks from where zero is', () => {
		expect(ticksBetween(0, 10, 5, 0)).toEqual([0, 5, 10]);
		expect(ticksBetween(0, 10, 5, 1)).toEqual([1, 6]);
		expect(ticksBetween(-10, -1, 5, 0)).toEqual([-10, -5]);
		expect(ticksBetween(0, 1e9, 1e-9, 0)).toEqual([]);
		expect(ticksBetween(0, Number.NaN, 1, 0)).toEqual([]);
	});

	it('labels microseconds, clock times and years', () => {
		expect(timeTickLabels([0.00001, 0.00002], 0.00001)).toEqual(['10 µs', '20 µs']);
		expect(timeTickLabels([3600, 3600.5], 0.5)).toEqual(['1:00:00.0', '1:00:00.5']);
		expect(timeTickLabels([59.9999999, 119.99999999], 60)).toEqual(['1:00', '2:00']);
		expect(timeTickLabels([86_400, 90_000], 3600)).toEqual(['1 d 00:00:00', '1 d 01:00:00']);
		expect(timeTickLabels([864e6, 1000 * 864e3], 864e5)).toEqual(['10000 d', '10000 d']);
		expect(timeTickLabels([1e6, 1e6 + 2e-6], 2e-6)).toEqual(['11 d 13:46:40.000000', '11 d 13:46:40.000002']);
		expect(timeTickLabels([-120, -60], 60)).toEqual(['−2:00', '−1:00']);
	});
});

describe('a moment', () => {
	it('is written as exactly as is asked', () => {
		expect(momentText(1.23456789, 1e-4)).toBe('1.2346 s');
		expect(momentText(0.000012345, 1e-7)).toBe('12.3 µs');
		expect(momentText(3725.25, 1e-2)).toBe('1:02:05.25');
		expect(momentText(119.9999, 1e-2)).toBe('2:00.00');
		expect(momentText(1e-12, 1e-6)).toBe('0 s');
		expect(momentText(-0.5, 1e-3)).toBe('−500 ms');
		expect(momentText(Number.NaN, 1e-3)).toBe('–');
		expect(momentText(1e9, 1)).toBe('11574 d 01:46:40');
	});

	it('is read as it is typed', () => {
		expect(parseTime('1.5')).toBe(1.5);
		expect(parseTime('500 ms')).toBe(0.5);
		expect(parseTime('2:03,5')).toBe(123.5);
		expect(parseTime('−1:00:00')).toBe(-3600);
		expect(parseTime('3 d')).toBe(259_200);
		expect(parseTime('3 d 4:00:00')).toBe(273_600);
		for (const nonsense of ['', 'soon', '1:2:3:4', '5 A', ':5']) expect(parseTime(nonsense), nonsense).toBeNaN();
	});

	it('is read back from its own text within its resolution', () => {
		const near = (timeS: number, resolution: number) => Math.abs(parseTime(momentText(timeS, resolution)) - timeS) <= resolution * 1.01;
		fc.assert(fc.property(fc.double({ min: -1e7, max: 1e7, noNaN: true }), fc.integer({ min: -6, max: 0 }), (timeS, exponent) => near(timeS, 10 ** exponent)));
		fc.assert(fc.property(fc.double({ min: 0, max: 0.1, noNaN: true }), (timeS) => near(timeS, 1e-7)));
	});
});
