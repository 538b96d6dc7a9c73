import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeBench } from './fake-bench.ts';
import { createServer, type Server } from './server.ts';

let bench: FakeBench;
let server: Server;
const headers = { host: '127.0.0.1:1906' };

beforeEach(async () => {
	bench = new FakeBench();
	server = await createServer({ bench, port: 0, version: '0.0.0' });
});
afterEach(() => server.close());

const call = (method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, payload?: object) => server.http.inject({ method, url, headers, payload });

describe('devices', () => {
	it('lists them with settings, their descriptions, and channels', async () => {
		const response = await call('GET', '/api/devices');
		expect(response.statusCode).toBe(200);
		expect(response.json()).toEqual(JSON.parse(JSON.stringify(bench.devices())));
		expect((await call('GET', '/api/devices/arc-SIM1')).json()).toMatchObject({ id: 'arc-SIM1', kind: 'arc' });
	});

	it('applies a change and answers the settings in force', async () => {
		const response = await call('PATCH', '/api/devices/arc-SIM1/settings', { mainVoltage: 3.7, maxCurrent: 1 });
		expect(response.json()).toMatchObject({ mainVoltage: 3.7, maxCurrent: 1 });
		expect((await call('PUT', '/api/devices/arc-SIM1/output', { on: false })).json()).toMatchObject({ main: false });
		expect(bench.devices()[0].settings).toMatchObject({ main: false, mainVoltage: 3.7 });
	});

	it.each([
		[{ mainVoltage: 99 }, 'mainVoltage is 99; it must be from 0 to 5 V'],
		[{ mainVoltage: null }, 'mainVoltage'],
		[{ mainVoltage: '3.3' }, 'mainVoltage'],
		[{ range: 'medium' }, 'range'],
		[{ warp: 9 }, 'not valid'],
	])('refuses %j and changes nothing', async (change, message) => {
		const before = bench.devices()[0].settings;
		const response = await call('PATCH', '/api/devices/arc-SIM1/settings', change);
		expect(response.statusCode).toBe(400);
		expect(response.json().error).toMatchObject({ code: 'INVALID_VALUE', message: expect.stringContaining(message) });
		expect(bench.devices()[0].settings).toEqual(before);
	});

	it('opens, closes, and names what is missing', async () => {
		expect((await call('POST', '/api/devices', { path: '/dev/nowhere' })).json().error).toMatchObject({ code: 'NO_PORT', details: { path: '/dev/nowhere' } });
		const opened = await call('POST', '/api/devices', { path: '/dev/ttyFAKE0' });
		expect(opened.statusCode).toBe(201);
		expect((await call('DELETE', `/api/devices/${opened.json().id}`)).statusCode).toBe(204);
		const missing = await call('GET', '/api/devices/nobody');
		expect(missing.statusCode).toBe(404);
		expect(missing.json().error.message).toContain('arc-SIM1, ace-SIM2');
		expect((await call('GET', '/api/discovery')).json()).toHaveLength(1);
	});
});

describe('recordings', () => {
	it('records, stops, measures, shows and deletes', async () => {
		bench.advance(1);
		const started = await call('POST', '/api/recordings', { name: 'boot' });
		expect(started.statusCode).toBe(201);
		bench.advance(2);
		expect((await call('GET', '/api/recordings')).json().current).toMatchObject({ name: 'boot', duration: 2 });
		expect((await call('POST', '/api/recordings/stop')).json()).toMatchObject({ name: 'boot', duration: 2, finished: true });
		const { id } = started.json();
		const statistics = (await call('GET', `/api/recordings/${id}/statistics?from=0.5&to=1.5`)).json();
		expect(statistics[0]).toMatchObject({ device: 'arc-SIM1', channel: 'mc', samples: 4000, duration: 1, lost: 0 });
		expect(statistics[0].uncertainty.average).toBeGreaterThan(0);
		const view = (await call('GET', `/api/recordings/${id}/view?channel=arc-SIM1.mc&points=100`)).json();
		expect(view.count).toBe(100);
		expect(view.max).toHaveLength(100);
		const binary = await server.http.inject({ url: `/api/recordings/${id}/view?channel=arc-SIM1.mc&points=100`, headers: { ...headers, accept: 'application/octet-stream' } });
		expect(binary.rawPayload.length).toBe(100 * 20);
		expect([...new Float32Array(new Uint8Array(binary.rawPayload).buffer, 1200, 100)]).toEqual(view.max);
		expect((await call('DELETE', `/api/recordings/${id}`)).statusCode).toBe(204);
		expect((await call('GET', '/api/recordings')).json()).toEqual({ current: null, recordings: [] });
	});

	it('starts without a body too', async () => {
		expect((await call('POST', '/api/recordings')).statusCode).toBe(201);
	});

	it('says what is wrong', async () => {
		expect((await call('POST', '/api/recordings/stop')).json().error.code).toBe('NOT_RECORDING');
		await call('POST', '/api/recordings', {});
		bench.advance(1);
		expect((await call('DELETE', '/api/recordings/r1')).statusCode).toBe(409);
		const unknown = await call('GET', '/api/recordings/r1/view?channel=arc-SIM1.xx');
		expect(unknown.json().error.message).toContain('no channel arc-SIM1.xx');
		expect((await call('GET', '/api/recordings/r1/statistics?from=2&to=1')).json().error.code).toBe('INVALID_VALUE');
		expect((await call('GET', '/api/recordings/r1/statistics?from=abc')).json().error.code).toBe('INVALID_VALUE');
		expect((await call('GET', '/api/recordings/r1/view?channel=arc-SIM1.mc&points=1e9')).json().error.code).toBe('INVALID_VALUE');
	});

	it('an average of nothing is null, never a number', async () => {
		await call('POST', '/api/recordings', {});
		bench.advance(1);
		const [figure] = (await call('GET', '/api/recordings/r1/statistics?from=5')).json();
		expect(figure).toMatchObject({ samples: 0, average: null, min: null, max: null });
	});
});

describe('the rest', () => {
	it('describes itself', async () => {
		const openapi = (await call('GET', '/api/docs/json')).json();
		expect(Object.keys(openapi.paths)).toEqual(expect.arrayContaining(['/api/devices', '/api/devices/{id}/settings', '/api/recordings/{id}/view']));
		expect((await call('GET', '/api/docs')).statusCode).toBeLessThan(400);
		expect((await call('GET', '/api/status')).json()).toMatchObject({ name: 'microjoule', version: '0.0.0' });
	});

	it('has one shape for errors', async () => {
		const nothing = await call('GET', '/api/nothing');
		expect([nothing.statusCode, nothing.json()]).toEqual([404, { error: { code: 'NOT_FOUND', message: 'There is nothing at GET /api/nothing.', details: {} } }]);
		const garbage = await server.http.inject({ method: 'POST', url: '/api/devices', headers: { ...headers, 'content-type': 'application/json' }, payload: '{"path"' });
		expect([garbage.statusCode, garbage.json().error.code]).toEqual([400, 'INVALID_VALUE']);
	});

	it('names a taken port and what to do', async () => {
		await expect(createServer({ bench, port: server.port, version: '0' })).rejects.toMatchObject({
			code: 'ADDRESS_IN_USE',
			message: expect.stringContaining(`Port ${server.port}`),
		});
		expect(bench.listeners).toBe(1);
	});

	it('serves the page', async () => {
		const folder = mkdtempSync(join(tmpdir(), 'page-'));
		writeFileSync(join(folder, 'index.html'), '<title>page</title>');
		await using other = await createServer({ bench, port: 0, version: '0', uiFolder: folder });
		const response = await fetch(other.url);
		expect(await response.text()).toBe('<title>page</title>');
		expect(response.headers.get('x-frame-options')).toBe('DENY');
		expect((await fetch(`${other.url}/../server.ts`)).status).toBe(404);
	});
});
