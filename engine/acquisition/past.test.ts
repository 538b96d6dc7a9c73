import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../drivers/clock.ts';
import type { MeasuredDevice } from './measurement.ts';
import { maxPastBytes, Past } from './past.ts';
import type { AcquisitionEvent, Tap, TapChannel } from './tap.ts';

/** A device as far as the past knows it: frames of 1 ms, and what its clock says now. */
function device(id: string, settledFrame: number, nowS: number | undefined): MeasuredDevice {
	const stream = { settledFrame, frameRate: 1000, standing: [], clock: { deviceTimeAt: () => nowS } };
	return { instrument: { identity: { id }, settings: { range: 'low' } }, stream } as unknown as MeasuredDevice;
}

const channel = (id: string, rate = 1000): TapChannel => ({ device: id, id: 'mc', unit: 'A', rate });
const column = (from: number, count: number) => Float32Array.from({ length: count }, (_, n) => from + n);

/** Keeps what is replayed, and in which order. */
class Kept implements Tap {
	readonly order: string[] = [];
	readonly values: number[] = [];
	samples({ device: from }: TapChannel, start: number, values: Float32Array): void {
		this.order.push(`${from} ${start}`);
		this.values.push(...values);
	}
	event(from: string, event: AcquisitionEvent): void {
		this.order.push(`${from} ${event.type}`);
	}
}

describe('the past', () => {
	it('hands over what came before and while it was held, in the order of the stream, and knows what held at its beginning', async () => {
		const measured = [device('a', 300, 0.3)];
		const past = new Past(1, () => measured, new VirtualClock());
		past.event('a', { type: 'edge', channel: 'i1', level: 1, time: 0.05 });
		past.event('a', { type: 'setting', setting: 'range', value: 'high', time: 0.06 });
		for (let at = 0; at < 300; at += 100) past.samples(channel('a'), at, column(at, 100));
		past.event('a', { type: 'edge', channel: 'i1', level: 0, time: 0.25 });
		const held = past.hold('a', 0.2, 0.1);
		expect([held.preS, held.startsS.get('a')]).toEqual([0.1, 0.1]);
		expect([...held.standing('a')]).toMatchObject([{ channel: 'i1', level: 1 }]);
		expect(held.settings('a')).toMatchObject({ range: 'high' });
		past.samples(channel('a'), 300, column(300, 50));
		const kept = new Kept();
		let caughtUp = false;
		await held.replay(kept, () => {
			caughtUp = true;
		});
		expect(caughtUp).toBe(true);
		expect(kept.order.slice(-4)).toEqual(['a 100', 'a 200', 'a edge', 'a 300']);
		expect(kept.values.slice(-150)).toEqual([...column(200, 150)]);
	});

	it('keeps from now on what a device sends that has sent nothing yet', async () => {
		const measured = [device('a', 100, 0.1), device('b', 0, undefined)];
		const past = new Past(1, () => measured, new VirtualClock());
		past.samples(channel('a'), 0, column(0, 100));
		const held = past.hold('a', 0.09, 0.05);
		expect(held.preS).toBe(0); // b has no past
		past.samples(channel('b'), 0, column(0, 40));
		const kept = new Kept();
		await held.replay(kept, () => {});
		expect(kept.order).toContain('b 0');
	});

	it('lets go of what is older than asked for, and of everything beyond its bound', () => {
		const measured = [device('a', 0, 100)];
		const past = new Past(2, () => measured, new VirtualClock());
		for (let at = 0; at < 10_000; at += 100) past.samples(channel('a'), at, column(at, 100));
		expect(past.hold('a', 10, 60).preS).toBeCloseTo(2, 0);
		const rate = maxPastBytes / 4 / 4; // 4 s fill it
		const wide = new Past(60, () => measured, new VirtualClock());
		const second = new Float32Array(rate / 4);
		for (let at = 0; at < 30 * rate; at += second.length) wide.samples(channel('a', rate), at, second);
		expect(wide.hold('a', 30, 60).preS).toBeLessThan(4.3);
	});

	it('says so where what is held is gone: the measurement began anew', async () => {
		const measured = [device('a', 100, 0.1)];
		const past = new Past(1, () => measured, new VirtualClock());
		past.samples(channel('a'), 0, column(0, 100));
		const held = past.hold('a', 0.1, 0.05);
		past.samples(channel('a'), 0, column(0, 100));
		await expect(held.replay(new Kept(), () => {})).rejects.toThrow(/is gone/);
	});
});
