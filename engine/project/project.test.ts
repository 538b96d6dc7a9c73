import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { arcChannel, recorded, temporaryFolder } from '../recording/testing.ts';
import { Project } from './project.ts';
import { onDisk, projectWith, samplesOf } from './testing.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
	folder = temporaryFolder();
});
afterEach(() => folder.remove());
const at = (name: string) => `${folder.path}/${name}`;

describe('Project', () => {
	it('is created in a new or an empty folder, and opened again', async () => {
		mkdirSync(at('empty'));
		await Project.create(at('empty'));
		await Project.create(at('deep/new'), { name: 'My sensor' });
		const project = await Project.open(at('deep/new'));
		expect(project.file).toMatchObject({ version: 2, name: 'My sensor', devices: [], settings: {}, recordings: [], selections: [] });
		expect((await Project.openOrCreate(at('deep/new'))).file.name).toBe('My sensor');
	});

	it('gains recordings, in order', async () => {
		const project = await Project.create(at('p'));
		for (const value of [1, 2]) {
			const added = await project.addRecording();
			(await recorded(added.folder, [{ ...arcChannel('mc', 4000), samples: [value] }], [], { info: { id: added.id } })).close();
		}
		await project.close();
		const again = await Project.open(at('p'));
		expect(again.recordings).toEqual(['001', '002']);
		expect((await again.list()).map(({ id, info }) => [id, info?.channels[0].count])).toEqual([
			['001', 1],
			['002', 1],
		]);
		using last = await again.openRecording();
		expect([...(await last.read(last.channel(undefined, 'mc'), 0, 1))]).toEqual([2]);
		await expect(again.openRecording('007')).rejects.toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining('001, 002') });
		await again.removeRecording('001');
		expect((await Project.open(at('p'))).recordings).toEqual(['002']);
		expect((await again.addRecording()).id).toBe('003');
	});

	it('never takes over a folder of something else', async () => {
		mkdirSync(at('photos'));
		writeFileSync(at('photos/cat.jpg'), 'x');
		await expect(Project.openOrCreate(at('photos'))).rejects.toMatchObject({ code: 'NOT_EMPTY', message: expect.stringContaining('cat.jpg') });
		await expect(Project.open(at('photos'))).rejects.toMatchObject({ code: 'NOT_EMPTY' });
		expect(readdirSync(at('photos'))).toEqual(['cat.jpg']);
		await expect(Project.create(at('photos/cat.jpg'))).rejects.toMatchObject({ code: 'INVALID_VALUE' });
		await expect(Project.open(at('nowhere'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
	});

	it.each([
		['{"version": 1, "na', 'DAMAGED'],
		['[]', 'DAMAGED'],
		['{"version": 1, "recordings": ["../.."]}', 'DAMAGED'],
		['{"version": 1, "recordings": ["001", "001"]}', 'DAMAGED'],
		['{"version": 3}', 'NEWER_VERSION'],
		['{"version": 0}', 'DAMAGED'],
		['{"version": 2, "recordings": [{"id": "001"}, {"id": "002", "folder": "001"}]}', 'DAMAGED'],
		['{"version": 2, "recordings": [{"id": "001", "logs": [{"id": "1", "file": "../x"}]}]}', 'DAMAGED'],
		['{"version": 2, "recordings": [], "selections": [{"name": "boot"}]}', 'DAMAGED'],
	])('refuses project.json %j and leaves it alone', async (content, code) => {
		mkdirSync(at('p'));
		writeFileSync(at('p/project.json'), content);
		await expect(Project.openOrCreate(at('p'))).rejects.toMatchObject({ code });
		expect(readFileSync(at('p/project.json'), 'utf8')).toBe(content);
	});

	it('that was created for nothing leaves nothing behind', async () => {
		const project = await Project.create(at('a/b/c'));
		const { id, folder: recording } = await project.addRecording();
		mkdirSync(recording, { recursive: true });
		await project.discard(id);
		expect(existsSync(at('a'))).toBe(false);

		mkdirSync(at('mine'));
		await (await Project.create(at('mine'))).discard();
		expect(readdirSync(at('mine'))).toEqual([]);

		const older = await Project.create(at('older'));
		await older.close();
		const opened = await Project.open(at('older'));
		await opened.discard((await opened.addRecording()).id);
		expect(opened.recordings).toEqual([]);
		expect(existsSync(`${older.folder}/project.json`)).toBe(true);
	});

	it('is saved as another, edits included, and stays as it was', async () => {
		const project = await projectWith(at('p'), 2);
		const before = onDisk(at('p'));
		await project.createLog('002', 'empty');
		await project.edit.deleteRecording('001');
		await project.edit.crop('002', { to: 0.5 });
		await expect(project.saveAs(at('p'))).rejects.toMatchObject({ code: 'NOT_EMPTY' });
		await using copy = await project.saveAs(at('q'), { name: 'Copy' });
		expect(copy.file).toMatchObject({ name: 'Copy', recordings: [{ id: '002' }] });
		expect(copy.unsaved).toBe(false);
		expect(await samplesOf(copy, '002', 'mc')).toHaveLength(2000);
		await expect(project.addRecording()).rejects.toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining('closed') });
		const { 'project.json': _, ...recordings } = before;
		expect(onDisk(at('p'))).toMatchObject(recordings);
		expect((await Project.open(at('p'))).recordings).toEqual(['001', '002']);
	});

	it('tells two recordings with one id', async () => {
		await using project = await projectWith(at('p'), 2);
		cpSync(at('p/recordings/001/recording.json'), at('p/recordings/002/recording.json'));
		cpSync(at('p/recordings/001/checksums'), at('p/recordings/002/checksums'));
		await expect(project.openRecording('002')).rejects.toMatchObject({ code: 'DAMAGED', message: expect.stringContaining('id 001') });
		expect((await project.list()).map(({ problem }) => problem !== undefined)).toEqual([false, true]);
		expect(await samplesOf(project, '001', 'mc')).toHaveLength(4000);
	});

	it('clears away what a program that died had edited and not saved, and nothing else', async () => {
		const project = await projectWith(at('p'), 1);
		await project.close();
		for (const name of ['001.r7', 'mine']) mkdirSync(at(`p/recordings/${name}`));
		await using again = await Project.open(at('p'), { write: true });
		expect(again.recordings).toEqual(['001']);
		expect(readdirSync(at('p/recordings'))).toEqual(['001', 'mine']);
	});
});
