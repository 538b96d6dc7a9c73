import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Load, LoadUart } from '../../drivers/simulator/loads/load.ts';
import type { SimulatorOptions } from '../../drivers/simulator/simulator.ts';
import { Project } from '../project/project.ts';
import { Bench } from './bench.ts';
import type { MeasuredDevice } from './measurement.ts';
import type { TapChannel } from './tap.ts';
import { simulated } from './testing.ts';
import { Trigger, type TriggerPlan, type TriggerStatus } from './trigger.ts';
import type { Condition } from './trigger-condition.ts';

/** Draws 1 mA and a slow ramp on it, so that no two samples are the same, and 10 mA more for 100 ms of every second. */
class Pulses implements Load {
	/** Of GPI 1 and 2. */
	levels = 0;
	/** What it prints next. */
	print = '';
	readonly uart: LoadUart = {
		baudRate: 115_200,
		powered: true,
		take: () => {
			const text = this.print;
			this.print = '';
			return text === '' ? undefined : new TextEncoder().encode(text);
		},
		receive: () => {},
	};
	#us = 0;
	fill(_voltage: number, current: Float64Array, from: number, to: number, tickUs: number): void {
		for (let n = from; n < to; n++, this.#us += tickUs) current[n] = 1e-3 + this.#us * 1e-10 + (this.#us % 1_000_000 < 100_000 ? 0.01 : 0);
	}
	peak(): number {
		return 0.018;
	}
}

const highA = 0.006;

async function setUp(...options: Partial<SimulatorOptions>[]) {
	const setup = await simulated(options.length > 0 ? options : [{ load: new Pulses() }]);
	const project = await Project.create(join(setup.folder, 'project'));
	const bench = await Bench.create({ project, decoder: setup.decoder, clock: setup.clock, openPath: async () => setup.devices[0].instrument, discover: async () => [] });
	/** Every sample there ever was, by `<device>.<channel>`. */
	const all = new Map<string, number[]>();
	bench.taps.add({
		samples: ({ device, id }: TapChannel, start, column) => {
			const kept = all.get(`${device}.${id}`) ?? [];
			expect(start).toBe(kept.length);
			kept.push(...column);
			all.set(`${device}.${id}`, kept);
		},
		event: () => {},
	});
	for (const { instrument } of setup.devices) await bench.add(instrument);
	const trigger = new Trigger(bench, setup.clock);
	const states: TriggerStatus[] = [];
	trigger.on((status) => states.push(status));
	const device = setup.devices[0].instrument.identity.id;
	/** Lets simulated time pass until the trigger says so: making files takes the host's time. */
	const until = async (enough: (status: TriggerStatus) => boolean) => {
		while (!enough(trigger.status())) await setup.clock.delay(0.01);
	};
	/** Lets time pass until a pulse has just ended: the next one is most of a second away. */
	const afterPulse = async () => {
		const isHigh = () => (all.get(`${device}.mc`)?.at(-1) ?? 0) >= highA;
		while (!isHigh()) await setup.clock.delay(0.01);
		while (isHigh()) await setup.clock.delay(0.01);
	};
	const column = (id: string, key = `${device}.mc`): Float32Array => {
		const bytes = readFileSync(join(project.recordingFolder(id), `${key}.f32`));
		return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
	};
	const close = async () => {
		await trigger[Symbol.asyncDispose]();
		await bench.shutdown();
	};
	return { ...setup, project, bench, trigger, states, device, all, until, afterPulse, column, close };
}

/** A plan that begins here and leaves everything else alone. */
const plan = (start: Condition | null, more: Partial<TriggerPlan> = {}): TriggerPlan => ({ start, preS: 0, stop: null, afterS: null, times: null, name: null, ...more });
const rising = (device: string): Condition => ({ type: 'edge', device, channel: 'mc', rising: true, level: highA, hysteresis: 0.001 });

/** Where one column lies in another, exactly. */
function placeOf(part: Float32Array, whole: readonly number[]): number {
	const at = whole.indexOf(part[0]);
	expect(at).toBeGreaterThanOrEqual(0);
	expect(whole.slice(at, at + part.length)).toEqual(Array.from(part));
	return at;
}

describe('the trigger', () => {
	it('begins a recording to the sample before the edge, ends it to the sample after it, and is done after n', async () => {
		const { trigger, until, afterPulse, bench, column, all, device, clock, states, project, close } = await setUp();
		await afterPulse();
		trigger.arm(plan(rising(device), { preS: 0.2, afterS: 0.25, times: 2, name: 'Burst' }));
		expect(trigger.status()).toMatchObject({ state: 'armed', count: 0 });
		await until(({ state }) => state === 'done');
		const recordings = bench.recordings();
		expect(recordings).toMatchObject([
			{ name: 'Burst 1', finished: true, lost: 0 },
			{ name: 'Burst 2', finished: true, lost: 0 },
		]);
		const whole = all.get(`${device}.mc`) as number[];
		const places = recordings.map(({ id }) => {
			const mc = column(id);
			// 4 kHz: 0.2 s before, 0.25 s after.
			expect(mc.length).toBe(800 + 1000);
			expect(mc[799]).toBeLessThan(highA);
			expect(mc[800]).toBeGreaterThanOrEqual(highA);
			expect(column(id, `${device}.mv`).length).toBe(200 + 250);
			return placeOf(mc, whole);
		});
		expect((places[1] - places[0]) % 4000).toBe(0); // the pulses' period
		expect(states.map(({ state }) => state).filter((state, n, list) => state !== list[n - 1])).toEqual(['armed', 'triggered', 'armed', 'triggered', 'done']);
		const [log] = project.entry('001').logs ?? [];
		expect(await project.readLog('001', log.id, {})).toMatchObject({ total: 1, lines: [{ time: expect.closeTo(0.2, 9), text: expect.stringContaining('rises through 0.006 A') }] });
		await clock.delay(1.5);
		expect(bench.recordings()).toHaveLength(2);
		await close();
	});

	it('ends a recording at a second condition, within a batch of it', async () => {
		const { trigger, until, bench, column, device, clock, close } = await setUp();
		await clock.delay(0.2);
		trigger.arm(plan(rising(device), { preS: 0.1, stop: { type: 'level', device, channel: 'mc', above: false, level: highA, holdS: 0.05 }, times: 1 }));
		await until(({ state }) => state === 'done');
		const [{ id, duration }] = bench.recordings();
		expect(bench.recording).toBeNull();
		// A pulse of 0.1 s, 0.05 s of quiet; then what was being delivered.
		const { atS = 0 } = trigger.status().last ?? {};
		expect(duration).toBeGreaterThanOrEqual(atS + 0.15 - 1e-9);
		expect(duration).toBeLessThan(atS + 0.15 + 0.1);
		const mc = column(id);
		expect(mc.findIndex((value) => value >= highA)).toBe(Math.round(atS * 4000));
		expect(mc.findLastIndex((value) => value >= highA)).toBe(Math.round(atS * 4000) + 399);
		await close();
	});

	it('has the same moment in all devices, and what held there', async () => {
		const { trigger, until, afterPulse, bench, device, devices, all, column, close } = await setUp({ load: new Pulses() }, { kind: 'ace', load: new Pulses(), seed: 3 });
		const other = devices[1].instrument.identity.id;
		await afterPulse();
		trigger.arm(plan(rising(device), { preS: 0.3, afterS: 0.2, times: 1 }));
		await until(({ state }) => state === 'done');
		const [{ id }] = bench.recordings();
		const mc = column(id, `${other}.mc`);
		expect(mc.length).toBe(25_000); // 50 kHz for 0.5 s
		// On the clock; batches tell a device's time to some milliseconds.
		const beganS = [device, other].map((which) => {
			const { startedAtS } = bench.measured().find(({ instrument }) => instrument.identity.id === which) as MeasuredDevice;
			return startedAtS + placeOf(column(id, `${which}.mc`), all.get(`${which}.mc`) as number[]) / (which === device ? 4000 : 50_000);
		});
		expect(Math.abs(beganS[0] - beganS[1])).toBeLessThan(0.05);
		await bench.reading(id, async (reader) => {
			const held: string[] = [];
			for await (const event of reader.events()) if (event.time === 0 && 'channel' in event) held.push(`${event.type} ${event.channel}`);
			expect(held.sort()).toEqual(['edge i1', 'edge i1', 'edge i2', 'edge i2', 'range mc', 'range mc']);
		});
		await close();
	});

	it('takes what there is where less of the past is there', async () => {
		const { trigger, bench, column, all, device, afterPulse, until, close } = await setUp();
		await afterPulse();
		trigger.arm(plan(rising(device), { preS: 5, afterS: 0.1, times: 1 }));
		await until(({ state }) => state === 'done');
		const { atS = 0 } = trigger.status().last ?? {};
		expect(atS).toBeGreaterThan(0);
		expect(atS).toBeLessThan(1);
		const mc = column(bench.recordings()[0].id);
		expect(mc[Math.round(atS * 4000)]).toBeGreaterThan(highA);
		expect(mc[Math.round(atS * 4000) - 1]).toBeLessThan(highA);
		placeOf(mc, all.get(`${device}.mc`) as number[]);
		await close();
	});

	it('fires at a digital edge and at a UART line', async () => {
		const load = new Pulses();
		const { trigger, bench, device, clock, until, close } = await setUp({ load });
		await clock.delay(0.2);
		trigger.arm(plan({ type: 'digital', device, channel: 'i1', rising: true }, { preS: 0.1, afterS: 0.1, times: 1 }));
		await clock.delay(0.3);
		expect(trigger.status().state).toBe('armed');
		load.levels = 1;
		await until(({ state }) => state === 'done');
		trigger.arm(plan({ type: 'text', device, text: 'boot +ok', pattern: true }, { afterS: 0.1, times: 1 }));
		load.print = 'boot failed\r\n';
		await clock.delay(0.3);
		expect(trigger.status()).toMatchObject({ state: 'armed', count: 0 });
		load.print = 'now boot  ok\r\n';
		await until(({ state }) => state === 'done');
		expect(bench.recordings()).toHaveLength(2);
		await close();
	});

	it('ends a recording that somebody began, and waits while there is none', async () => {
		const { trigger, bench, device, clock, until, close } = await setUp();
		await clock.delay(0.2);
		trigger.arm(plan(null, { stop: rising(device), times: 1 }));
		expect(trigger.status()).toMatchObject({ state: 'waiting', reason: 'No recording is in progress.' });
		await bench.startRecording({});
		expect(trigger.status()).toMatchObject({ state: 'armed', reason: null });
		await until(({ state }) => state === 'done');
		expect(bench.recording).toBeNull();
		await close();
	});

	it('waits while another recording is in progress, goes on after one that somebody stopped, and can be fired by hand', async () => {
		const { trigger, bench, device, devices, clock, until, close } = await setUp();
		await bench.startRecording({});
		trigger.arm(plan({ type: 'manual' }, { preS: 0.1 }));
		expect(trigger.status().state).toBe('waiting');
		await expect(trigger.fire()).rejects.toThrow(/waiting: A recording is in progress/);
		await bench.stopRecording();
		await clock.delay(0.3);
		await trigger.fire();
		expect(trigger.status()).toMatchObject({ state: 'triggered', count: 1, last: { what: 'by hand', recording: '002' } });
		await clock.delay(0.1);
		expect((await bench.stopRecording()).duration).toBeGreaterThan(0.15);
		await until(({ state }) => state === 'armed');
		expect(trigger.status().count).toBe(1);
		await trigger.fire();
		trigger.disarm();
		expect(trigger.status().state).toBe('off');
		expect(bench.recording).not.toBeNull(); // it goes on
		await bench.stopRecording();
		trigger.arm(plan({ ...rising(device), level: 1 } as Condition));
		await bench.close(device);
		expect(trigger.status()).toMatchObject({ state: 'waiting', reason: expect.stringContaining('not open') });
		expect(devices).toHaveLength(1);
		await close();
	});

	it('refuses what cannot be, with the remedy', async () => {
		const { trigger, device, close } = await setUp();
		const edge = rising(device);
		for (const [bad, message] of [
			[plan(null), /neither a start nor a stop/],
			[plan(edge, { preS: 61 }), /from 0 to 60 s/],
			[plan(edge, { afterS: 0 }), /more than 0 s/],
			[plan(edge, { times: 0 }), /from 1 on/],
			[plan({ ...edge, device: 'arc-9' } as Condition), /no open device arc-9/],
			[plan({ ...edge, channel: 'i1' } as Condition), /no analog channel i1/],
			[plan({ ...edge, channel: 'ac' } as Condition), /not measured; switch the channel on/],
			[plan({ type: 'text', device, text: '(', pattern: true }), /is no pattern/],
			[plan(null, { stop: { type: 'manual' } }), /by hand/],
		] as const)
			expect(() => trigger.arm(bad)).toThrow(message);
		expect(trigger.status().state).toBe('off');
		await close();
	});

	it('says why it is off when a recording cannot begin', async () => {
		const { trigger, bench, until, device, clock, close } = await setUp();
		await bench.projects.close();
		await clock.delay(0.2);
		trigger.arm(plan(rising(device)));
		await until(({ state }) => state === 'off');
		expect(trigger.status().reason).toMatch(/No project is open/);
		await close();
	});
});
