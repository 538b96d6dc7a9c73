import { closeSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RecordingReader } from '../recording/reader.ts';
import { type MeasuredDevice, Measurement } from './measurement.ts';
import { Recorder } from './recorder.ts';
import { arcPlan, KeepingTap, simulated } from './testing.ts';

/** A recorded column, as any program would read it. */
function column(folder: string, channel = 'mc', device = ''): number[] {
	const file = readdirSync(folder).find((name) => name.startsWith(device) && name.endsWith(`.${channel}.f32`)) as string;
	const bytes = readFileSync(join(folder, file));
	return Array.from(new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)));
}

const noisy = { noise: true, seed: 3 };

async function recorded(durationS: number, setup: Awaited<ReturnType<typeof simulated>>, tap = new KeepingTap()) {
	const { devices, decoder, clock, folder } = setup;
	let recorder: Recorder | undefined;
	const measurement = await Measurement.start(
		devices.map(({ instrument }) => ({ instrument, plan: arcPlan })),
		decoder,
		clock,
		[tap],
		async (measured) => {
			recorder = await Recorder.create(measured, { folder: join(folder, '001'), id: '001', name: 'one', durationS });
			recorder.begin();
		},
	);
	return { measurement, recorder: recorder as unknown as Recorder, folder: join(folder, '001'), tap };
}

describe('a recording of a given duration', () => {
	it.each([0.5, 0.1233, 0.12375, 1.0005])('of %d s has exactly that many samples of each channel, from the first of the measurement on', async (durationS) => {
		const { measurement, recorder, folder, tap } = await recorded(durationS, await simulated([noisy]));
		await recorder.complete;
		await measurement.stop();
		await recorder.close();
		const samples = Math.round(durationS * 4000);
		expect(column(folder, 'mc')).toEqual(tap.of('mc').slice(0, samples));
		expect(column(folder, 'mv')).toEqual(tap.of('mv').slice(0, Math.round(durationS * 1000)));
		expect(column(folder, 'mp')).toHaveLength(samples);
		const reader = await RecordingReader.open(folder);
		expect(reader.info).toMatchObject({ finished: true, channels: expect.arrayContaining([expect.objectContaining({ id: 'mc', count: samples })]) });
		reader.close();
	});

	it('too short for any sample is complete at once', async () => {
		const { measurement, recorder, folder } = await recorded(1e-9, await simulated());
		await recorder.complete;
		await measurement.stop();
		await recorder.close();
		expect(column(folder)).toEqual([]);
	});
});

describe('recordings in the middle of a stream', () => {
	it('roll over without losing or doubling a sample', async () => {
		const setup = await simulated([noisy]);
		const tap = new KeepingTap();
		const { instrument } = setup.devices[0];
		const measurement = await Measurement.start([{ instrument, plan: arcPlan }], setup.decoder, setup.clock, [tap]);
		const frame = new Map<string, number>();
		const recorders: Recorder[] = [];
		const firsts: number[] = [];
		for (const id of ['001', '002', '003']) {
			await setup.clock.delay(0.2137);
			const recorder = await Recorder.create(measurement.devices, { folder: join(setup.folder, id), id, name: id });
			frame.set(instrument.identity.id, measurement.devices[0].stream.settledFrame + 7);
			firsts.push(measurement.devices[0].stream.settledFrame + 7);
			recorders.at(-1)?.end(frame);
			recorder.begin(frame);
			recorders.push(recorder);
		}
		await setup.clock.delay(0.3);
		await measurement.stop();
		for (const recorder of recorders) await recorder.close();
		const pieces = ['001', '002', '003'].map((id) => column(join(setup.folder, id)));
		expect(pieces.map(({ length }) => length).slice(0, 2)).toEqual([(firsts[1] - firsts[0]) * 4, (firsts[2] - firsts[1]) * 4]);
		expect(pieces.flat()).toEqual(tap.of('mc').slice(firsts[0] * 4));
		// The level that stood when each began is in each.
		for (const id of ['001', '002', '003']) {
			const events = readFileSync(join(setup.folder, id, 'events.jsonl'), 'utf8')
				.trim()
				.split('\n')
				.map((line) => JSON.parse(line));
			expect(events).toEqual(expect.arrayContaining([expect.objectContaining({ type: 'edge', channel: 'i1', level: 0, time: 0 })]));
		}
	});

	it('of two devices started together have the same length and both their columns', async () => {
		const setup = await simulated([noisy, { kind: 'ace', seed: 4 }]);
		const taps = new Map<string, KeepingTap>();
		const devices = setup.devices.map(({ instrument }) => ({ instrument, plan: { channels: [{ id: 'mc', rate: instrument.identity.kind === 'ace' ? 5000 : 4000 }] } }));
		let recorder: Recorder | undefined;
		const measurement = await Measurement.start(devices, setup.decoder, setup.clock, [], async (measured: readonly MeasuredDevice[]) => {
			for (const { stream, instrument } of measured) {
				const tap = new KeepingTap();
				taps.set(instrument.identity.id, tap);
				stream.taps.add(tap);
			}
			recorder = await Recorder.create(measured, { folder: join(setup.folder, '001'), id: '001', name: 'both', durationS: 0.5 });
			recorder.begin();
		});
		await (recorder as unknown as Recorder).complete;
		await measurement.stop();
		const info = await (recorder as unknown as Recorder).close();
		expect(info.devices).toHaveLength(2);
		for (const { instrument } of devices) {
			const { id, kind } = instrument.identity;
			const samples = kind === 'ace' ? 2500 : 2000;
			expect(column(join(setup.folder, '001'), 'mc', id)).toEqual(taps.get(id)?.of('mc').slice(0, samples));
		}
	});
});

describe('when something fails', () => {
	it.skipIf(process.platform !== 'linux')('a disk that refuses rejects with DISK, and the stream runs on (needs /proc)', async () => {
		const { measurement, recorder, folder, tap } = await recorded(60, await simulated());
		const fd = readdirSync('/proc/self/fd')
			.map(Number)
			.find((each) => {
				try {
					return readlinkSync(`/proc/self/fd/${each}`).startsWith(folder) && readlinkSync(`/proc/self/fd/${each}`).endsWith('.mc.f32');
				} catch {
					return false;
				}
			}) as number;
		closeSync(fd);
		await expect(recorder.complete).rejects.toMatchObject({ code: 'DISK' });
		const before = tap.of('mc').length;
		await expect.poll(() => tap.of('mc').length).toBeGreaterThan(before + 4000);
		expect(measurement.devices[0].stream.failure).toBeUndefined();
		expect(measurement.devices[0].stream.statistics.lostFrames).toBe(0);
		await measurement.stop();
		await expect(recorder.close()).rejects.toMatchObject({ code: 'DISK' });
	});

	it('a device that leaves ends its stream with an event; what was recorded stays and is whole', async () => {
		const setup = await simulated([noisy]);
		const { measurement, recorder, folder, tap } = await recorded(60, setup);
		await setup.clock.delay(0.5);
		setup.devices[0].simulator.unplug();
		await expect.poll(() => tap.all('disconnect').length).toBe(1);
		await measurement.stop();
		await recorder.close();
		expect(tap.of('mc').length).toBeGreaterThan(1000);
		expect(column(folder)).toEqual(tap.of('mc'));
		expect(readFileSync(join(folder, 'events.jsonl'), 'utf8')).toContain('"disconnect"');
	});
});
