import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { Admission, isLoopback } from './admission.ts';
import { FakeBench } from './fake-bench.ts';
import { createServer, type Server, type ServerOptions } from './server.ts';

const folder = mkdtempSync(join(tmpdir(), 'token-'));
const tokenFile = join(folder, 'token');
const token = 'correct-horse-battery-staple';
writeFileSync(tokenFile, `${token}\n`, { mode: 0o600 });

const loopback = { host: '127.0.0.1', secure: false, allowOrigin: [] };

describe('Host and Origin', () => {
	it.each(['127.0.0.1:1906', 'localhost', 'LOCALHOST:1', '[::1]:1906', '127.0.0.1'])('admits %s', (host) => {
		new Admission(loopback).checkHost({ host });
	});

	it.each(['evil.example', 'evil.example:1906', '127.0.0.1.evil.example', 'localhost.evil.example:1906', '192.168.1.5', '', '[::1]x', 'localhost:1:2', undefined])(
		'refuses %s',
		(host) => {
			expect(() => new Admission(loopback).checkHost({ host })).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
		},
	);

	it('admits the name it was given; bound to every address, any literal one', () => {
		new Admission({ ...loopback, host: 'bench.local' }).checkHost({ host: 'Bench.local:1906' });
		const everywhere = new Admission({ ...loopback, host: '0.0.0.0' });
		everywhere.checkHost({ host: '192.168.1.5:1906' });
		expect(() => everywhere.checkHost({ host: 'evil.example' })).toThrow();
	});

	it('admits its own origin, those named, and no other', () => {
		const admission = new Admission({ ...loopback, allowOrigin: ['https://ok.example/'] });
		const host = '127.0.0.1:1906';
		expect(admission.checkOrigin({ host })).toBeUndefined();
		expect(admission.checkOrigin({ host, origin: 'http://127.0.0.1:1906' })).toBeUndefined();
		expect(admission.checkOrigin({ host, origin: 'https://ok.example' })).toBe('https://ok.example');
		for (const origin of ['http://evil.example', 'null', 'http://127.0.0.1:8080', 'https://127.0.0.1:1906', 'http://localhost:1906'])
			expect(() => admission.checkOrigin({ host, origin })).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
		expect(() => admission.checkOrigin({ host, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' })).toThrow();
		expect(() => new Admission({ ...loopback, allowOrigin: ['ok.example'] })).toThrow('--allow-origin ok.example');
	});

	it('knows loopback', () => {
		expect(['127.0.0.1', '127.1.2.3', '::1', 'localhost'].every(isLoopback)).toBe(true);
		expect(['0.0.0.0', '::', '192.168.0.1', '127.0.0.1.example', 'bench'].some(isLoopback)).toBe(false);
	});
});

describe('a real server', () => {
	let bench: FakeBench;
	let server: Server;
	const start = async (options: Partial<ServerOptions> = {}) => {
		server = await createServer({ bench, port: 0, version: '0', ...options });
	};
	beforeEach(() => {
		bench = new FakeBench();
	});
	afterEach(() => server?.close());

	/** Status of the refusal, or 101. */
	const openSocket = (path: string, headers: Record<string, string> = {}, protocols: string[] = []) =>
		new Promise<number>((resolve, reject) => {
			const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, protocols, { headers });
			socket.on('open', () => {
				socket.terminate();
				resolve(101);
			});
			socket.on('unexpected-response', (_request, response) => {
				response.resume();
				resolve(response.statusCode ?? 0);
			});
			socket.on('error', reject);
		});

	it('refuses a foreign page on HTTP and WebSocket alike, and nothing runs', async () => {
		await start();
		const put = (headers: Record<string, string>) =>
			server.http.inject({ method: 'PUT', url: '/api/devices/arc-SIM1/output', headers: { host: `127.0.0.1:${server.port}`, ...headers }, payload: { on: false } });
		const foreign = await put({ origin: 'http://evil.example' });
		expect([foreign.statusCode, foreign.json().error.code, foreign.headers['access-control-allow-origin']]).toEqual([403, 'FORBIDDEN', undefined]);
		expect((await put({ host: 'evil.example' })).statusCode).toBe(403);
		expect(bench.devices()[0].settings.main).toBe(true);
		expect((await put({ origin: `http://127.0.0.1:${server.port}` })).statusCode).toBe(200);
		expect(await openSocket('/api/live')).toBe(101);
		expect(await openSocket('/api/live', { origin: `http://127.0.0.1:${server.port}` })).toBe(101);
		expect(await openSocket('/api/live', { origin: 'http://evil.example' })).toBe(403);
		expect(await openSocket('/api/live', { host: 'evil.example' })).toBe(403);
		expect(await openSocket('/elsewhere')).toBe(404);
	});

	it('admits an allowed origin, preflight included', async () => {
		await start({ allowOrigin: ['https://ok.example'] });
		const headers = { host: 'localhost', origin: 'https://ok.example', 'access-control-request-method': 'PATCH' };
		const preflight = await server.http.inject({ method: 'OPTIONS', url: '/api/devices/arc-SIM1/settings', headers });
		expect([preflight.statusCode, preflight.headers['access-control-allow-origin']]).toEqual([204, 'https://ok.example']);
		const answer = await server.http.inject({ url: '/api/devices', headers });
		expect([answer.statusCode, answer.headers['access-control-allow-origin']]).toEqual([200, 'https://ok.example']);
		expect(await openSocket('/api/live', { origin: 'https://ok.example' })).toBe(101);
	});

	it('needs a token file off loopback', async () => {
		await expect(createServer({ bench, host: '0.0.0.0', port: 0, version: '0' })).rejects.toMatchObject({
			code: 'INVALID_VALUE',
			message: expect.stringContaining('--token-file'),
		});
		await expect(createServer({ bench, host: '0.0.0.0', port: 0, version: '0', tokenFile: '/nowhere' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
		const empty = join(folder, 'empty');
		writeFileSync(empty, '\n');
		await expect(createServer({ bench, port: 0, version: '0', tokenFile: empty })).rejects.toMatchObject({ code: 'INVALID_VALUE' });
	});

	it('asks for the token on API and WebSocket, not for the page', async () => {
		await start({ host: '0.0.0.0', tokenFile });
		const get = async (url: string, authorization?: string) => (await fetch(`http://127.0.0.1:${server.port}${url}`, { headers: authorization ? { authorization } : {} })).status;
		expect(await get('/')).toBe(200);
		expect(await get('/api/devices')).toBe(403);
		expect(await get('/api/devices', 'Bearer wrong')).toBe(403);
		expect(await get(`/api/devices?token=${token}`)).toBe(403);
		expect(await get('/api/devices', `Bearer ${token}`)).toBe(200);
		expect(await get('/api/docs/json')).toBe(200);
		expect(await openSocket('/api/live')).toBe(403);
		expect(await openSocket('/api/live?token=wrong')).toBe(403);
		expect(await openSocket(`/api/live?token=${token}`)).toBe(101);
		expect(await openSocket('/api/live', { authorization: `Bearer ${token}` })).toBe(101);
		expect(await openSocket('/api/live', {}, ['microjoule.live', `microjoule.token.${Buffer.from(token).toString('base64url')}`])).toBe(101);
		expect(server.warnings).toEqual([expect.stringContaining('--tls-cert')]);
	});
});
