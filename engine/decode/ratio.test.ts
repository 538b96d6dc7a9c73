import { expect, test } from 'vitest';
import { rateRatio, voltageSamplesNeeded } from './ratio.ts';

test('rates reduce to whole ticks', () => {
	expect(rateRatio(4000, 1000)).toEqual({ currentTicks: 1, voltageTicks: 4 });
	expect(rateRatio(1000, 50_000)).toEqual({ currentTicks: 50, voltageTicks: 1 });
	expect(rateRatio(25_000, 10_000)).toEqual({ currentTicks: 2, voltageTicks: 5 });
	expect(rateRatio(0.5, 1000)).toEqual({ currentTicks: 2000, voltageTicks: 1 });
	expect(() => rateRatio(0, 1000)).toThrow(/above 0/);
});

test('the voltage samples that a stretch of current reaches into', () => {
	expect(voltageSamplesNeeded(8, rateRatio(4000, 1000))).toBe(2);
	expect(voltageSamplesNeeded(8, rateRatio(4000, 1000), 3)).toBe(3);
	expect(voltageSamplesNeeded(3, rateRatio(1000, 2000))).toBe(6);
	expect(voltageSamplesNeeded(1, rateRatio(25_000, 10_000), 4)).toBe(2);
	expect(voltageSamplesNeeded(0, rateRatio(25_000, 10_000), 4)).toBe(0);
});
