/** What scripts rely on about recordings: units, clipping, what follows what, and that it works while recording. */

import { getEventListeners } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Answering } from '../dispatcher.ts';
import { device, type ScriptClient, ScriptingEngine } from '../testing.ts';

const sampleS = 1 / 4000;

/** An Arc at 3.3 V with 330 Ω and a tracker on an Ace, recording for `seconds`. */
async function recorded(
	seconds = 2,
): Promise<{ engine: ScriptingEngine; client: ScriptClient; arc: string; ace: string; channel: { recording_id: number; device_id: string; channel: string } }> {
	const engine = await ScriptingEngine.open({
		devices: (clock) => [
			{ ...device(clock), settings: { mainVoltage: 3.3, main: true } },
			{ ...device(clock, 'ace', 'tracker', 'Ace'), settings: { mainVoltage: 4, uart: true, expansionPort: true } },
		],
	});
	onTestFinished(() => engine[Symbol.asyncDispose]());
	const [arc, ace] = engine.bench.devices().map(({ id }) => id);
	const client = await engine.client();
	await client.do('arc_enable_channel', { device_id: arc, channel: 'mc', enable: true });
	await client.do('project_start_recording', { project_id: 1 });
	await client.do('arc_set_main', { device_id: ace, enable: true });
	await engine.pass(seconds);
	await client.do('project_stop_recording', { project_id: 1 });
	return { engine, client, arc, ace, channel: { recording_id: 1, device_id: arc, channel: 'mc' } };
}

describe('statistics', () => {
	it('have the energy with only the current enabled, and none for voltages', async () => {
		const { client, channel } = await recorded();
		const of = (name: string) => client.do('recording_get_channel_statistics', { ...channel, channel: name, from: 0.5, to: 1.5 });
		const current = await of('mc');
		expect(current.average).toBeCloseTo(0.01, 5);
		expect(current.energy).toBeCloseTo(0.033, 4);
		expect((await of('mp')).energy).toBeCloseTo(current.energy, 9);
		expect(Object.keys(await of('mv')).sort()).toEqual(['average', 'max', 'min']);
	});

	it('are clipped to the data, and zeros where there is none', async () => {
		const { client, channel } = await recorded();
		const of = (from: number, to: number) => client.do('recording_get_channel_statistics', { ...channel, from, to });
		expect(await of(-100, 100)).toEqual(await of(0, 1e9));
		for (const [from, to] of [
			[1, 1],
			[50, 60],
			[-5, -1],
		])
			expect(await of(from, to)).toMatchObject({ min: 0, max: 0, average: 0, energy: 0 });
	});
});

describe('data', () => {
	it('of a recording that has just started is nothing, and grows', async () => {
		const { engine, client, channel } = await recorded(0.2);
		await client.do('project_start_recording', { project_id: 1 });
		const running = { ...channel, recording_id: 2 };
		const { count } = await client.do('recording_get_channel_data_count', running);
		expect(count).toBeLessThan(8000);
		await engine.pass(0.5);
		const later = (await client.do('recording_get_channel_data_count', running)).count;
		expect(later).toBeGreaterThan(count + 1500);
		const { values, timestamp } = await client.do('recording_get_channel_data', { ...running, index: later - 100, count: 100 });
		expect(values.length).toBe(100);
		expect(timestamp).toBeCloseTo((later - 100) * sampleS, 9);
		const { from, to } = await client.do('recording_get_channel_info', running);
		expect(from).toBe(0);
		expect(to).toBeCloseTo(later * sampleS, 9);
	});

	it('is found by time: the sample that holds then, at the ends the first and the last', async () => {
		const { client, channel } = await recorded();
		const { count } = await client.do('recording_get_channel_data_count', channel);
		for (const [timestamp, index] of [
			[0, 0],
			[-3, 0],
			[sampleS, 1],
			[1.5 * sampleS, 1],
			[0.3, 1200],
			[1e6, count - 1],
		])
			expect(await client.do('recording_get_channel_data_index', { ...channel, timestamp }), String(timestamp)).toEqual({ index });
	});

	it('of the UART are lines, of an input edges, each with its time', async () => {
		const { client, ace } = await recorded(6);
		const of = async (channel: string) => {
			const key = { recording_id: 1, device_id: ace, channel };
			const { count } = await client.do('recording_get_channel_data_count', key);
			return client.do('recording_get_channel_data', { ...key, index: 0, count });
		};
		const log = await of('rx');
		expect(log.data_type).toBe('log');
		expect(log.values.slice(0, 2).map(({ value }: { value: string }) => value)).toEqual(['Ready', 'Connecting...']);
		const edges = await of('i1');
		expect(edges).toEqual(await of('gpi1'));
		expect(edges).toMatchObject({ data_type: 'digital', values: [{ value: true }, { value: false }] });
		expect(edges.values[1].timestamp - edges.values[0].timestamp).toBeCloseTo(0.01, 2);
		expect(edges.values[0].timestamp).toBeCloseTo(log.values[1].timestamp, 1);
		const part = await client.do('recording_get_channel_data', { recording_id: 1, device_id: ace, channel: 'rx', index: 1, count: 1 });
		expect(part.values).toEqual([log.values[1]]);
	});

	it('of the UART and of an input grows under a client that polls, and is the same afterwards', async () => {
		const { engine, client, ace } = await recorded(0.1);
		await client.do('project_start_recording', { project_id: 1 });
		const seen: Record<string, unknown[]> = { rx: [], i1: [] };
		const poll = async (channel: string) => {
			const key = { recording_id: 2, device_id: ace, channel };
			const known = seen[channel];
			const { count } = await client.do('recording_get_channel_data_count', key);
			const { values } = await client.do('recording_get_channel_data', { ...key, index: known.length, count: count - known.length });
			expect(values.length).toBe(count - known.length);
			known.push(...values);
		};
		for (let look = 0; look < 100; look++) {
			await engine.pass(0.4);
			for (const channel of ['rx', 'i1']) await poll(channel);
		}
		await client.do('project_stop_recording', { project_id: 1 });
		for (const channel of ['rx', 'i1']) {
			await poll(channel);
			const key = { recording_id: 2, device_id: ace, channel };
			expect(seen[channel].length).toBeGreaterThanOrEqual(4);
			expect((await client.do('recording_get_channel_data', { ...key, index: 0, count: 1e6 })).values).toEqual(seen[channel]);
			const [, second] = seen[channel] as { timestamp: number }[];
			expect(await client.do('recording_get_channel_data_index', { ...key, timestamp: second.timestamp })).toEqual({ index: 1 });
			expect(await client.do('recording_get_channel_data_index', { ...key, timestamp: -1 })).toEqual({ index: 0 });
		}
	});

	it('leaves nothing behind on a connection that asks again and again, nor when its client goes before it is read', async () => {
		const { engine, channel } = await recorded();
		using account = engine.licensing.connection();
		const gone = new AbortController();
		const ask = (stream: Answering['stream']) =>
			engine.dispatcher.answer(
				JSON.stringify({ type: 'request', cmd: 'recording_get_channel_data', data: { ...channel, index: 0, count: 10 } }),
				{ client: 'test', account, signal: gone.signal },
				{ send: async () => {}, stream, drop: () => {} },
			);
		for (let n = 0; n < 5; n++)
			await ask(async (_head, pieces) => {
				for await (const piece of pieces) expect(piece.length).toBeGreaterThan(0);
			});
		expect(getEventListeners(gone.signal, 'abort').length).toBe(0);
		await ask(async () => gone.abort());
		await engine.answered(engine.bench.deleteRecording('001'));
	});

	it('stays readable when its device has gone', async () => {
		const { engine, client, channel } = await recorded();
		const before = await client.do('recording_get_channel_statistics', { ...channel, from: 0, to: 1 });
		await engine.answered(engine.bench.close(channel.device_id));
		expect(await client.do('recording_get_channel_statistics', { ...channel, from: 0, to: 1 })).toEqual(before);
		expect(await client.ask('arc_get_main', { device_id: channel.device_id })).toMatchObject({ errorcode: 'Device not connected', data: { device_id: channel.device_id } });
	});
});

describe('offsets', () => {
	it('are in microseconds, and shift samples, lines and edges', async () => {
		const { client, ace, channel } = await recorded(4);
		for (const name of ['mc', 'rx', 'i1']) {
			const key = { recording_id: 1, device_id: ace, channel: name };
			const all = { ...key, index: 0, count: 1 };
			const first = async () => {
				const { timestamp, values } = await client.do('recording_get_channel_data', all);
				return timestamp ?? values[0].timestamp;
			};
			const [info, time] = [await client.do('recording_get_channel_info', key), await first()];
			expect(await client.do('recording_get_log_offset', key)).toEqual({ offset: 0 });
			await client.do('recording_set_log_offset', { ...key, offset: 1_500_000 });
			expect(await client.do('recording_get_log_offset', key)).toEqual({ offset: 1_500_000 });
			const shifted = await client.do('recording_get_channel_info', key);
			expect([shifted.offset, shifted.from, shifted.to]).toEqual([1.5, info.from + 1.5, expect.closeTo(info.to + 1.5, 9)]);
			expect((await first()) - time).toBeCloseTo(1.5, 9);
		}
		await client.do('recording_set_offset', { recording_id: 1, offset: -250 });
		expect(await client.do('recording_get_offset', { recording_id: 1 })).toEqual({ offset: -250 });
		expect(await client.do('recording_get_log_offset', channel)).toEqual({ offset: 0 });
	});
});

describe('recordings', () => {
	it('roll over without a gap, keep their ids, and are listed oldest first', async () => {
		const { engine, client } = await recorded(0.2);
		await client.do('project_start_recording', { project_id: 1 });
		const { recording_id } = await client.do('project_get_last_recording', { project_id: 1 });
		await engine.pass(0.2);
		await client.do('project_start_recording', { project_id: 1 });
		await client.do('recording_rename', { recording_id, name: 'second' });
		await client.do('project_stop_recording', { project_id: 1 });
		await client.do('project_stop_recording', { project_id: 1 });
		const { recordings } = await client.do('project_get_recordings', { project_id: 1 });
		expect(recordings.map(({ recording_id: id, name, running }: Record<string, unknown>) => [id, name === 'second', running])).toEqual([
			[1, false, false],
			[2, true, false],
			[3, false, false],
		]);
		await client.do('recording_delete', { recording_id: 2 });
		expect(await client.ask('recording_is_running', { recording_id: 2 })).toMatchObject({ errorcode: 'Invalid key value', data: { key: 'recording_id', value: 2 } });
		await client.do('project_start_recording', { project_id: 1 });
		expect((await client.do('project_get_last_recording', { project_id: 1 })).recording_id).toBe(4);
	});

	it('are downsampled and cropped', async () => {
		const { client, channel } = await recorded();
		const { count } = await client.do('recording_get_channel_data_count', channel);
		await client.do('recording_downsample_channel', { ...channel, factor: 10 });
		expect(await client.do('recording_get_channel_data_count', channel)).toEqual({ count: Math.floor((count - 1) / 10) });
		expect((await client.do('recording_get_channel_info', channel)).sample_rate).toBe(400);
		await client.do('project_crop_data', { project_id: 1, start: 0.5, end: 1.5 });
		const { from, to } = await client.do('recording_get_channel_info', channel);
		expect(to - from).toBeCloseTo(1, 2);
	});
});

describe('projects', () => {
	it('are not let go of with unsaved changes unless forced, and not overwritten', async () => {
		const { engine, client } = await recorded(0.2);
		await client.do('project_save', { project_id: 1, filename: 'first.otii' });
		expect(await client.ask('project_save', { project_id: 1, filename: join(engine.folder, 'projects', 'default'), force: true })).toMatchObject({ errorcode: 'Command failure' });
		await client.do('recording_rename', { recording_id: 1, name: 'changed' });
		const other = { filename: 'default' };
		expect(await client.ask('otii_open_project', other)).toMatchObject({ type: 'error', errorcode: 'Command failure', data: { message: expect.stringMatching(/not saved/) } });
		const { project_id } = await client.do('otii_open_project', { ...other, force: true });
		expect(project_id).not.toBe(1);
		expect(await client.ask('project_get_last_recording', { project_id: 1 })).toMatchObject({ errorcode: 'Project does not exist' });
		expect(await client.do('otii_open_project', { filename: join(engine.folder, 'projects', 'first', 'first.otii3'), force: true })).toMatchObject({
			filename: join(engine.folder, 'projects', 'first'),
		});
		rmSync(join(engine.folder, 'projects', 'default'), { recursive: true });
	});
});

it('many clients poll a recording that runs, and none disturbs it', async () => {
	const { engine, ace } = await recorded(0.2);
	using starter = await engine.client();
	await starter.do('project_start_recording', { project_id: 1 });
	const clients = await Promise.all(Array.from({ length: 20 }, () => engine.client()));
	const passing = engine.pass(3);
	await Promise.all(
		clients.map(async (client, number) => {
			const key = { recording_id: 2, device_id: ace, channel: ['mc', 'mv', 'mp'][number % 3] };
			let before = 0;
			for (let look = 0; look < 20; look++) {
				const { count } = await client.do('recording_get_channel_data_count', key);
				expect(count).toBeGreaterThanOrEqual(before);
				before = count;
				const { values } = await client.do('recording_get_channel_data', { ...key, index: Math.max(0, count - 100), count: 100 });
				// More may have come since it was counted.
				expect(values.length).toBeGreaterThanOrEqual(Math.min(100, count));
				expect(values.length).toBeLessThanOrEqual(100);
				expect((await client.do('recording_get_channel_statistics', { ...key, from: 0, to: 1e6 })).max).toBeGreaterThanOrEqual(0);
			}
		}),
	);
	await passing;
	await starter.do('project_stop_recording', { project_id: 1 });
	expect(engine.bench.recordings().at(-1)).toMatchObject({ id: '002', finished: true, lost: 0 });
	for (const client of clients) client[Symbol.dispose]();
});
