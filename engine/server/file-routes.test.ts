/** Files that come and go over HTTP: what is sent stays inside the data folder and goes again, what is fetched is named and whole. */

import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Bench } from '../acquisition/bench.ts';
import { simulated } from '../acquisition/testing.ts';
import { projectWith } from '../project/testing.ts';
import { createServer, type Server } from './server.ts';
import { fileNameOf, TemporaryFiles } from './temporary-files.ts';

let bench: Bench;
let server: Server;
let data: string;

beforeEach(async () => {
	const setup = await simulated([{}]);
	data = setup.folder;
	const project = await projectWith(join(data, 'projects', 'p'), 1);
	bench = await Bench.create({ project, decoder: setup.decoder, clock: setup.clock, openPath: async () => setup.devices[0].instrument, discover: async () => [] });
	server = await createServer({ bench, port: 0, version: '0', dataFolder: data });
});
afterEach(async () => {
	await server.close();
	await bench.shutdown();
	await bench.projects[Symbol.asyncDispose]();
});

const call = (method: 'GET' | 'POST' | 'DELETE', url: string, payload?: string | object, type = 'application/octet-stream') =>
	server.http.inject({ method, url: `/api${url}`, headers: { host: '127.0.0.1', ...(typeof payload === 'string' && { 'content-type': type }) }, payload });
const temporary = () => (existsSync(join(data, 'temporary')) ? readdirSync(join(data, 'temporary')) : []);

describe('files that are sent', () => {
	it('lie in a batch of their own under names that lead nowhere else, are imported, and go', async () => {
		const sidecar = (await call('POST', `/uploads?name=${encodeURIComponent('../../a<b>.f32.json')}`, '{"rate":10,"unit":"mA"}')).json();
		expect(sidecar.files).toEqual([]);
		const bytes = Buffer.from(Float32Array.from([1, 2, 3]).buffer).toString('latin1');
		const answer = await server.http.inject({
			method: 'POST',
			url: `/api/uploads?name=${encodeURIComponent('C:\\x\\a<b>.f32')}&batch=${sidecar.batch}`,
			headers: { host: '127.0.0.1', 'content-type': 'application/octet-stream' },
			payload: Buffer.from(bytes, 'latin1'),
		});
		const { files } = answer.json();
		expect(files).toEqual([{ path: join(data, 'temporary', sidecar.batch, 'a_b_.f32'), name: 'a_b_.f32', bytes: 12 }]);
		const imported = await call('POST', '/recordings/import', { files: [files[0].path] });
		expect(imported.json()).toMatchObject({ channels: [{ id: 'mc', rate: 10, samples: 3 }] });
		expect((await call('POST', `/uploads?name=a_b_.f32&batch=${sidecar.batch}`, 'again')).json().error).toMatchObject({ code: 'INVALID_VALUE' });
		expect((await call('DELETE', `/uploads/${sidecar.batch}`)).statusCode).toBe(204);
		expect(temporary()).toEqual([]);
		expect((await call('POST', `/uploads?name=x&batch=${sidecar.batch}`, 'x')).json().error).toMatchObject({ code: 'NOT_FOUND' });
		expect((await call('POST', '/uploads?name=x.csv', '{}', 'application/json')).json().error).toMatchObject({ code: 'INVALID_VALUE' });
		expect(temporary()).toEqual([]);
	});

	it('are refused where the disk has no room for them, and go when the server ends or is a day old', async () => {
		const refused = await server.http.inject({
			method: 'POST',
			url: '/api/uploads?name=huge.csv',
			headers: { host: '127.0.0.1', 'content-type': 'application/octet-stream', 'content-length': String(2 ** 60) },
			payload: 'x',
		});
		expect(refused.json().error).toMatchObject({ code: 'DISK' });
		await call('POST', '/uploads?name=left.csv', 'x');
		expect(temporary()).toHaveLength(1);
		await server.close();
		expect(temporary()).toEqual([]);
		for (const [name, ageS] of [
			['old', 90_000],
			['young', 10],
		] as const) {
			mkdirSync(join(data, 'temporary', name), { recursive: true });
			const at = Date.now() / 1000 - ageS;
			utimesSync(join(data, 'temporary', name), at, at);
		}
		const files = new TemporaryFiles(data);
		const id = await files.begin();
		expect(temporary().sort()).toEqual([id, 'young'].sort());
		await files.close();
	});

	it('are named for every file system', () => {
		expect(fileNameOf('a/b\\..\\c.csv')).toBe('c.csv');
		expect(fileNameOf('..')).toBe('file');
		expect(fileNameOf('.hidden')).toBe('hidden');
		expect(fileNameOf('a\u0000b?.csv. ')).toBe('a_b_.csv');
		expect(fileNameOf(`${'x'.repeat(300)}.csv`)).toMatch(/^x{80}~x+\.csv$/);
	});
});

describe('recordings as files', () => {
	it('come with their name and length, a zip where there are several files', async () => {
		const raw = await call('GET', '/recordings/001/export?format=raw&from=0&to=0.5');
		expect(raw.headers['content-disposition']).toMatch(/^attachment; filename=".* 0-0\.5 s\.zip"; filename\*=UTF-8''.*%200-0\.5%20s\.zip$/);
		expect(Number(raw.headers['content-length'])).toBe(raw.rawPayload.length);
		expect(Object.keys(unzipSync(raw.rawPayload))).toContain('events.jsonl');
		const ppk = await call('GET', '/recordings/001/export?format=ppk&channels=mc');
		expect(ppk.payload).toMatch(/^Timestamp\(ms\),Current\(uA\)/);
		expect(ppk.headers['content-disposition']).toContain('.csv"');
		for (const [query, code] of [
			['format=nope', 'INVALID_VALUE'],
			['format=csv&channels=xx', 'NOT_FOUND'],
			['format=csv&rate=7', 'INVALID_VALUE'],
			['format=csv&from=2&to=1', 'INVALID_VALUE'],
		] as const)
			expect((await call('GET', `/recordings/001/export?${query}`)).json().error).toMatchObject({ code });
		expect((await call('GET', '/recordings/999/export?format=csv')).json().error).toMatchObject({ code: 'NOT_FOUND' });
		await expect.poll(temporary).toEqual([]);
	});

	it('come as a report whose policy admits nothing from outside', async () => {
		const report = await call('GET', '/recordings/001/report?from=0.1&to=0.2');
		expect(report.headers['content-type']).toBe('text/html; charset=utf-8');
		expect(report.payload).toContain("default-src 'none'; script-src 'sha256-");
		expect(report.payload).toContain('>Selection <small>0.1 s to 0.2 s');
		expect(report.payload).not.toMatch(/(src|href)=/);
	});
});

describe('what there is to choose from', () => {
	it('lists the projects of the data folder and the formats', async () => {
		mkdirSync(join(data, 'projects', 'not-one'));
		writeFileSync(join(data, 'projects', 'file'), '');
		expect((await call('GET', '/projects')).json()).toMatchObject([{ folder: join(data, 'projects', 'p'), name: 'Test', recordings: 1 }]);
		const { readable, writable } = (await call('GET', '/formats')).json();
		expect(readable.map(({ name }: { name: string }) => name)).toContain('ppk');
		expect(writable.map(({ name }: { name: string }) => name)).toContain('parquet-long');
	});
});
