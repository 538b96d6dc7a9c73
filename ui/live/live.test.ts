import { describe, expect, it } from 'vitest';
import { Trace } from '../chart/trace.ts';
import { decodeFrame, type FramePart } from './live-frame.ts';
import { LiveTrack } from './live-track.ts';

const part = (firstColumn: number, values: number[], more: Partial<FramePart> = {}): FramePart => ({
	channel: 0,
	reset: false,
	rate: 1000,
	samplesPerColumn: 10,
	firstColumn,
	lastSamples: 10,
	lost: 0,
	reading: 1,
	min: Float32Array.from(values),
	max: Float32Array.from(values, (value) => value + 1),
	mean: Float32Array.from(values, (value) => value + 0.5),
	...more,
});

describe('decodeFrame', () => {
	it('reads two channels as documented', () => {
		const bytes = new ArrayBuffer(16 + 48 + 16 + 48 + 24);
		const view = new DataView(bytes);
		[0x564c4a4d, 9, 2].forEach((value, index) => void view.setUint32(index * 4, value, true));
		view.setUint16(16, 3, true);
		view.setUint16(18, 1, true);
		view.setUint32(20, 40, true);
		view.setFloat64(24, 4000, true);
		view.setFloat64(32, 800, true);
		view.setUint32(40, 1, true);
		view.setUint32(44, 7, true);
		view.setFloat64(48, 2, true);
		view.setFloat32(56, 0.5, true);
		[1, 2, 1.5].forEach((value, index) => void view.setFloat32(64 + index * 4, value, true));
		view.setUint32(80 + 4, 1, true);
		view.setUint32(80 + 24, 2, true);
		[1, 2, 3, 4, 5, 6].forEach((value, index) => void view.setFloat32(128 + index * 4, value, true));
		const frame = decodeFrame(bytes)!;
		expect(frame.subscription).toBe(9);
		expect(frame.parts[0]).toMatchObject({ channel: 3, reset: true, samplesPerColumn: 40, rate: 4000, firstColumn: 20, lastSamples: 7, lost: 2, reading: 0.5 });
		expect([...frame.parts[0].max]).toEqual([2]);
		expect([...frame.parts[1].mean]).toEqual([5, 6]);
		expect(decodeFrame(new ArrayBuffer(4))).toBeUndefined();
	});
});

describe('LiveTrack', () => {
	it('joins frames; the open column is replaced', () => {
		const track = new LiveTrack();
		track.apply(part(0, [1, 2, 3], { reset: true, lastSamples: 4 }));
		expect(track.endS).toBeCloseTo(0.024);
		track.apply(part(2, [30, 40]));
		const trace = new Trace('red');
		track.copyTo(trace, 0, 1);
		expect(trace.count).toBe(4);
		expect([...trace.min.subarray(0, 4)]).toEqual([1, 2, 30, 40]);
		expect(trace.endS).toBeCloseTo(0.04);
		track.copyTo(trace, 0.015, 0.025);
		expect([...trace.min.subarray(0, trace.count)]).toEqual([2, 30]);
	});

	it('starts afresh on reset, another width or a hole', () => {
		const track = new LiveTrack();
		track.apply(part(0, [1, 2, 3], { reset: true }));
		track.apply(part(9, [5]));
		expect([track.first, track.end]).toEqual([9, 10]);
		track.apply(part(4, [6], { samplesPerColumn: 20 }));
		expect([track.first, track.end]).toEqual([4, 5]);
	});
});
