/** The traffic of scripts as a watcher sees it: over a real WebSocket, of clients over TCP and WebSocket, without secrets. */

import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createServer } from '../../engine/server/server.ts';
import { Dispatcher } from './dispatcher.ts';
import { scriptingRoutes } from './routes.ts';
import { commands } from './table.ts';
import { ScriptingEngine } from './testing.ts';
import { Traffic, type TrafficEntry } from './traffic.ts';
import { TrafficSocket, trafficPath, trafficProtocol } from './traffic-socket.ts';

const cleanup = new Set<() => unknown>();
afterEach(async () => {
	for (const clean of [...cleanup].reverse()) await clean();
	cleanup.clear();
});

function watched() {
	const traffic = new Traffic();
	const entries: TrafficEntry[] = [];
	traffic.watch((entry) => entries.push(entry));
	return { traffic, entries };
}

describe('traffic of scripts', () => {
	it('reaches a viewer over its WebSocket, request and answer, with who it was', async () => {
		const engine = await ScriptingEngine.open();
		const traffic = new Traffic();
		const server = await createServer({ bench: engine.bench, port: 0, version: '0' });
		const trafficSocket = new TrafficSocket(traffic);
		server.upgrades.set(trafficPath, trafficSocket.upgrade);
		const viewer = new WebSocket(`${server.url.replace('http', 'ws')}${trafficPath}`, [trafficProtocol]);
		cleanup.add(() => engine[Symbol.asyncDispose]());
		cleanup.add(() => server.close());
		cleanup.add(() => trafficSocket.close());
		cleanup.add(() => viewer.terminate());
		const entries: TrafficEntry[] = [];
		const { promise: ready, resolve: isReady } = Promise.withResolvers<void>();
		const { promise: both, resolve: hasBoth } = Promise.withResolvers<void>();
		viewer.on('message', (data) => {
			isReady();
			entries.push(...(JSON.parse(String(data)) as { entries: TrafficEntry[] }).entries);
			if (entries.length === 2) hasBoth();
		});
		await ready;
		expect(traffic.watched).toBe(true);

		const answers: string[] = [];
		using account = engine.licensing.connection();
		const send = async (text: string) => void answers.push(text);
		const call = { client: 'TCP 127.0.0.1:1', account, signal: new AbortController().signal };
		const dispatcher = new Dispatcher(engine.context, engine.rows, traffic);
		await dispatcher.answer('{"type":"request","cmd":"otii_get_devices","trans_id":"7","data":{}}', call, { send, stream: async () => {}, drop: () => {} });
		await both;
		expect(entries.map(({ client, direction, failed }) => ({ client, direction, failed }))).toEqual([
			{ client: 'TCP 127.0.0.1:1', direction: 'request', failed: false },
			{ client: 'TCP 127.0.0.1:1', direction: 'answer', failed: false },
		]);
		expect(entries[1].text).toBe(answers[0]);

		const gone = new Promise((resolve) => viewer.once('close', resolve));
		viewer.close();
		await gone;
		await expect.poll(() => traffic.watched).toBe(false);
	});

	it('shows no secret, however it is sent', () => {
		const { traffic, entries } = watched();
		traffic.note('a', 'request', '{"type":"request","cmd":"otii_login","data":{"username":"anna","password":"hunter2"}}');
		traffic.note('a', 'request', '{"cmd":"otii_login","data":{"pass\\u0077ord":"hunter2"}}');
		traffic.note('a', 'request', '{"cmd":"otii_login","data":{"password":"hunter2"');
		const quoting = { type: 'error', errorcode: 'Not able to parse request', cmd: '', data: { parse_error: 'end', data: '{"cmd":"otii_login","data":{"password":"hunter2"' } };
		traffic.note('a', 'answer', JSON.stringify(quoting));
		traffic.note('a', 'request', `{"password":"hunter2","more":"${'x'.repeat(100_000)}"}`);
		traffic.note('a', 'request', '{"data":{"Access_Token":["hunter2"]}}');
		expect(JSON.stringify(entries)).not.toContain('hunter2');
		expect(entries[0].text).toBe('{"type":"request","cmd":"otii_login","data":{"username":"anna","password":"•••"}}');
		expect(entries[3].failed).toBe(true);
	});

	it('shortens what is long, and says how long it was', () => {
		const { traffic, entries } = watched();
		traffic.note('a', 'answer', `{"type":"response","data":"${'x'.repeat(10_000)}"}`);
		expect(entries[0].text.length).toBeLessThan(2100);
		expect(entries[0].size).toBeGreaterThan(10_000);
	});

	it('is not even looked at while nobody watches', async () => {
		const engine = await ScriptingEngine.open();
		cleanup.add(() => engine[Symbol.asyncDispose]());
		const traffic = new Traffic();
		const answering = { send: async () => {}, stream: async () => {}, drop: () => {} };
		let noted = 0;
		traffic.note = () => void noted++;
		using account = engine.licensing.connection();
		await new Dispatcher(engine.context, engine.rows, traffic).answer('{}', { client: 'a', account, signal: new AbortController().signal }, answering);
		expect(noted).toBe(0);
	});
});

describe('GET /scripting/commands', () => {
	it('describes every command of the table, with the schema of its keys', async () => {
		const engine = await ScriptingEngine.open();
		cleanup.add(() => engine[Symbol.asyncDispose]());
		const server = await createServer({
			bench: engine.bench,
			port: 0,
			version: '0',
			plugins: [(routes, _options, done) => void routes.register(scriptingRoutes, { rows: commands }).then(() => done())],
		});
		cleanup.add(() => server.close());
		const described = (await server.http.inject('/api/scripting/commands')).json() as { name: string; needs: string; request: { required?: string[] } }[];
		expect(described.map(({ name }) => name)).toEqual(commands.map(({ name }) => name));
		expect(described.find(({ name }) => name === 'arc_set_main')).toMatchObject({ needs: 'automation', request: { required: ['device_id', 'enable'] } });
	});
});
