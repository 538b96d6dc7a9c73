import { expect, test } from 'vitest';
import { createReporter, describeMachine, figure, inRounds, median } from './harness.ts';

test('the median of odd and even counts', () => {
	expect(median([3, 1, 2])).toBe(2);
	expect(median([4, 1, 2, 3])).toBe(2.5);
});

test('cases run in turns, the warm-up does not count', async () => {
	const order: string[] = [];
	let n = 0;
	const log = (name: string) => () => {
		order.push(name);
		return n++;
	};
	const runs = await inRounds({ a: log('a'), b: log('b') }, 3);
	expect(order.join('')).toBe('abababab'.slice(0, 4).concat('baab'));
	expect(runs).toEqual({ a: [2, 5, 6], b: [3, 4, 7] });
});

test('a ratio compares runs of the same round, so that a slow round does not bend it', () => {
	const line = figure('x', 'y', 'MB/s', [100, 10, 100], { twin: [50, 5, 20] });
	expect(line).toEqual({ bench: 'x', case: 'y', value: 100, unit: 'MB/s', ratio_to: { twin: 2 }, runs: [100, 10, 100], spread: 0.9 });
});

test('JSON lines carry what readers expect', () => {
	const lines: string[] = [];
	createReporter(true, (line) => lines.push(line)).figure(figure('x', 'y', 's', [1, 2, 3]));
	expect(JSON.parse(lines[0])).toEqual({ bench: 'x', case: 'y', value: 2, unit: 's', runs: [1, 2, 3], spread: 1 });
	expect(describeMachine()).toMatchObject({ cores: expect.any(Number), versions: { node: process.versions.node }, date: expect.any(String) });
});
