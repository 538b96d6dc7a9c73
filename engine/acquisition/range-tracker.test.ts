import { expect, it } from 'vitest';
import { models } from '../../drivers/models.ts';
import { RangeTracker } from './range-tracker.ts';
import type { AcquisitionEvent } from './tap.ts';

function track(...blocks: number[][]): { events: [number, string][]; tracker: RangeTracker } {
	const events: AcquisitionEvent[] = [];
	const tracker = new RangeTracker(models.arc.channels[0], false);
	let timeS = 0;
	for (const block of blocks) {
		tracker.scan(Float32Array.from(block), timeS, 1, (event) => events.push(event));
		timeS += block.length;
	}
	return { events: events.map((event) => (event.type === 'range' ? [event.time, event.range] : [Number.NaN, event.type])), tracker };
}

it('goes up above a span and down with hysteresis, by magnitude', () => {
	expect(track([0.001, 0.03, 0.018, 0.0175, 0.001], [-3, 2.6, 2, -0.001]).events).toEqual([
		[0, 'fine'],
		[1, 'middle'],
		[4, 'fine'],
		[5, 'coarse'],
		[7, 'middle'],
		[8, 'fine'],
	]);
});

it('is undisturbed by losses', () => {
	expect(track([Number.NaN, Number.NaN], [Number.NaN, 0.5, Number.NaN, 0.4]).events).toEqual([[3, 'middle']]);
});

it('a forced high range knows no fine one', () => {
	const events: AcquisitionEvent[] = [];
	const tracker = new RangeTracker(models.arc.channels[0], true);
	tracker.scan(Float32Array.of(0.001, 3, 0.001), 0, 1, (event) => events.push(event));
	expect(events.map((event) => event.type === 'range' && event.range)).toEqual(['middle', 'coarse', 'middle']);
});

it('reports a current that hops between ranges only so often a second', () => {
	const hops = Array.from({ length: 1000 }, (_, index) => (index % 2 === 0 ? 0.001 : 0.1));
	const events: AcquisitionEvent[] = [];
	new RangeTracker(models.arc.channels[0], false).scan(Float32Array.from(hops), 0, 0.001, (event) => events.push(event));
	expect(events.length).toBe(20);
});
