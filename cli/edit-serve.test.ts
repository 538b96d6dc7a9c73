import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { json, run, start, temporaryFolder, until } from './testing.ts';

async function served(data: string, ...options: string[]) {
	const { process: child, line, ended } = start(['serve', '--sim', 'arc', '--port', '0', '--data', data, ...options]);
	const url = /http:\/\/127\.0\.0\.1:\d+/.exec(await line(/http:/))?.[0] as string;
	await line(/Stop with/);
	return { child, ended, url, project: join(data, 'projects', 'default') };
}

it('a project that a running engine holds is edited there, also while it records', async () => {
	const folder = temporaryFolder();
	const { child, ended, url, project } = await served(folder);
	const ask = async (method: string, path: string) => (await fetch(`${url}/api${path}`, { method })).json();
	await ask('POST', '/recordings');
	let recorded = 0;
	const poll = setInterval(async () => {
		recorded = (await ask('GET', '/recordings')).current?.duration ?? recorded;
	}, 50);
	const edit = (...args: string[]) => json(['edit', project, ...args]);
	expect(await edit('log', 'create', '001', 'steps')).toMatchObject({ log: '1' });
	await edit('log', 'append', '001', 'steps', 'now');
	await edit('log', 'append', '001', 'steps', 'then', '--time', '0.125');
	const { lines } = await edit('log', 'read', '001', 'steps');
	expect(lines).toMatchObject([{ text: 'now' }, { text: 'then', time: 0.125 }]);
	expect(lines[0].time).toBeGreaterThan(0);
	expect(await edit('rename', '001', 'Boot')).toMatchObject({ undo: 'change name of recording 001', redo: null });
	expect(await run(['edit', project, 'crop', '001', '--from', '0.5'])).toMatchObject({ code: 1, stderr: expect.stringContaining('still being recorded') });
	await until('a second recorded', () => recorded > 1);
	clearInterval(poll);
	await ask('POST', '/recordings/stop');

	expect(await edit('crop', '001', '--from', '0.25', '--to', '0.75')).toMatchObject({ origin: 0.25, undo: 'crop recording 001' });
	await edit('downsample', '001', 'mc', '10');
	await edit('select', 'add', 'a b/c', '--from', '0', '--to', '0.1');
	await edit('select', 'change', 'a b/c', '--note', 'x');
	const csv = join(folder, 'a.csv');
	writeFileSync(csv, 'time_s,current_mA\n0,1\n0.001,2\n0.002,3\n');
	expect(await json(['import', 'a.csv', '--out', project], folder)).toMatchObject({ recording: '002', channels: [{ id: 'mc', samples: 3 }] });
	expect(await json(['repair', project])).toMatchObject({ clean: true });
	const state = (await ask('GET', '/project')).project;
	expect(state).toMatchObject({ unsaved: false, selections: [{ name: 'a b/c', note: 'x' }], recordings: [{ id: '001', name: 'Boot' }, { id: '002' }] });
	expect((await ask('GET', '/recordings')).recordings[0]).toMatchObject({ name: 'Boot', duration: 0.5 });
	const refused = await run(['record', '--sim', 'arc', '--clock', 'virtual', '--duration', '1', '--out', project]);
	expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining(`the engine at ${url}`) });

	// What a page has not saved is saved when the engine ends.
	await fetch(`${url}/api/recordings/002`, { method: 'PATCH', headers: { 'content-type': 'application/json' }, body: '{"note": "kept"}' });
	child.kill('SIGTERM');
	expect(await ended).toMatchObject({ code: 0, stderr: '' });
	expect((await json(['info', project])).recordings[1]).toMatchObject({ note: 'kept' });
	expect(await edit('undo')).toMatchObject({ undone: 'change note of recording 002' });
}, 60_000);

it('an engine with a token is asked with it; its token stands in no file that others read', async () => {
	const folder = temporaryFolder();
	const token = 'a-secret-of-more-than-sixteen-characters';
	const file = join(folder, 'token');
	mkdirSync(join(folder, 'data'));
	writeFileSync(file, token, { mode: 0o600 });
	const { project } = await served(join(folder, 'data'), '--token-file', file);
	expect(readFileSync(join(project, 'project.lock'), 'utf8')).not.toContain(token);
	expect(await run(['edit', project, 'name', 'X'])).toMatchObject({ code: 1, stderr: expect.stringContaining('MICROJOULE_TOKEN_FILE') });
	process.env.MICROJOULE_TOKEN_FILE = file;
	try {
		expect(await json(['edit', project, 'name', 'X'])).toMatchObject({ undo: 'rename the project' });
	} finally {
		delete process.env.MICROJOULE_TOKEN_FILE;
	}
}, 60_000);
