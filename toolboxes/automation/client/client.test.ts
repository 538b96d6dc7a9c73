/** The client library against a real engine, over TCP and over WebSocket. */

import { createServer as createTcpServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import { licenceTypes, type Toolbox, toolboxes, unlocks } from '../../licensing/licence.ts';
import { credentials, device as simulated } from '../testing.ts';
import { WebSocketEngine } from '../web-socket-testing.ts';
import { givingTypes, type WantedLicence } from './auto-licence.ts';
import type { Client } from './client.ts';
import { commandNames } from './commands.ts';
import { type ConnectOptions, connect } from './node.ts';
import type { Samples, SubscriptionMessage } from './subscription.ts';

let opened: WebSocketEngine | undefined;
const clients: Client[] = [];
afterEach(async () => {
	for (const client of clients.splice(0)) await client.close();
	await opened?.[Symbol.asyncDispose]();
	opened = undefined;
});

const transports = ['TCP', 'WebSocket'] as const;
const engineOf = () => (opened as WebSocketEngine).engine;
const held = () => engineOf().licensing.openLicences();
/** Lets the engine's time pass until it is answered. */
const go = <T>(answer: Promise<T>) => engineOf().answered(answer);

async function connected(transport: (typeof transports)[number], options: ConnectOptions = {}): Promise<Client> {
	const { server, engine } = opened as WebSocketEngine;
	const client = await connect({ ...(transport === 'TCP' ? { port: engine.tcp.port } : { url: server.url }), ...options });
	clients.push(client);
	return client;
}

describe.each(transports)('over %s', (transport) => {
	let client: Client;
	let device_id: string;
	const start = async (options: Parameters<typeof WebSocketEngine.open>[0] = {}, connectOptions: ConnectOptions = {}) => {
		opened = await WebSocketEngine.open(options);
		client = await connected(transport, connectOptions);
		[{ device_id }] = (await client.otii_get_devices()).devices;
	};

	it('measures as a script does, with every command a typed method', async () => {
		await start();
		await go(client.arc_set_main_voltage({ device_id, value: 3.7 }));
		await go(client.arc_set_main({ device_id, enable: true }));
		const { value } = await client.arc_get_main_voltage({ device_id });
		expectTypeOf(value).toEqualTypeOf<number>();
		expect(value).toBe(3.7);
		const { project_id } = await client.otii_get_active_project();
		await go(client.project_start_recording({ project_id }));
		await engineOf().pass(5);
		await go(client.project_stop_recording({ project_id }));
		const recording = await client.project_get_last_recording({ project_id });
		const { from, to } = await client.recording_get_channel_info({ recording_id: recording.recording_id, device_id, channel: 'mc' });
		const statistics = await client.recording_get_channel_statistics({ recording_id: recording.recording_id, device_id, channel: 'mc', from, to });
		expect(statistics.average).toBeCloseTo(3.7 / 330, 4);
		expect(statistics.energy).toBeCloseTo((3.7 ** 2 / 330) * (to - from), 2);
		const data = await client.recording_get_channel_data({ recording_id: recording.recording_id, device_id, channel: 'mc', index: 0, count: 1e9 });
		expect(data.values.length).toBe(Math.round((to - from) * 4000));
		for (const name of commandNames) expect(client[name]).toBeTypeOf('function');
	});

	it('throws what the engine refuses, with code and data', async () => {
		await start();
		await expect(client.arc_get_main_voltage({ device_id: 'none' })).rejects.toMatchObject({
			name: 'ScriptingError',
			code: 'Device not connected',
			data: { device_id: 'none' },
			message: expect.stringMatching(/^arc_get_main_voltage: There is no device none/),
		});
		await expect(client.arc_set_range({ device_id, range: 'mid' as 'low' })).rejects.toMatchObject({ code: 'Invalid key value', data: { key: 'range', value: 'mid' } });
		await expect(client.request('no_such_command')).rejects.toMatchObject({ code: 'Invalid command' });
	});

	it('tells how far it is, and can be given up', async () => {
		await start();
		const { project_id } = await client.otii_get_active_project();
		const parts: number[] = [];
		await client.project_save({ project_id, filename: 'saved' }, { onProgress: (part) => parts.push(part) });
		expect(parts).toEqual([0, 1]);
		const given = new AbortController();
		const waiting = client.otii_get_device_id({ device_name: 'x' }, { signal: given.signal });
		given.abort(new Error('enough'));
		await expect(waiting).rejects.toThrow('enough');
		expect((await client.otii_is_logged_in()).logged_in).toBe(true);
	});

	it('answers many requests at a time', async () => {
		await start();
		const answers = await Promise.all(Array.from({ length: 200 }, () => client.arc_get_max_current({ device_id })));
		expect(answers.length).toBe(200);
	});

	it('signs in, reserves with a time to live, and gives everything back when it closes', async () => {
		await start({ reserved: false }, { credentials, ttlS: 30 });
		const [licence] = engineOf().licences;
		expect(held()).toEqual([licence]);
		expect(engineOf().licensing.user).toBe('anna');
		await client.close();
		expect(held()).toEqual([]);
		expect(engineOf().licensing.user).toBe(null);
	});

	it('leaves to others what they have reserved', async () => {
		await start();
		expect(held()).toEqual(engineOf().licences);
		await client.close();
		expect(held()).toEqual(engineOf().licences);
	});

	it('works without an account where the licence is there, and says what to do where it is not', async () => {
		await start();
		await engineOf().licensing.logout();
		const other = await connected(transport);
		expect((await other.otii_get_devices()).devices.length).toBe(1);
		await engineOf().licensing.login(credentials.username, credentials.password);
		await engineOf().returnInPortal(engineOf().licences[0]);
		await expect.poll(held).toEqual([]);
		await engineOf().licensing.logout();
		await expect(connected(transport)).rejects.toMatchObject({ code: 'Not logged in', message: expect.stringMatching(/give credentials/) });
		await expect(connected(transport, { credentials: { ...credentials, password: 'wrong' } })).rejects.toMatchObject({ code: 'Could not login' });
		await expect(connected(transport, { credentials, licences: ['Battery'], waitS: 0 })).rejects.toMatchObject({ code: 'No license', message: 'No licence for Battery is free.' });
		// Those that failed have left nothing behind.
		expect(engineOf().licensing.user).toBe(null);
		const bare = await connected(transport, { licences: [] });
		await expect(bare.otii_get_devices()).rejects.toMatchObject({ code: 'No license' });
	});

	it('is told when the connection ends', async () => {
		await start();
		await Promise.all([engineOf().tcp.close(), (opened as WebSocketEngine).socket.close()]);
		const refused = { name: 'MicrojouleError', code: 'ENGINE_UNREACHABLE' };
		await expect(client.otii_get_devices()).rejects.toMatchObject(refused);
		await expect(client.otii_get_devices()).rejects.toMatchObject(refused);
	});
});

describe('a licence for both toolboxes', () => {
	it('is reserved once, by the type that gives least', async () => {
		opened = await WebSocketEngine.open({ reserved: false, licences: ['Enterprise', 'Automation'] });
		const [enterprise, automation] = opened.engine.licences;
		const client = await connected('WebSocket', { credentials, licences: ['Automation', 'Battery'] });
		expect(held().toSorted()).toEqual([enterprise, automation].toSorted());
		await client.close();
		const one = await connected('WebSocket', { credentials, licences: ['Automation'] });
		expect(held()).toEqual([automation]);
		await one.close();
		expect(held()).toEqual([]);
	});

	it('is known by the types that the portal has', () => {
		const names: Record<WantedLicence, Toolbox> = { Automation: 'automation', Battery: 'battery' };
		expect(Object.values(names).toSorted()).toEqual([...toolboxes].toSorted());
		for (const [wanted, toolbox] of Object.entries(names))
			expect(givingTypes[wanted as WantedLicence].toSorted()).toEqual(
				Object.keys(licenceTypes)
					.filter((type) => unlocks(type, toolbox))
					.toSorted(),
			);
	});
});

describe('a subscription', () => {
	let client: Client;
	let device_id: string;
	beforeEach(async () => {
		opened = await WebSocketEngine.open({ devices: (clock) => [simulated(clock, 'arc', 'sensor', 'Sensor')] });
		client = await connected('WebSocket');
		[{ device_id }] = (await client.otii_get_devices()).devices;
	});

	it('is iterated over: samples, lines and changes, until the loop is left', async () => {
		await go(client.arc_enable_uart({ device_id, enable: true }));
		const subscription = await client.subscribe({ channels: [{ device_id, channel: 'mc' }], events: ['log'], devices: true, licences: true });
		expect(subscription.channels).toEqual([{ device_id, channel: 'mc', unit: 'A', sample_rate: 4000 }]);
		const switched = client.arc_set_main({ device_id, enable: true });
		const seen = new Map<SubscriptionMessage['type'], SubscriptionMessage>();
		let next: number | undefined;
		await go(
			(async () => {
				for await (const message of subscription) {
					seen.set(message.type, message);
					if (message.type === 'samples') {
						expect(message.index).toBe(next ?? message.index);
						expect(message.time).toBe(message.index / 4000);
						next = message.index + message.values.length;
					}
					if (message.type === 'event' && message.event === 'log' && seen.size === 4) {
						expect(message.text).not.toBe('');
						break;
					}
				}
			})(),
		);
		await switched;
		expect(seen.get('device')).toMatchObject({ device_id, name: 'Sensor', kind: 'Arc', connected: true });
		expect(seen.get('licence')).toMatchObject({ automation: { open: true } });
	});

	it('to a recording gives every sample, however slow the loop is', async () => {
		await go(client.arc_set_main({ device_id, enable: true }));
		const { project_id } = await client.otii_get_active_project();
		await go(client.project_start_recording({ project_id }));
		// More frames than may be on their way at a time.
		await engineOf().pass(1500);
		await go(client.project_stop_recording({ project_id }));
		const { recording_id } = await client.project_get_last_recording({ project_id });
		const { count } = await client.recording_get_channel_data_count({ recording_id, device_id, channel: 'mc' });
		const { average } = await client.recording_get_channel_statistics({ recording_id, device_id, channel: 'mc', from: 0, to: 1e6 });
		let [samples, sum, frames] = [0, 0, 0];
		for await (const message of await client.subscribe({ channels: [{ device_id, channel: 'mc' }], recording_id })) {
			const { index, values, missing } = message as Samples;
			expect([index, missing]).toEqual([samples, 0]);
			samples += values.length;
			for (const value of values) sum += value;
			frames++;
			if (frames === 10) await client.otii_is_logged_in();
		}
		expect(samples).toBe(count);
		expect(frames).toBeGreaterThan(64);
		expect(sum / samples).toBeCloseTo(average, 9);
	});

	it('leaves out the oldest live samples where the loop is too slow, and says how many', async () => {
		await using subscription = await client.subscribe({ channels: [{ device_id, channel: 'mc' }] }, { maxWaitingBytes: 8000 });
		await engineOf().pass(3);
		await client.otii_is_logged_in();
		let next: number | undefined;
		let missing = 0;
		await go(
			(async () => {
				for await (const message of subscription) {
					const samples = message as Samples;
					if (next !== undefined) expect(samples.index).toBe(next + samples.missing);
					next = samples.index + samples.values.length;
					missing += samples.missing;
					if (samples.missing === 0 && missing > 0) break;
				}
			})(),
		);
		expect(missing).toBeGreaterThan(4000);
	});

	it('throws when the licence is returned, and when the connection ends', async () => {
		const subscription = await client.subscribe({ events: ['log'] });
		await engineOf().returnInPortal(engineOf().licences[0]);
		const loop = async (of: AsyncIterable<SubscriptionMessage>) => {
			for await (const _ of of);
		};
		await expect(loop(subscription)).rejects.toMatchObject({ code: 'No license' });
		const licences = await client.subscribe({ licences: true });
		await (opened as WebSocketEngine).socket.close();
		await expect(loop(licences)).rejects.toMatchObject({ code: 'ENGINE_UNREACHABLE' });
	});

	it('is refused over TCP', async () => {
		const tcp = await connected('TCP');
		await expect(tcp.subscribe({ licences: true })).rejects.toMatchObject({ code: 'NOT_SUPPORTED' });
	});
});

describe('connecting', () => {
	it('says where nobody answers, and where something else does', async () => {
		const silent = createTcpServer((socket) =>
			socket
				.on('error', () => {})
				.resume()
				.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
		);
		await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
		const { port } = silent.address() as { port: number };
		const unreachable = (at: string) => ({ code: 'ENGINE_UNREACHABLE', message: expect.stringContaining(at) });
		await expect(connect({ port })).rejects.toMatchObject(unreachable(`127.0.0.1:${port}`));
		await expect(connect({ url: `http://127.0.0.1:${port}` })).rejects.toMatchObject(unreachable(`ws://127.0.0.1:${port}/api/scripting`));
		await new Promise((resolve) => silent.close(resolve));
		await expect(connect({ port })).rejects.toMatchObject(unreachable('ECONNREFUSED'));
		await expect(connect({ url: 'nonsense' })).rejects.toMatchObject({ code: 'INVALID_VALUE' });
	});
});
