import { expect, it } from 'vitest';
import { EdgeDetector } from './edge-detector.ts';
import type { AcquisitionEvent } from './tap.ts';

it('finds edges across blocks, skips losses, and states initial levels once', () => {
	const detector = new EdgeDetector(['i1', 'i2']);
	const events: AcquisitionEvent[] = [];
	const scan = (bitmaps: number[], timeS: number) => detector.scan(Float32Array.from(bitmaps), timeS, 0.001, (event) => events.push(event));
	scan([Number.NaN, 2, 2], 0);
	scan([2, Number.NaN, 2], 0.003);
	scan([3, Number.NaN, 0], 0.006);
	expect(events).toEqual([
		{ type: 'edge', time: 0.001, channel: 'i1', level: 0 },
		{ type: 'edge', time: 0.001, channel: 'i2', level: 1 },
		{ type: 'edge', time: 0.006, channel: 'i1', level: 1 },
		{ type: 'edge', time: 0.008, channel: 'i1', level: 0 },
		{ type: 'edge', time: 0.008, channel: 'i2', level: 0 },
	]);
});
