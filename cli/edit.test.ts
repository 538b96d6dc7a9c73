import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { json, run, temporaryFolder } from './testing.ts';

async function recordedProject(): Promise<string> {
	const project = join(temporaryFolder(), 'p');
	await json(['record', '--sim', 'arc', '--clock', 'virtual', '--duration', '1', '--out', project]);
	return project;
}

it('edits are saved each, and undone and redone by later calls until the project is saved for good', async () => {
	const project = await recordedProject();
	const edit = (...args: string[]) => json(['edit', project, ...args]);
	expect(await edit('rename', '001', 'Boot')).toMatchObject({ undo: 'change name of recording 001' });
	await edit('offset', '001', '-0.5');
	expect(await edit('crop', '001', '--from', '0.25', '--to', '0.75')).toMatchObject({ origin: 0.25, redo: null });
	await edit('downsample', '001', 'mc', '10');
	await edit('select', 'add', 'burst', '--from', '0.1', '--to', '0.2', '--note', 'radio');
	const [recording] = (await json(['info', project])).recordings;
	expect(recording).toMatchObject({ id: '001', name: 'Boot', duration: 0.5, offset: -0.5 });
	expect(recording.channels.find(({ id }: { id: string }) => id === 'mc')).toMatchObject({ rate: 400, count: 199 });
	expect(await edit('undo')).toMatchObject({ undone: 'add selection burst' });
	expect(await edit('undo')).toMatchObject({ undone: expect.stringContaining('downsample') });
	expect(await edit('undo')).toMatchObject({ undone: 'crop recording 001' });
	expect((await json(['info', project])).recordings[0]).toMatchObject({ name: 'Boot', duration: 1 });
	expect(await edit('redo')).toMatchObject({ redone: 'crop recording 001' });
	await edit('save');
	expect(readdirSync(join(project, 'recordings'))).toEqual(['001.r1']);
	expect(readdirSync(project).sort()).toEqual(['project.json', 'recordings']);
	expect((await run(['edit', project, 'undo'])).stderr).toContain('nothing to undo');
}, 60_000);

it('user logs are written and read', async () => {
	const project = await recordedProject();
	expect(await json(['edit', project, 'log', 'create', '001', 'steps'])).toMatchObject({ log: '1' });
	await json(['edit', project, 'log', 'append', '001', 'steps', 'radio on', '--time', '0.5']);
	await json(['edit', project, 'log', 'offset', '001', 'steps', '-0.25']);
	expect(await json(['edit', project, 'log', 'read', '001', 'steps', '--filter', 'RADIO'])).toEqual({ lines: [{ time: 0.25, text: 'radio on' }], total: 1 });
}, 60_000);

it('a wrong call is one clear error, and nothing changes', async () => {
	const folder = temporaryFolder();
	const project = await recordedProject();
	const file = join(folder, 'file');
	writeFileSync(file, 'x');
	const half = join(folder, 'half');
	mkdirSync(half);
	writeFileSync(join(half, 'project.json'), '{"version": 2, "na');
	const calls: [string[], number, string][] = [
		[[file, 'undo'], 1, 'is a file'],
		[[half, 'rename', '001', 'x'], 1, 'is damaged'],
		[[join(folder, 'none'), 'undo'], 1, 'There is no project'],
		[[project, 'crop', '001', '--from', '5'], 2, 'would keep nothing'],
		[[project, 'downsample', '001', 'mc', '0'], 2, 'the factor is "0"'],
		[[project, 'paint', '001'], 2, "unknown command 'paint'"],
		[[project, 'crop', '001', '--form', '5'], 2, "unknown option '--form'"],
		[[project, 'rename', '007', 'x'], 1, 'Recordings: 001'],
		[[], 2, 'missing required argument'],
	];
	await Promise.all(calls.map(async ([args, code, message]) => expect(await run(['edit', ...args])).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(message) })));
	expect(existsSync(join(project, 'history.json'))).toBe(false);
	expect(readdirSync(join(project, 'recordings'))).toEqual(['001']);
	expect((await run(['edit', '--help'])).stdout).toContain('downsample [options] <recording> <channel> <factor>');
}, 60_000);
