/** How messages travel: what every existing client relies on, whatever the command. */

import { once } from 'node:events';
import { truncateSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { realClock } from '../../drivers/clock.ts';
import { device, lineFeed, python, ScriptingEngine } from './testing.ts';

const request = (cmd: string, more: object = {}) => JSON.stringify({ type: 'request', cmd, trans_id: '1', ...more });
const answer = { type: 'response', cmd: 'otii_is_logged_in', trans_id: '1', data: { logged_in: true } };

describe('the connection', () => {
	it('greets alone and at once, and says nothing more unasked', async () => {
		await using engine = await ScriptingEngine.open();
		using client = await engine.client();
		expect(client.raw).toBe('{"type":"information","info":"connected","data":{"otii_version":"3.6.0","protocol_version":"0.1","server":"otii-server"}}\r\n');
		const greeting = client.raw.length;
		await engine.pass(2);
		await engine.bench.set(engine.bench.devices()[0].id, { mainVoltage: 3 });
		expect(client.raw.length).toBe(greeting);
	});

	it('listens on IPv4 and IPv6 loopback', async () => {
		await using engine = await ScriptingEngine.open();
		for (const host of ['127.0.0.1', '::1']) {
			const socket = connect(engine.tcp.port, host);
			expect(String((await once(socket, 'data'))[0])).toContain('"connected"');
			socket.destroy();
		}
	});

	it('survives clients that connect and leave, before the greeting, after it, and in the middle of a request', async () => {
		await using engine = await ScriptingEngine.open();
		for (let n = 0; n < 30; n++) {
			const socket = connect(engine.tcp.port, '127.0.0.1').on('error', () => {});
			if (n % 3 === 0) socket.destroy();
			else {
				await once(socket, 'connect');
				if (n % 3 === 1) socket.resetAndDestroy();
				else socket.end('{"type":"requ');
			}
		}
		using client = await engine.client();
		expect(await client.say(request('otii_is_logged_in'))).toEqual(answer);
		await expect.poll(() => engine.tcp.clients).toBe(1);
		expect(engine.logged).toEqual([]);
	});

	it('answers several clients on one state, each in its own order', async () => {
		await using engine = await ScriptingEngine.open();
		const clients = await Promise.all(Array.from({ length: 10 }, () => engine.client()));
		const [{ device_id }] = (await clients[0].do('otii_get_devices')).devices;
		await clients[0].do('arc_set_exp_voltage', { device_id, value: 2.5 });
		for (const client of clients) for (let n = 0; n < 20; n++) client.write(`${request('arc_get_exp_voltage', { trans_id: String(n), data: { device_id } })}\r\n`);
		for (const client of clients) for (let n = 0; n < 20; n++) expect(await client.message()).toMatchObject({ trans_id: String(n), data: { value: 2.5 } });
		for (const client of clients) client.socket.destroy();
	});

	it.each([
		'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n',
		'POST / HTTP/1.1\r\nHost: 127.0.0.1:1905\r\nContent-Type: text/plain\r\n\r\n',
		'OPTIONS * HTTP/1.1\r\n\r\n',
		'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
	])('hangs up on %j before anything is run', async (head) => {
		await using engine = await ScriptingEngine.open();
		using client = await engine.client();
		const { id } = engine.bench.devices()[0];
		client.write(`${head}${request('arc_set_exp_voltage', { data: { device_id: id, value: 4.5 } })}\r\n`);
		await client.ended();
		expect(client.raw.split('\r\n').length).toBe(2);
		expect(engine.bench.devices()[0].settings.expansionVoltage).not.toBe(4.5);
		expect(engine.logged).toEqual(['scripting: hung up on an HTTP client']);
	});

	it('forgets a client that leaves while a command waits', async () => {
		await using engine = await ScriptingEngine.open({ clock: realClock, devices: () => [] });
		using client = await engine.client();
		client.write(`${request('otii_get_devices', { data: { timeout: 3600 } })}\n`);
		client.socket.destroy();
		await expect.poll(() => engine.tcp.clients, { timeout: 10_000 }).toBe(0);
	});

	it('ends with the program: the answer to otii_shutdown leaves first', async () => {
		await using engine = await ScriptingEngine.open();
		using client = await engine.client();
		using other = await engine.client();
		client.write(`${request('otii_shutdown')}\r\n`);
		await engine.shutdown;
		await engine.tcp.close();
		await client.ended();
		await other.ended();
		expect(JSON.parse(client.raw.split('\r\n')[1])).toEqual({ type: 'response', cmd: 'otii_shutdown', trans_id: '1' });
	});

	it('refuses with an error that old and new clients can print', async () => {
		await using engine = await ScriptingEngine.open();
		const clients = await Promise.all(Array.from({ length: 256 }, () => engine.client()));
		using client = await engine.socket();
		const refusal = await client.message();
		expect(refusal).toMatchObject({ type: 'error', errorcode: 'Connection denied', cmd: '', trans_id: '' });
		expect(refusal.data.message).toMatch(/256 clients/);
		expect(refusal.payload.message).toBe(refusal.data.message);
		await client.ended();
		for (const each of clients) each.socket.destroy();
	});
});

describe('lines', () => {
	it('end with CRLF only, one a message, without blank ones', async () => {
		await using engine = await ScriptingEngine.open();
		using client = await engine.client();
		for (const line of [request('otii_is_logged_in'), 'nonsense', request('nonsense'), request('otii_get_licenses')]) await client.say(line);
		const lines = client.raw.split('\r\n');
		expect(lines.pop()).toBe('');
		expect(lines.length).toBe(5);
		for (const line of lines) expect(line).toMatch(/^\{[^\r\n]*\}$/);
	});

	it.each([python, lineFeed])('are read with %j at their end', async (format) => {
		await using engine = await ScriptingEngine.open();
		using client = await engine.client(format);
		expect(await client.do('otii_is_logged_in')).toEqual({ logged_in: true });
	});

	it('are read from segments of any length, several in one, and characters split in two', async () => {
		await using engine = await ScriptingEngine.open();
		using client = await engine.client();
		const name = 'Grüße – ☃ 😀';
		const text = Buffer.from(`${request('otii_get_device_id', { data: { device_name: name } })}\n\r\n\n${request('otii_is_logged_in', { trans_id: '2' })}\r\n`);
		for (const size of [1, 2, 3, 7, text.length]) {
			for (let at = 0; at < text.length; at += size) {
				client.write(text.subarray(at, at + size));
				await new Promise((resolve) => setImmediate(resolve));
			}
			expect((await client.message()).data).toMatchObject({ key: 'device_name', value: name });
			expect(await client.message()).toEqual({ ...answer, trans_id: '2' });
		}
	});

	it('are ASCII, whatever is in them', async () => {
		await using engine = await ScriptingEngine.open();
		using client = await engine.client(lineFeed);
		await client.do('project_start_recording', { project_id: 1 });
		await client.do('project_stop_recording', { project_id: 1 });
		const name = 'Wärme 85 °C ☃ 😀 \u007f\u2028';
		await client.do('recording_rename', { recording_id: 1, name });
		expect(await client.do('project_get_last_recording', { project_id: 1 })).toMatchObject({ name });
		await client.ask('Ünknown');
		await client.say('"💥');
		expect(client.raw.replaceAll('\r\n', '')).toMatch(/^[\x20-\x7e]*$/);
	});

	it('may have 1 MiB, and the connection ends after a longer one', async () => {
		await using engine = await ScriptingEngine.open();
		using client = await engine.client();
		const most = 1024 * 1024 - 1;
		const bare = request('otii_is_logged_in', { data: { padding: '' } });
		expect(await client.say(bare.replace(':""', `:"${'x'.repeat(most - bare.length)}"`))).toEqual(answer);
		client.write('x'.repeat(1024 * 1024 + 1));
		const error = await client.message();
		expect(error).toMatchObject({
			type: 'error',
			errorcode: 'Request too large',
			cmd: '',
			trans_id: '',
			data: { read_size: expect.stringMatching(/^\d+$/), max_size: 1024 * 1024 },
		});
		await client.ended();
	});
});

describe('transactions', () => {
	it('keep their id as the text it was, in responses, errors and progress', async () => {
		await using engine = await ScriptingEngine.open();
		using client = await engine.client();
		for (const trans_id of ['', '0', '007', 'a"\\ b', '1'.repeat(200), '☃'])
			for (const cmd of ['otii_is_logged_in', 'nonsense', 'arc_get_main']) expect((await client.say(request(cmd, { trans_id }))).trans_id).toBe(trans_id);
		client.write(`${request('project_save', { trans_id: 'p', data: { project_id: 1, filename: 'saved', progress: true } })}\r\n`);
		const messages = [await client.message(), await client.message(), await client.message()];
		expect(messages).toMatchObject([
			{ type: 'progress', cmd: 'project_save', trans_id: 'p', progress_value: 0 },
			{ type: 'progress', cmd: 'project_save', trans_id: 'p', progress_value: 1 },
			{ type: 'response', cmd: 'project_save', trans_id: 'p' },
		]);
		for (const message of messages.slice(0, 2)) expect(Object.keys(message).sort()).toEqual(['cmd', 'progress_value', 'trans_id', 'type']);
	});

	it('without an id are answered without, errors with an empty one', async () => {
		await using engine = await ScriptingEngine.open();
		using client = await engine.client();
		expect(await client.say('{"type":"request","cmd":"otii_is_logged_in"}')).toEqual({ type: 'response', cmd: 'otii_is_logged_in', data: { logged_in: true } });
		expect(await client.say('{"type":"request","cmd":"otii_is_logged_in","trans_id":null}')).toEqual({ type: 'response', cmd: 'otii_is_logged_in', data: { logged_in: true } });
		expect(await client.say('{"type":"request","cmd":"nonsense"}')).toMatchObject({ trans_id: '' });
	});

	it('show progress only to who asked for it', async () => {
		await using engine = await ScriptingEngine.open();
		using client = await engine.client();
		for (const progress of [undefined, null, false])
			expect(await client.say(request('project_save', { data: { project_id: 1, filename: `saved ${progress}`, progress } }))).toMatchObject({ type: 'response' });
	});
});

describe('an answer of any length', () => {
	/** Noisy samples of an Ace: long text. */
	async function recorded(seconds: number, stallS?: number) {
		const engine = await ScriptingEngine.open({ devices: (clock) => [{ ...device(clock, 'ace', 'sensor'), settings: { mainVoltage: 3.3, main: true } }], stallS });
		using client = await engine.client();
		await client.do('project_start_recording', { project_id: 1 });
		await engine.pass(seconds);
		await client.do('project_stop_recording', { project_id: 1 });
		return engine;
	}
	const data = (device_id: string, index: number, count: number) => ({ recording_id: 1, device_id, channel: 'mc', index, count });

	it('is one line: 40 000, 100 000 samples, or all; what lies behind the end is left out', async () => {
		await using engine = await recorded(3);
		using client = await engine.client();
		const { id } = engine.bench.devices()[0];
		const { count } = await client.do('recording_get_channel_data_count', { recording_id: 1, device_id: id, channel: 'mc' });
		expect(count).toBeGreaterThan(140_000);
		const all = await client.do('recording_get_channel_data', data(id, 0, 1e9));
		expect(all.values.length).toBe(count);
		for (const [index, wanted] of [
			[0, 40_000],
			[40_000, 100_000],
			[7, 1],
			[count - 3, 40_000],
			[count, 10],
			[count + 5, 10],
			[0, 0],
		]) {
			const part = await client.do('recording_get_channel_data', data(id, index, wanted));
			expect(part).toMatchObject({ data_type: 'analog', interval: 1 / 50_000 });
			expect(part.timestamp).toBeCloseTo(Math.min(index, count) / 50_000, 9);
			expect(part.values).toEqual(all.values.slice(index, index + wanted));
		}
	});

	it('to a client that takes nothing costs little, and ends with a reason in the log', async () => {
		await using engine = await recorded(20, 0.3);
		const { id } = engine.bench.devices()[0];
		using client = await engine.client();
		client.socket.pause();
		const before = process.memoryUsage();
		for (let n = 0; n < 5; n++) client.write(`${request('recording_get_channel_data', { data: data(id, 0, 1e9) })}\r\n`);
		let most = 0;
		await expect
			.poll(
				() => {
					const now = process.memoryUsage();
					most = Math.max(most, now.arrayBuffers + now.external - before.arrayBuffers - before.external);
					return engine.logged;
				},
				{ timeout: 10_000, interval: 20 },
			)
			.toEqual([expect.stringMatching(/dropped.*0\.3 s/)]);
		expect(most).toBeLessThan(8 * 1024 * 1024);
		await expect.poll(() => engine.tcp.clients).toBe(0);
	});

	it('that breaks off in the middle ends the connection, with the reason in the log, and nothing behind what was sent', async () => {
		await using engine = await recorded(5);
		const { id } = engine.bench.devices()[0];
		using client = await engine.client();
		await client.do('recording_get_channel_data_count', { recording_id: 1, device_id: id, channel: 'mc' });
		const { project } = engine.bench.projects;
		truncateSync(join(project?.recordingFolder('001') as string, `${id}.mc.f32`), 4 * 100_000);
		client.raw = '';
		client.write(`${request('recording_get_channel_data', { data: data(id, 0, 1e9) })}\r\n`);
		await client.ended();
		expect(client.raw).toMatch(/^\{"type":"response","cmd":"recording_get_channel_data".*"values":\[[-0-9.e,]*$/);
		expect(client.raw.length).toBeGreaterThan(100_000);
		expect(engine.logged).toEqual([expect.stringMatching(/^scripting: a client was dropped: an answer broke off: .*mc\.f32.*shorter/)]);
		using next = await engine.client();
		expect(await next.say(request('otii_is_logged_in'))).toEqual(answer);
	});

	it('waits for clients that read slowly but steadily, and each gets its own', async () => {
		await using engine = await recorded(4, 0.5);
		const { id } = engine.bench.devices()[0];
		using reference = await engine.client();
		const { values } = await reference.do('recording_get_channel_data', data(id, 0, 1e9));
		expect(values.length).toBeGreaterThan(190_000);
		await Promise.all(
			[0, 1, 50_000, 100_001].map(async (index) => {
				using client = await engine.client();
				client.keeping = false;
				client.socket.on('data', () => {
					client.socket.pause();
					setTimeout(() => client.socket.resume(), 1);
				});
				for (const count of [90_000, 20_000, 10]) {
					client.write(`${request('recording_get_channel_data', { data: data(id, index, count) })}\r\n`);
					expect((await client.message()).data.values).toEqual(values.slice(index, index + count));
				}
			}),
		);
		expect(engine.logged).toEqual([]);
	});
});
