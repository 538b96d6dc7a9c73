import { expect, it } from 'vitest';
import { firstRunFrom, nearestRun } from './lane.ts';

const runs = { from: [1, 2, 5], to: [1, 3, 5], count: [1, 9, 1] };

it('finds the runs of a window', () => {
	expect([0, 1, 1.5, 3, 3.1, 6].map((time) => firstRunFrom(runs, time))).toEqual([0, 0, 1, 1, 2, 3]);
});

it('finds the run under the pointer, also inside a long one', () => {
	expect(nearestRun(runs, 2.5, 0.1)).toBe(1);
	expect(nearestRun(runs, 1.2, 0.5)).toBe(0);
	expect(nearestRun(runs, 4, 0.5)).toBe(-1);
	expect(nearestRun(runs, 4.4, 3)).toBe(2);
	expect(nearestRun({ from: [], to: [], count: [] }, 0, 9)).toBe(-1);
});
