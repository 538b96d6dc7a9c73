import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Bench } from '../acquisition/bench.ts';
import { simulated } from '../acquisition/testing.ts';
import { projectWith } from '../project/testing.ts';
import type { BenchChange } from './bench-api.ts';
import { clientPath } from './client-path.ts';
import { createServer, type Server } from './server.ts';

let bench: Bench;
let server: Server;
let changes: BenchChange[];
let setup: Awaited<ReturnType<typeof simulated>>;

beforeEach(async () => {
	setup = await simulated([{}]);
	const project = await projectWith(join(setup.folder, 'projects', 'p'), 2);
	bench = await Bench.create({ project, decoder: setup.decoder, clock: setup.clock, openPath: async () => setup.devices[0].instrument, discover: async () => [] });
	server = await createServer({ bench, port: 0, version: '0.0.0', dataFolder: setup.folder });
	changes = [];
	bench.on((change) => changes.push(change));
});
afterEach(async () => {
	await server.close();
	await bench.shutdown();
	await bench.projects[Symbol.asyncDispose]();
});

const call = async (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, payload?: object) => {
	const response = await server.http.inject({ method, url: `/api${url}`, headers: { host: '127.0.0.1' }, payload });
	return { status: response.statusCode, body: response.body === '' ? undefined : response.json() };
};
/** What a call that must succeed answers. */
const ok = async (...request: Parameters<typeof call>) => {
	const { status, body } = await call(...request);
	expect(status, JSON.stringify(body)).toBeLessThan(300);
	return body;
};

describe('the active project', () => {
	it('is created, saved, saved as, opened and closed, and pages hear of each', async () => {
		expect((await ok('GET', '/project')).project).toMatchObject({ name: 'Test', unsaved: false, readOnly: null, recordings: [{ id: '001' }, { id: '002' }] });
		expect(await ok('POST', '/project/save-as', { folder: 'copy' })).toMatchObject({ folder: join(setup.folder, 'projects', 'copy') });
		expect(await ok('POST', '/project/create', { folder: 'new', name: 'New' })).toMatchObject({ name: 'New', recordings: [] });
		expect((await ok('GET', '/recordings')).recordings).toEqual([]);
		expect(await ok('POST', '/project/open', { folder: 'p' })).toMatchObject({ name: 'Test' });
		expect(await ok('PATCH', '/project', { name: 'Renamed' })).toMatchObject({ unsaved: true, undoable: 'rename the project' });
		expect((await call('POST', '/project/close')).body.error).toMatchObject({ code: 'UNSAVED' });
		expect(await ok('POST', '/project/save')).toMatchObject({ unsaved: false });
		await ok('POST', '/project/close');
		expect((await ok('GET', '/project')).project).toBeNull();
		expect((await call('PATCH', '/project', { name: 'x' })).body.error).toMatchObject({ code: 'NOT_FOUND', message: 'No project is open. Open one, or create one.' });
		const names = changes.flatMap((change) => (change.type === 'project' ? [change.project?.name] : []));
		expect(names).toEqual(['Test', 'New', 'Test', 'Renamed', 'Renamed', undefined]);
		expect(changes.at(-1)).toEqual({ type: 'recordings' });
	});

	it('is not left while it is recorded to', async () => {
		await bench.add(setup.devices[0].instrument);
		const { id } = await bench.startRecording({});
		for (const [url, payload] of [
			['/project/create', { folder: 'other' }],
			['/project/open', { folder: 'p' }],
			['/project/save-as', { folder: 'other' }],
			['/project/close', {}],
		] as const)
			expect(await call('POST', url, payload)).toMatchObject({ status: 409, body: { error: { code: 'DEVICE_BUSY', message: expect.stringContaining(id) } } });
		expect(await call('POST', `/recordings/${id}/crop`, { from: 0, to: 1 })).toMatchObject({ status: 409, body: { error: { code: 'DEVICE_BUSY' } } });
		expect((await ok('PATCH', `/recordings/${id}`, { name: 'Now' })).recordings.at(-1)).toMatchObject({ id, name: 'Now' });
		expect((await ok('GET', '/recordings')).current).toMatchObject({ id, name: 'Now' });
	});

	it('never overwrites a folder that is not a project', async () => {
		const full = join(setup.folder, 'full');
		mkdirSync(full);
		writeFileSync(join(full, 'thesis.tex'), 'x');
		for (const verb of ['create', 'save-as', 'open'])
			expect(await call('POST', `/project/${verb}`, { folder: full })).toMatchObject({ status: 409, body: { error: { code: 'NOT_EMPTY' } } });
		expect((await ok('GET', '/project')).project).toMatchObject({ name: 'Test' });
	});
});

describe('edits', () => {
	it('of recordings and channels, undone and redone', async () => {
		await ok('PATCH', '/recordings/001', { name: 'Boot', color: '#f00', note: 'first', hidden: true, offset: 0.5 });
		await ok('PATCH', '/recordings/001/channels/arc-1.mv', { offset: 0.25 });
		await ok('POST', '/recordings/001/move', { place: 1 });
		expect(await ok('POST', '/recordings/001/crop', { from: 0.25, to: 0.75 })).toMatchObject({ origin: 0.25, channels: [{ channel: 'arc-1.mc', samples: 2000 }, {}] });
		await ok('POST', '/recordings/001/downsample', { channel: 'arc-1.mc', factor: 10 });
		const { recordings } = await ok('GET', '/recordings');
		expect(recordings).toMatchObject([{ id: '002' }, { id: '001', name: 'Boot', duration: 0.5, channels: [{ rate: 400, count: 199 }, {}] }]);
		expect(await ok('POST', '/project/undo')).toMatchObject({ undone: expect.stringContaining('downsample') });
		expect(await ok('POST', '/project/undo')).toEqual({ undone: 'crop recording 001' });
		expect((await ok('GET', '/recordings/001')).duration).toBe(1);
		expect(await ok('POST', '/project/redo')).toEqual({ redone: 'crop recording 001' });
		expect((await ok('GET', '/recordings/001/statistics'))[0]).toMatchObject({ samples: 2000, min: 2000 });
		expect((await ok('GET', '/project')).project.recordings[1]).toMatchObject({ color: '#f00', note: 'first', hidden: true, offset: 0.5 });
		await ok('PATCH', '/recordings/001', { color: null });
		expect((await ok('GET', '/project')).project.recordings[1].color).toBeUndefined();
	});

	it('a deleted recording comes back when that was undoable', async () => {
		await ok('DELETE', '/recordings/001?undoable=true');
		expect((await ok('GET', '/recordings')).recordings).toMatchObject([{ id: '002' }]);
		await ok('POST', '/project/undo');
		expect((await ok('GET', '/recordings')).recordings).toMatchObject([{ id: '001' }, { id: '002' }]);
		await ok('DELETE', '/recordings/001');
		expect(await ok('POST', '/project/undo')).toEqual({ undone: null });
	});

	it('selections', async () => {
		expect((await ok('POST', '/selections', { name: 'burst/1', from: 0.1, to: 0.2, recording: '001', color: '#0f0', note: 'radio' })).selections).toHaveLength(1);
		await ok('PATCH', '/selections/burst%2F1', { to: 0.3, note: null });
		expect(await ok('GET', '/selections')).toEqual([{ name: 'burst/1', from: 0.1, to: 0.3, recording: '001', color: '#0f0' }]);
		expect((await ok('DELETE', '/selections/burst%2F1')).selections).toEqual([]);
	});

	it.each([
		['PATCH', '/recordings/009', { name: 'x' }, 'NOT_FOUND'],
		['PATCH', '/recordings/001', { colour: '#f00' }, 'INVALID_VALUE'],
		['PATCH', '/recordings/001', { color: 'red' }, 'INVALID_VALUE'],
		['PATCH', '/recordings/001/channels/arc-1.xx', { hidden: true }, 'NOT_FOUND'],
		['POST', '/recordings/001/move', { place: 2 }, 'INVALID_VALUE'],
		['POST', '/recordings/001/crop', { from: 5 }, 'INVALID_VALUE'],
		['POST', '/recordings/001/downsample', { channel: 'arc-1.mc', factor: 0 }, 'INVALID_VALUE'],
		['POST', '/selections', { name: 'x', from: 2, to: 1 }, 'INVALID_VALUE'],
		['DELETE', '/selections/none', undefined, 'NOT_FOUND'],
		['POST', '/recordings/import', { files: ['nothing.csv'] }, 'NOT_FOUND'],
		['POST', '/project/open', { folder: 'a\0b' }, 'INVALID_VALUE'],
		['POST', '/project/save', { keep: true }, 'INVALID_VALUE'],
	] as const)('%s %s %j is refused and changes nothing', async (method, url, payload, code) => {
		const before = (await ok('GET', '/project')).project;
		expect((await call(method, url, payload)).body.error).toMatchObject({ code });
		expect((await ok('GET', '/project')).project).toEqual(before);
	});

	it('imports files, and repairs', async () => {
		const file = join(setup.folder, 'a.csv');
		writeFileSync(file, 'time_s,current_mA\n0,1\n0.001,2\n0.002,3\n');
		expect(await ok('POST', '/recordings/import', { files: [file], supplyV: 3 })).toMatchObject({ recording: '003', channels: [{ id: 'mc', samples: 3 }, { id: 'mp' }] });
		expect((await ok('GET', '/recordings')).recordings).toHaveLength(3);
		expect(await ok('POST', '/recordings/003/repair')).toEqual({ findings: [], actions: [], remaining: [] });
	});
});

describe('user logs', () => {
	it('are created, appended to, shifted, filtered and paged', async () => {
		const { log } = await ok('POST', '/recordings/001/logs', { name: 'steps' });
		for (let k = 0; k < 5; k++) await ok('POST', `/recordings/001/logs/${log}/lines`, { lines: [{ time: k / 10, text: `Step ${k}` }] });
		expect(await ok('PATCH', '/recordings/001/logs/steps', { offset: 1 })).toMatchObject([{ id: '1', name: 'steps', offset: 1 }]);
		expect(await ok('GET', '/recordings/001/logs/1?filter=STEP&from=1.1&skip=1&limit=2')).toEqual({
			total: 4,
			lines: [
				{ time: 1.2, text: 'Step 2' },
				{ time: 1.3, text: 'Step 3' },
			],
		});
		expect(changes.filter(({ type }) => type === 'log')).toHaveLength(5);
		expect((await call('POST', '/recordings/001/logs/1/lines', { lines: [{ text: 'when?' }] })).body.error).toMatchObject({ code: 'INVALID_VALUE' });
		expect(await ok('DELETE', '/recordings/001/logs/1')).toEqual([]);
	});

	it('take lines of the recording in progress, whose time is now', async () => {
		await bench.add(setup.devices[0].instrument);
		const { id } = await bench.startRecording({});
		await ok('POST', `/recordings/${id}/logs`, { name: 'live' });
		await setup.clock.delay(0.5);
		const before = bench.recording?.duration ?? Number.NaN;
		await ok('POST', `/recordings/${id}/logs/live/lines`, { lines: [{ text: 'now' }] });
		const { lines } = await ok('GET', `/recordings/${id}/logs/live`);
		expect(lines[0].time).toBeGreaterThanOrEqual(before);
		expect(lines[0].time).toBeLessThanOrEqual(bench.recording?.duration ?? Number.NaN);
		await bench.stopRecording();
		expect((await ok('GET', `/recordings/${id}/logs/live`)).total).toBe(1);
	});
});

describe('questions', () => {
	it('compare recordings', async () => {
		const { mc } = await ok('GET', '/recordings/compare?ids=001,002&to=0.5');
		expect(mc).toMatchObject([{ recording: '001' }, { recording: '002', difference: { average: { absolute: 1000 }, duration: { absolute: 0 } } }]);
		const shifted = (await ok('GET', '/recordings/compare?ids=001,002&from=0.25&to=0.75&shifts=0,0.25')).mc[1].statistics;
		expect({ from: shifted.from, to: shifted.to }).toEqual({ from: 0, to: 0.5 });
		expect((await call('GET', '/recordings/compare?ids=001,002&shifts=0')).body.error).toMatchObject({ code: 'INVALID_VALUE' });
		expect((await call('GET', '/recordings/compare?ids=001')).body.error).toMatchObject({ code: 'INVALID_VALUE' });
		expect((await call('GET', '/recordings/compare?ids=001,009')).body.error).toMatchObject({ code: 'NOT_FOUND' });
	});

	it('events of a signal, histogram and percentiles', async () => {
		const { total, segments } = await ok('GET', '/recordings/001/segments?channel=mc&threshold=1499.5');
		expect({ total, segments }).toMatchObject({ total: 1, segments: [{ start: 0.125, samples: 3500, peak: 4999 }] });
		const { edges, counts } = await ok('GET', '/recordings/001/histogram?channel=arc-1.mc&bins=4&to=0.25');
		expect(counts).toEqual([250, 250, 250, 250]);
		expect(edges).toHaveLength(5);
		const logarithmic = await ok('GET', '/recordings/001/histogram?channel=mc&bins=3&to=0.25&spacing=logarithmic');
		expect(logarithmic).toMatchObject({ below: { count: 0, sum: 0 } });
		expect(logarithmic.sums.reduce((sum: number, x: number) => sum + x, 0)).toBe(1000 * 1499.5);
		expect(await ok('GET', '/recordings/001/segments?channel=mc')).toEqual({ threshold: null, total: 0, segments: [] });
		const first = await ok('GET', '/recordings/001/segments?channel=mc&threshold=1499.5&limit=0');
		expect(first).toEqual({ threshold: 1499.5, total: 1, segments: [] });
		expect(await ok('GET', '/recordings/001/percentiles?channel=mc&percents=0,50,100')).toEqual([
			{ percent: 0, value: 1000 },
			{ percent: 50, value: 2999.5 },
			{ percent: 100, value: 4999 },
		]);
		expect((await call('GET', '/recordings/001/percentiles?channel=mc&percents=101')).body.error).toMatchObject({ code: 'INVALID_VALUE' });
		expect((await call('GET', '/recordings/001/segments?channel=xx&threshold=1')).body.error).toMatchObject({ code: 'NOT_FOUND' });
	});

	it('are on the reference page', async () => {
		const { paths } = (await server.http.inject({ method: 'GET', url: '/api/docs/json', headers: { host: '127.0.0.1' } })).json();
		for (const path of ['/api/project/save-as', '/api/selections/{name}', '/api/recordings/compare', '/api/recordings/{id}/logs/{log}/lines'])
			expect(Object.keys(paths)).toContain(path);
	});
});

describe('paths of clients', () => {
	it('are held inside the data folder by a server that is open to other machines', async () => {
		const tokenFile = join(setup.folder, 'token');
		writeFileSync(tokenFile, 'sixteen-or-more-characters', { mode: 0o600 });
		await using open = await createServer({ bench, host: '0.0.0.0', port: 0, version: '0.0.0', dataFolder: join(setup.folder, 'data'), tokenFile });
		const headers = { host: '127.0.0.1', authorization: 'Bearer sixteen-or-more-characters' };
		for (const [url, payload] of [
			['/project/create', { folder: join(setup.folder, 'elsewhere') }],
			['/project/open', { folder: join(setup.folder, 'projects', 'p') }],
			['/project/save-as', { folder: '../../elsewhere' }],
			['/recordings/import', { files: ['/etc/passwd'] }],
		] as const)
			expect((await open.http.inject({ method: 'POST', url: `/api${url}`, headers, payload })).json().error, url).toMatchObject({ code: 'FORBIDDEN' });
		expect((await open.http.inject({ method: 'POST', url: '/api/project/create', headers, payload: { folder: 'mine' } })).json()).toMatchObject({
			folder: join(setup.folder, 'data', 'projects', 'mine'),
		});
	});

	it('on this computer may be any; elsewhere they stay inside the data folder, links included', () => {
		const dataFolder = join(setup.folder, 'data');
		mkdirSync(join(dataFolder, 'projects'), { recursive: true });
		symlinkSync(setup.folder, join(dataFolder, 'link'));
		const here = { confined: false, dataFolder };
		const afar = { confined: true, dataFolder };
		expect(clientPath('/etc', here)).toBe('/etc');
		expect(clientPath('new', here)).toBe(join(dataFolder, 'projects', 'new'));
		expect(clientPath('new/one', afar)).toBe(join(dataFolder, 'projects', 'new', 'one'));
		for (const path of ['/etc', '../..', dataFolder, join(dataFolder, '..'), join(dataFolder, 'link', 'x'), '../../data-other'])
			expect(() => clientPath(path, afar), path).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
		expect(() => clientPath('/etc', { confined: true, dataFolder: undefined })).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
	});
});
