import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { temporaryFolder } from '../recording/testing.ts';
import { ProjectLock } from './lock.ts';
import { Project } from './project.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
	folder = temporaryFolder();
});
afterEach(() => folder.remove());
const at = (name: string) => `${folder.path}/${name}`;
const lock = () => JSON.parse(readFileSync(at('p/project.lock'), 'utf8'));
const mine = { pid: process.pid, host: hostname(), since: 'now', token: 'other' };

/** Another program that opens the project for writing, says so, and waits. */
async function otherProgram(): Promise<ReturnType<typeof spawn>> {
	const module = fileURLToPath(new URL('./project.ts', import.meta.url));
	const script = `const { Project } = await import(${JSON.stringify(module)}); await Project.open(${JSON.stringify(at('p'))}, { write: true }); console.log('open'); process.stdin.resume();`;
	const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: ['pipe', 'pipe', 'inherit'] });
	await once(child.stdout, 'data');
	return child;
}

it('a project that another program has open is read-only, and free again when that ends, however it ends', async () => {
	await (await Project.create(at('p'))).close();
	expect(existsSync(at('p/project.lock'))).toBe(false);
	for (const end of ['SIGKILL', 'close'] as const) {
		const other = await otherProgram();
		await using second = await Project.openOrCreate(at('p'));
		expect(second.readOnly).toContain(`process ${other.pid}`);
		await expect(second.addRecording()).rejects.toMatchObject({ code: 'PROJECT_BUSY' });
		await expect(second.edit.renameProject('x')).rejects.toMatchObject({ code: 'PROJECT_BUSY' });
		await expect(second.save()).rejects.toMatchObject({ code: 'PROJECT_BUSY' });
		expect((await second.list()).length).toBe(0);
		if (end === 'close') other.stdin?.end();
		else other.kill(end);
		await once(other, 'exit');
		expect(existsSync(at('p/project.lock'))).toBe(end === 'SIGKILL');
		await using third = await Project.openOrCreate(at('p'));
		expect(third.readOnly).toBeUndefined();
		expect(lock().pid).toBe(process.pid);
	}
});

it('a project that was opened to be read takes the lock with its first change, and what others saved meanwhile', async () => {
	const first = await Project.create(at('p'));
	await using second = await Project.open(at('p'));
	await first.edit.renameProject('Renamed');
	await first.close({ save: true });
	await second.addRecording();
	expect((await Project.open(at('p'))).file).toMatchObject({ name: 'Renamed', recordings: [{ id: '001' }] });
});

it.each([
	['of a process that has the number of one long gone', { ...mine, processStart: '1' }],
	['that says nothing', 'x'],
])('a lock %s is taken over', async (_, content) => {
	await (await Project.create(at('p'))).close();
	writeFileSync(at('p/project.lock'), typeof content === 'string' ? content : JSON.stringify(content));
	await using project = await Project.openOrCreate(at('p'));
	expect(project.readOnly).toBeUndefined();
});

it('a lock of another computer is respected', async () => {
	await (await Project.create(at('p'))).close();
	writeFileSync(at('p/project.lock'), JSON.stringify({ ...mine, host: 'elsewhere' }));
	await using project = await Project.openOrCreate(at('p'));
	expect(project.readOnly).toContain('elsewhere');
	await project.close();
	expect(lock().host).toBe('elsewhere');
});

it('of many that find a stale lock one gets it', async () => {
	await (await Project.create(at('p'))).close();
	for (let time = 0; time < 20; time++) {
		writeFileSync(at('p/project.lock'), JSON.stringify({ ...mine, processStart: '1' }));
		const results = await Promise.all(Array.from({ length: 8 }, () => ProjectLock.take(at('p'))));
		const locks = results.filter((result) => result instanceof ProjectLock);
		expect(locks).toHaveLength(1);
		locks[0].release();
	}
	expect(readdirSync(at('p'))).toEqual(['project.json']);
});
