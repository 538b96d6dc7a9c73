import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MicrojouleError } from '../../drivers/errors.ts';
import { temporaryFolder } from '../recording/testing.ts';
import { ActiveProject } from './active-project.ts';
import { Project } from './project.ts';
import { onDisk, projectWith } from './testing.ts';

let folder: ReturnType<typeof temporaryFolder>;
let heard: (string | undefined)[];
beforeEach(() => {
	folder = temporaryFolder();
	heard = [];
});
afterEach(() => folder.remove());

const at = (name: string) => join(folder.path, name);

function used(project?: Project, requireIdle = () => {}): ActiveProject {
	const active = new ActiveProject(project);
	active.attach({
		exclusively: (work) => work(),
		requireIdle,
		changed: async (now) => void heard.push(now?.folder),
		logged: (recording, log) => void heard.push(`${recording} ${log}`),
	});
	return active;
}

it('switches between projects, frees the one it leaves, and tells who uses it', async () => {
	await using active = used(await projectWith(at('a'), 1));
	expect(await active.create(at('b'), { name: 'Second' })).toMatchObject({ folder: at('b'), name: 'Second', unsaved: false, readOnly: null, recordings: [] });
	expect(existsSync(at('a/project.lock'))).toBe(false);
	expect(await active.open(at('a'))).toMatchObject({ folder: at('a'), recordings: [{ id: '001' }] });
	await active.close();
	expect(active.status).toBeNull();
	expect(() => active.require()).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
	expect(heard).toEqual([at('b'), at('a'), undefined]);
	expect(readdirSync(at('b'))).toEqual(['project.json']);
});

it('does not leave unsaved edits, unless told to', async () => {
	await using active = used(await projectWith(at('a'), 1));
	(await Project.create(at('b'))).close();
	await active.change((project) => project.edit.recording('001', { name: 'Boot' }));
	expect(active.status).toMatchObject({ unsaved: true, undoable: 'change name of recording 001' });
	const before = onDisk(folder.path);
	for (const leave of [() => active.create(at('c')), () => active.open(at('b')), () => active.open(at('a')), () => active.close()])
		await expect(leave()).rejects.toMatchObject({ code: 'UNSAVED' });
	expect(active.status).toMatchObject({ folder: at('a'), unsaved: true });
	expect(onDisk(folder.path)).toEqual(before);
	expect(await active.open(at('b'), { force: true })).toMatchObject({ folder: at('b') });
	expect((await Project.open(at('a'))).entry('001').name).toBeUndefined();
});

it('saves, and saves as, which the copy goes on from', async () => {
	await using active = used(await projectWith(at('a'), 1));
	await active.change((project) => project.edit.crop('001', { from: 0.25, to: 0.5 }));
	expect(await active.saveAs(at('b'), { name: 'Copy' })).toMatchObject({ folder: at('b'), name: 'Copy', unsaved: false });
	expect((await Project.open(at('a'))).file.recordings).toEqual([{ id: '001' }]);
	await active.change((project) => project.edit.recording('001', { note: 'x' }));
	expect(await active.save()).toMatchObject({ unsaved: false });
	expect((await Project.open(at('b'))).entry('001')).toMatchObject({ note: 'x', folder: '001.r1' });
});

it('stays where it is while it records, and when the next project cannot be had', async () => {
	let recording = true;
	const project = await projectWith(at('a'), 1);
	await using active = used(project, () => {
		if (recording) throw new MicrojouleError('DEVICE_BUSY', 'recording');
	});
	await expect(active.create(at('b'))).rejects.toMatchObject({ code: 'DEVICE_BUSY' });
	await expect(active.close()).rejects.toMatchObject({ code: 'DEVICE_BUSY' });
	recording = false;
	await expect(active.open(at('none'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
	await expect(active.create(at('a/recordings'))).rejects.toMatchObject({ code: 'NOT_EMPTY' });
	await expect(active.saveAs(at('a/recordings'))).rejects.toMatchObject({ code: 'NOT_EMPTY' });
	expect(active.project).toBe(project);
	expect(existsSync(at('b'))).toBe(false);
	await active.change((same) => same.edit.recording('001', { name: 'still writable' }));
});

it('opens a project that another program holds read-only, and afresh when that has let go', async () => {
	const other = await projectWith(at('a'), 1);
	await using active = used();
	expect(await active.open(at('a'))).toMatchObject({ readOnly: expect.stringContaining('open in another program') });
	await expect(active.change((project) => project.edit.renameProject('x'))).rejects.toMatchObject({ code: 'PROJECT_BUSY' });
	await other.close();
	expect(await active.open(at('a'))).toMatchObject({ readOnly: null });
});

it('waits for changes under way before it leaves', async () => {
	await using active = used(await projectWith(at('a'), 1));
	let go = () => {};
	const held = new Promise<void>((resolve) => {
		go = resolve;
	});
	const change = active.change(async (project) => {
		await held;
		await project.createLog('001', 'late');
		return project.folder;
	});
	const next = active.create(at('b'));
	go();
	expect(await change).toBe(at('a'));
	await next;
	expect((await Project.open(at('a'))).entry('001').logs).toHaveLength(1);
});

it('says in the lock where the engine answers, also of projects to come', async () => {
	await using active = used(await projectWith(at('a'), 1));
	const engine = (name: string) => JSON.parse(readFileSync(at(`${name}/project.lock`), 'utf8')).engine;
	active.announce('http://127.0.0.1:1906');
	expect(engine('a')).toBe('http://127.0.0.1:1906');
	await active.create(at('b'));
	expect(existsSync(at('a/project.lock'))).toBe(false);
	expect(engine('b')).toBe('http://127.0.0.1:1906');
	expect((await Project.open(at('b'), { write: true })).readOnly).toContain('the engine at http://127.0.0.1:1906');
});

it('keeps edits when the engine ends: they are saved and can still be undone', async () => {
	const active = used(await projectWith(at('a'), 1));
	await active.change((project) => project.edit.crop('001', { from: 0, to: 0.5 }));
	await active[Symbol.asyncDispose]();
	await using again = await Project.open(at('a'), { write: true });
	expect(again.entry('001').folder).toBe('001.r1');
	expect(again.undoable).toBe('crop recording 001');
});

it('tells of log lines', async () => {
	await using active = used(await projectWith(at('a'), 1));
	const log = await active.change((project) => project.createLog('001', 'steps'));
	await active.appendLog('001', log, [{ time: 0.5, text: 'on' }]);
	expect(heard).toEqual([at('a'), '001 1']);
});
