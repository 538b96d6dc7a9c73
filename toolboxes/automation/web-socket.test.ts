/** The scripting protocol over real WebSockets, on the engine's own HTTP server. */

import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Message, device as simulated } from './testing.ts';
import { type BareClient, WebSocketEngine } from './web-socket-testing.ts';

let opened: WebSocketEngine;
let id: string;
beforeEach(async () => {
	opened = await WebSocketEngine.open();
	[{ id }] = opened.engine.bench.devices();
});
afterEach(() => opened[Symbol.asyncDispose]());

/** Resolves to the status of a refused upgrade, or `open`. */
function upgrade(url: string, options: { origin?: string; headers?: Record<string, string>; protocols?: string[] } = {}): Promise<number | 'open'> {
	const socket = new WebSocket(url, options.protocols ?? [], options);
	return new Promise((resolve) => {
		socket.on('open', () => {
			socket.terminate();
			resolve('open');
		});
		socket.on('unexpected-response', (_request, response) => resolve(response.statusCode as number));
		socket.on('error', () => {});
	});
}

/** A recording of so many seconds; its number. */
async function record(client: BareClient, seconds: number): Promise<number> {
	const { project_id } = (await client.ask('otii_get_active_project')).data;
	await client.ask('project_start_recording', { project_id });
	await opened.engine.pass(seconds);
	await client.ask('project_stop_recording', { project_id });
	return (await client.ask('project_get_last_recording', { project_id })).data.recording_id;
}

describe('a connection', () => {
	it('is admitted as the HTTP API is', async () => {
		expect(await upgrade(opened.url)).toBe('open');
		expect(await upgrade(opened.url, { origin: opened.server.url })).toBe('open');
		expect(await upgrade(opened.url, { origin: 'http://evil.example' })).toBe(403);
		expect(await upgrade(opened.url, { headers: { host: 'rebound.example' } })).toBe(403);
		expect(await upgrade(opened.url.replace('/api/scripting', '/api/other'))).toBe(404);
	});

	it('needs the token where there is one', async () => {
		const folder = mkdtempSync(join(tmpdir(), 'microjoule-token-'));
		const tokenFile = join(folder, 'token');
		writeFileSync(tokenFile, '0123456789abcdef0123456789abcdef', { mode: 0o600 });
		await using guarded = await WebSocketEngine.open({}, { tokenFile });
		expect(await upgrade(guarded.url)).toBe(403);
		expect(await upgrade(guarded.url, { headers: { authorization: 'Bearer 0123456789abcdef0123456789abcdef' } })).toBe('open');
		const token = Buffer.from('0123456789abcdef0123456789abcdef').toString('base64url');
		expect(await upgrade(guarded.url, { protocols: ['microjoule.scripting', `microjoule.token.${token}`] })).toBe('open');
		rmSync(folder, { recursive: true });
	});

	it('is greeted with what the WebSocket can do, and answers as TCP does', async () => {
		using client = await opened.client();
		expect(client.messages[0]).toMatchObject({ type: 'information', info: 'connected', data: { protocol_version: '0.1', capabilities: expect.arrayContaining(['subscribe']) } });
		using tcp = await opened.engine.client();
		for (const [cmd, data] of [
			['otii_get_devices', undefined],
			['arc_get_main_voltage', { device_id: id }],
			['arc_get_main_voltage', { device_id: 'none' }],
			['arc_set_range', { device_id: id, range: 'mid' }],
			['arc_set_main_voltage', { device_id: id, value: '3' }],
			['arc_set_main_voltage', { device_id: id }],
			['no_such_command', {}],
		] as const) {
			const { trans_id: _one, ...over } = await client.ask(cmd, data);
			const { trans_id: _other, ...expected } = await tcp.ask(cmd, data);
			expect(over).toEqual(expected);
		}
		expect((await tcp.ask('subscribe', { licences: true })).errorcode).toBe('Invalid command');
	});

	it('refuses a binary frame and what is no JSON, and goes on', async () => {
		using client = await opened.client();
		client.socket.send(Buffer.from('{"type":"request","cmd":"otii_get_devices"}'));
		client.socket.send('{');
		client.socket.send('{"type":"request","cmd":"otii_is_logged_in","trans_id":"9"}\r\n');
		await client.next(({ trans_id }) => trans_id === '9');
		const errors = client.messages.filter(({ type }) => type === 'error');
		expect(errors).toMatchObject([{ errorcode: 'Not able to parse request', data: { parse_error: 'a binary frame' } }, { errorcode: 'Not able to parse request' }]);
	});

	it('is told that a request is too large, and closed', async () => {
		using client = await opened.client();
		client.socket.send(JSON.stringify({ type: 'request', cmd: 'x', data: 'x'.repeat(1024 * 1024) }));
		expect((await client.next(({ type }) => type === 'error')).data).toMatchObject({ max_size: 1_048_576, read_size: expect.any(String) });
		expect(await client.closed).toBe(1009);
		using other = await opened.client();
		other.socket.send('x'.repeat(3 * 1024 * 1024));
		expect(await other.closed).toBe(1009);
	});

	it('has many requests at a time: a quick answer does not wait for a slow one', async () => {
		await opened.engine.answered(opened.engine.bench.close(id));
		using client = await opened.client();
		client.socket.send(JSON.stringify({ type: 'request', cmd: 'otii_get_devices', trans_id: 'slow', data: { timeout: 3 } }));
		for (let number = 0; number < 300; number++) client.socket.send(JSON.stringify({ type: 'request', cmd: 'otii_is_logged_in', trans_id: `q${number}` }));
		await client.untilTimeless(() => client.messages.filter(({ trans_id }) => trans_id?.startsWith('q')).length === 300);
		expect(client.messages.some(({ trans_id }) => trans_id === 'slow')).toBe(false);
		expect((await client.next(({ trans_id }) => trans_id === 'slow')).data).toEqual({ devices: [] });
	});

	it('gets an answer of any length as one message, and others after it', async () => {
		using client = await opened.client();
		const recording_id = await record(client, 100);
		const whole = client.ask('recording_get_channel_data', { recording_id, device_id: id, channel: 'mc', index: 0, count: 1e9 });
		const after = client.ask('otii_is_logged_in');
		const { data } = await whole;
		expect(data).toMatchObject({ data_type: 'analog', timestamp: 0, interval: 0.00025 });
		expect(data.values.length).toBeGreaterThan(399_000);
		expect(data.values.every(Number.isFinite)).toBe(true);
		expect((await after).type).toBe('response');
	});

	it('whose answer breaks off in the middle is dropped, with the reason in the log, and gets nothing after it', async () => {
		using client = await opened.client();
		const recording_id = await record(client, 100);
		await client.ask('recording_get_channel_info', { recording_id, device_id: id, channel: 'mc' });
		const { project } = opened.engine.bench.projects;
		truncateSync(join(project?.recordingFolder('001') as string, `${id}.mc.f32`), 4 * 100_000);
		const known = client.messages.length;
		client.socket.send(
			JSON.stringify({ type: 'request', cmd: 'recording_get_channel_data', trans_id: '1', data: { recording_id, device_id: id, channel: 'mc', index: 0, count: 1e9 } }),
		);
		client.socket.send(JSON.stringify({ type: 'request', cmd: 'otii_is_logged_in', trans_id: '2' }));
		expect(await client.closed).toBe(1006);
		// The second answer may have left before the first began; nothing of the first shows.
		expect(client.messages.slice(known).every(({ trans_id }) => trans_id === '2')).toBe(true);
		expect(opened.engine.logged).toEqual([expect.stringMatching(/^scripting: a client was dropped: an answer broke off: .*mc\.f32.*shorter/)]);
	});

	it('that takes nothing is dropped, with a reason in the log, and nothing is held for it', async () => {
		await using slow = await WebSocketEngine.open({ stallS: 0.3 });
		const [device] = slow.engine.bench.devices();
		using client = await slow.client();
		const { project_id } = (await client.ask('otii_get_active_project')).data;
		await client.ask('arc_set_main', { device_id: device.id, enable: true });
		await client.ask('project_start_recording', { project_id });
		await slow.engine.pass(300);
		client.socket.pause();
		client.socket.send(
			JSON.stringify({ type: 'request', cmd: 'recording_get_channel_data', trans_id: '1', data: { recording_id: 1, device_id: device.id, channel: 'mc', index: 0, count: 1e9 } }),
		);
		await expect.poll(() => slow.engine.logged, { timeout: 20_000 }).toEqual(['scripting: a client was dropped: it took nothing for 0.3 s']);
		expect(slow.socket.clients).toBe(0);
	});

	it('that is closed by the end of the program gets its answer first', async () => {
		using client = await opened.client();
		client.socket.send(JSON.stringify({ type: 'request', cmd: 'otii_shutdown', trans_id: 'end' }));
		await opened.engine.shutdown;
		await opened.socket.close();
		expect(await client.closed).toBe(1001);
		expect(client.messages.at(-1)).toEqual({ type: 'response', cmd: 'otii_shutdown', trans_id: 'end' });
	});
});

describe('a subscription', () => {
	const frames = (client: BareClient, subscription: number, place = 0) => client.frames.filter((frame) => frame.subscription === subscription && frame.place === place);

	it('sends live samples, whole and at a lower rate, that are those of the recording', async () => {
		using client = await opened.client();
		await client.ask('arc_set_main', { device_id: id, enable: true });
		const full = (
			await client.ask('subscribe', {
				channels: [
					{ device_id: id, channel: 'mc' },
					{ device_id: id, channel: 'mv' },
				],
			})
		).data;
		expect(full).toEqual({
			subscription: 1,
			channels: [
				{ device_id: id, channel: 'mc', unit: 'A', sample_rate: 4000 },
				{ device_id: id, channel: 'mv', unit: 'V', sample_rate: 1000 },
			],
		});
		const { subscription: slow, channels } = (await client.ask('subscribe', { channels: [{ device_id: id, channel: 'mc' }], rate: 150 })).data;
		expect(channels[0].sample_rate).toBeCloseTo(4000 / 27, 9);
		await client.until(() => frames(client, 1).reduce((sum, { values }) => sum + values.length, 0) > 8000 && frames(client, slow).length > 3);
		for (const [subscription, place] of [
			[1, 0],
			[1, 1],
			[slow, 0],
		]) {
			const [first, ...more] = frames(client, subscription, place);
			let next = first.index + first.values.length;
			for (const { index, values, missing, lost } of more) {
				expect([index, missing, lost]).toEqual([next, 0, 0]);
				next += values.length;
			}
		}
		// The means of the full stream are the slow one.
		const all = new Map<number, number>();
		for (const { index, values } of frames(client, 1)) for (const [k, value] of values.entries()) all.set(index + k, value);
		let compared = 0;
		for (const { index, values } of frames(client, slow))
			for (const [k, value] of values.entries()) {
				const block = Array.from({ length: 27 }, (_, n) => all.get((index + k) * 27 + n));
				if (!block.every((sample) => sample !== undefined)) continue;
				expect(value).toBeCloseTo(block.reduce((sum, sample) => sum + sample, 0) / 27, 9);
				compared++;
			}
		expect(compared).toBeGreaterThan(100);
	});

	it('sends a recording, all of it or a window of it, to its end', async () => {
		using client = await opened.client();
		await client.ask('arc_set_main', { device_id: id, enable: true });
		const recording_id = await record(client, 30);
		const channels = [
			{ device_id: id, channel: 'mc' },
			{ device_id: id, channel: 'mv' },
		];
		const ended = (subscription: number) => client.next(({ info, data }) => info === 'subscription_ended' && data.subscription === subscription);
		const whole = (await client.ask('subscribe', { channels, recording_id })).data;
		expect(whole.channels[1]).toEqual({ device_id: id, channel: 'mv', unit: 'V', sample_rate: 1000, offset: 0 });
		expect(await ended(whole.subscription)).toEqual({ type: 'information', info: 'subscription_ended', data: { subscription: whole.subscription } });
		for (const [place, { channel }] of channels.entries()) {
			const { values } = (await client.ask('recording_get_channel_data', { recording_id, device_id: id, channel, index: 0, count: 1e9 })).data;
			const sent = frames(client, whole.subscription, place);
			expect(sent.flatMap((frame) => [...frame.values])).toEqual([...Float32Array.from(values)]);
			expect(sent[1].index).toBe(sent[0].values.length);
		}
		// Two seconds at 10 Hz, which has blocks of 0.1 s.
		const { subscription } = (await client.ask('subscribe', { channels: [channels[0]], recording_id, rate: 10, from: 3.05, to: 5.02 })).data;
		await ended(subscription);
		const means = frames(client, subscription);
		expect(means[0]).toMatchObject({ index: 30, rateHz: 10 });
		expect(means.reduce((sum, { values }) => sum + values.length, 0)).toBe(21);
		const { average } = (await client.ask('recording_get_channel_statistics', { recording_id, device_id: id, channel: 'mc', from: 3, to: 3.1 })).data;
		expect(means[0].values[0]).toBeCloseTo(average, 9);
	});

	it('to a recording in progress follows it until it is stopped', async () => {
		using client = await opened.client();
		await client.ask('arc_set_main', { device_id: id, enable: true });
		const { project_id } = (await client.ask('otii_get_active_project')).data;
		await client.ask('project_start_recording', { project_id });
		await opened.engine.pass(1);
		const { recording_id } = (await client.ask('project_get_last_recording', { project_id })).data;
		const channels = [
			{ device_id: id, channel: 'mc' },
			{ device_id: id, channel: 'mv' },
		];
		const subscribe = async (more: object = {}) => (await client.ask('subscribe', { channels, recording_id, ...more })).data.subscription as number;
		const [whole, slow, part] = [await subscribe(), await subscribe({ rate: 30 }), await subscribe({ from: 0.5, to: 2.5 })];
		const length = (subscription: number, place = 0) => frames(client, subscription, place).reduce((sum, { values }) => sum + values.length, 0);
		const isEnded = (subscription: number) => client.messages.some(({ info, data }) => info === 'subscription_ended' && data.subscription === subscription);
		for (let seconds = 2; seconds < 5; seconds++) {
			await opened.engine.pass(1);
			await client.until(() => length(whole) > (seconds - 0.5) * 4000);
			expect([isEnded(whole), isEnded(slow)]).toEqual([false, false]);
		}
		expect(isEnded(part)).toBe(true);
		expect([length(part, 0), length(part, 1)]).toEqual([8000, 2000]);
		await client.ask('project_stop_recording', { project_id });
		await client.until(() => isEnded(whole) && isEnded(slow));
		for (const [place, { channel }] of channels.entries()) {
			const { values } = (await client.ask('recording_get_channel_data', { recording_id, device_id: id, channel, index: 0, count: 1e9 })).data;
			expect(frames(client, whole, place).flatMap((frame) => [...frame.values])).toEqual([...Float32Array.from(values)]);
			const block = Math.ceil([4000, 1000][place] / 30);
			const means = frames(client, slow, place).flatMap((frame) => [...frame.values]);
			expect(means.length).toBe(Math.ceil(values.length / block));
			const last = values.slice((means.length - 1) * block);
			expect(means.at(-1)).toBeCloseTo(last.reduce((sum: number, value: number) => sum + value, 0) / last.length, 6);
		}
	});

	it('tells where live samples and events lie in the recording in progress', async () => {
		using client = await opened.client();
		await client.ask('arc_set_main', { device_id: id, enable: true });
		await opened.engine.pass(0.3);
		const rates = { mc: 4000, mv: 1000 };
		const channels = Object.keys(rates).map((channel) => ({ device_id: id, channel }));
		const { subscription } = (await client.ask('subscribe', { channels, events: ['setting'], recordings: true })).data;
		const notes = () => client.messages.filter(({ info }) => info === 'recording').map(({ data }) => data);
		await client.until(() => notes().length === 1);
		expect(notes()).toEqual([{ subscription, recording_id: -1, starts: [] }]);
		const { project_id } = (await client.ask('otii_get_active_project')).data;
		for (const seconds of [0.77, 1]) {
			await opened.engine.pass(0.1234);
			await client.ask('project_start_recording', { project_id });
			await opened.engine.pass(seconds);
			expect((await client.ask('arc_set_main_voltage', { device_id: id, value: 2 + seconds })).type).toBe('response');
			await opened.engine.pass(0.5);
		}
		await client.ask('project_stop_recording', { project_id });
		await client.until(() => notes().length === 4);
		expect(notes().map(({ recording_id }) => recording_id)).toEqual([-1, 1, 2, -1]);
		for (const { recording_id, starts } of notes().slice(1, 3)) {
			expect(starts).toEqual([{ device_id: id, time: expect.any(Number) }]);
			const [{ time: start }] = starts;
			for (const [place, [channel, rate]] of Object.entries(rates).entries()) {
				const { values } = (await client.ask('recording_get_channel_data', { recording_id, device_id: id, channel, index: 0, count: 1e9 })).data;
				expect(values.length).toBeGreaterThan(rate);
				const first = Math.round(start * rate);
				const placed: number[] = [];
				for (const frame of frames(client, subscription, place)) for (const [k, value] of frame.values.entries()) placed[frame.index + k - first] = value;
				expect(placed.slice(0, values.length)).toEqual([...Float32Array.from(values)]);
			}
			const change = client.messages.filter(({ info, data }) => info === 'event' && data.setting === 'mainVoltage')[recording_id - 1];
			const recorded: number[] = [];
			await opened.engine.bench.reading(`00${recording_id}`, async (reader) => {
				for await (const event of reader.events()) if (event.type === 'setting' && event.setting === 'mainVoltage' && event.time > 0) recorded.push(event.time);
			});
			expect(recorded).toEqual([expect.closeTo(change.data.time - start, 9)]);
		}
	});

	it('to a recording waits for credit, where it was asked to', async () => {
		using client = await opened.client();
		const recording_id = await record(client, 100);
		const { subscription } = (await client.ask('subscribe', { channels: [{ device_id: id, channel: 'mc' }], recording_id, credit: 2 })).data;
		await client.until(() => client.frames.length === 2);
		await client.ask('recording_get_channel_info', { recording_id, device_id: id, channel: 'mc' });
		expect(client.frames.length).toBe(2);
		await client.ask('subscription_continue', { subscription, frames: 1 });
		await client.until(() => client.frames.length === 3);
		await client.ask('unsubscribe', { subscription });
		await client.ask('otii_is_logged_in');
		expect(client.frames.length).toBe(3);
		expect((await client.ask('unsubscribe', { subscription })).type).toBe('response');
	});

	it('sends UART lines and edges, and changes of devices', async () => {
		await using busy = await WebSocketEngine.open({ devices: (clock) => [simulated(clock, 'arc', 'sensor', 'Sensor')] });
		const [device] = busy.engine.bench.devices();
		using client = await busy.client();
		const { subscription } = (await client.ask('subscribe', { events: ['log', 'edge'], devices: true })).data;
		await client.next(({ info }) => info === 'device');
		for (const [cmd, data] of [
			['arc_set_main_voltage', { value: 3.3 }],
			['arc_enable_exp_port', { enable: true }],
			['arc_enable_uart', { enable: true }],
			['arc_set_main', { enable: true }],
		] as const)
			await client.ask(cmd, { device_id: device.id, ...data });
		const line = await client.next(({ info, data }) => info === 'event' && data.event === 'log');
		expect(line.data).toEqual({ subscription, device_id: device.id, event: 'log', channel: 'rx', text: expect.any(String), time: expect.any(Number) });
		await client.next(({ info, data }) => info === 'event' && data.event === 'edge');
		const devices = client.messages.filter(({ info }) => info === 'device').map(({ data }) => data);
		expect(devices[0]).toMatchObject({ device_id: device.id, name: 'Sensor', type: 'Arc', connected: true, settings: { main: false } });
		expect(devices.at(-1).settings.main).toBe(true);
		// Nothing is told twice.
		expect(new Set(devices.map((each) => JSON.stringify(each))).size).toBe(devices.length);
	});

	it('ends when the licence is returned, but for licence changes, which tell it', async () => {
		using client = await opened.client();
		const data = (await client.ask('subscribe', { channels: [{ device_id: id, channel: 'mc' }] })).data;
		const licences = (await client.ask('subscribe', { licences: true })).data;
		expect((await client.next(({ info }) => info === 'licence')).data).toMatchObject({ subscription: licences.subscription, automation: { open: true }, battery: { open: false } });
		await opened.engine.returnInPortal(opened.engine.licences[0]);
		const ended = await client.next(({ info }) => info === 'subscription_ended');
		expect(ended.data).toMatchObject({ subscription: data.subscription, errorcode: 'No license' });
		await client.next((message) => message.info === 'licence' && !message.data.automation.open);
		expect((await client.ask('subscribe', { events: ['log'] })).errorcode).toBe('No license');
		expect((await client.ask('subscribe', { channels: [{ device_id: id, channel: 'mc' }] })).errorcode).toBe('No license');
	});

	it('is refused with the key that is wrong, and nothing is subscribed to', async () => {
		using client = await opened.client();
		const recording_id = await record(client, 1);
		const mc = [{ device_id: id, channel: 'mc' }];
		const wrong: [object, string, string][] = [
			[{}, 'Missing key in request', 'channels'],
			[{ channels: 'mc' }, 'Invalid key type', 'channels'],
			[{ channels: [] }, 'Invalid key value', 'channels'],
			[{ channels: [{ channel: 'mc' }] }, 'Invalid key value', 'channels'],
			[{ channels: [...mc, ...mc] }, 'Invalid key value', 'channels'],
			[{ channels: [{ device_id: id, channel: 'rx' }] }, 'Invalid key value', 'channels'],
			[{ channels: [{ device_id: id, channel: 'zz' }] }, 'Invalid key value', 'channel'],
			[{ channels: [{ device_id: id, channel: 'sp' }], recording_id }, 'Invalid key value', 'channel'],
			[{ channels: mc, rate: 0 }, 'Invalid key value', 'rate'],
			[{ channels: mc, from: 1 }, 'Invalid key value', 'from'],
			[{ channels: mc, recording_id: 99 }, 'Invalid key value', 'recording_id'],
			[{ channels: mc, recording_id, from: 2, to: 1 }, 'Invalid key value', 'to'],
			[{ channels: mc, recording_id, events: ['log'] }, 'Invalid key value', 'recording_id'],
			[{ recording_id, events: ['log'] }, 'Missing key in request', 'channels'],
			[{ events: ['noise'] }, 'Invalid key value', 'events'],
			[{ events: [] }, 'Invalid key value', 'events'],
			[{ devices: 1 }, 'Invalid key type', 'devices'],
		];
		for (const [data, code, key] of wrong) expect([data, await client.ask('subscribe', data)]).toMatchObject([data, { errorcode: code, data: { key } }]);
		expect((await client.ask('subscribe', { channels: [{ device_id: 'none', channel: 'mc' }] })).errorcode).toBe('Device not connected');
		expect((await client.ask('unsubscribe', { subscription: 1 })).data.key).toBe('subscription');
		expect((await client.ask('subscription_continue', { subscription: 1, frames: 1 })).data.key).toBe('subscription');
		expect(client.frames).toEqual([]);
	});

	it('of one client are limited together', async () => {
		using client = await opened.client();
		const answers: Message[] = [];
		for (let count = 0; count < 33; count++) answers.push(await client.ask('subscribe', { licences: true }));
		expect(answers.filter(({ type }) => type === 'response').length).toBe(32);
		expect(answers.at(-1).data.message).toMatch(/32 subscriptions/);
	});
});
