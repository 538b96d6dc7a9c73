import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { temporaryFolder } from '../recording/testing.ts';
import type { Project } from './project.ts';
import { repairRecording, verifyRecording } from './repair.ts';
import { projectWith } from './testing.ts';

let folder: ReturnType<typeof temporaryFolder>;
let project: Project;
let path: string;
beforeEach(async () => {
	folder = temporaryFolder();
	project = await projectWith(`${folder.path}/p`, 1);
	await project.createLog('001', 'steps');
	for (let k = 0; k < 5; k++) await project.appendLog('001', 'steps', [{ time: k, text: `step ${k}` }]);
	path = join(project.folder, 'logs', '001-1.jsonl');
});
afterEach(async () => {
	await project.close({ discard: true });
	folder.remove();
});

const texts = async () => (await project.readLog('001', '1')).lines.map(({ text }) => text);
const kinds = async () => (await verifyRecording(project, '001')).findings.map(({ file, kind }) => `${file} ${kind}`);

it('every append has its checksum, and an intact log is clean', async () => {
	expect(readFileSync(`${path}.checksums`, 'utf8').trim().split('\n')).toHaveLength(5);
	expect(await verifyRecording(project, '001')).toMatchObject({ clean: true });
});

it('every flipped bit is reported, repaired to an empty line or to nothing lost, and never blessed', async () => {
	const [log, sums] = [readFileSync(path), readFileSync(`${path}.checksums`)];
	for (const [file, bytes] of [
		[path, log],
		[`${path}.checksums`, sums],
	] as const)
		for (let bit = 3; bit < bytes.length * 8; bit += 61) {
			const damaged = Buffer.from(bytes);
			damaged[bit >> 3] ^= 1 << (bit & 7);
			writeFileSync(path, log);
			writeFileSync(`${path}.checksums`, sums);
			writeFileSync(file, damaged);
			expect(await verifyRecording(project, '001'), `${file} bit ${bit}`).toMatchObject({ clean: false });
			expect(await repairRecording(project, '001'), `${file} bit ${bit}`).toMatchObject({ remaining: [] });
			expect((await texts()).length).toBe(file === path ? 4 : 5);
			expect(readFileSync(path).length).toBe(log.length);
		}
	expect(readdirSync(join(project.folder, 'logs', 'damaged')).length).toBeGreaterThan(10);
});

it('a log that was cut short, or is gone, is reported', async () => {
	truncateSync(path, readFileSync(path).length - 10);
	expect(await kinds()).toEqual(['logs/001-1.jsonl unvouched', 'logs/001-1.jsonl missing']);
	writeFileSync(path, '');
	expect(await kinds()).toContain('logs/001-1.jsonl missing');
	await repairRecording(project, '001');
	expect(await kinds()).toEqual([]);
	expect(await texts()).toEqual([]);
});

it('what a crash left behind the last checksum is cut off, and appending goes on behind it', async () => {
	const whole = readFileSync(path);
	writeFileSync(path, Buffer.concat([whole, Buffer.from('{"time":9,"te')]));
	expect(await kinds()).toEqual(['logs/001-1.jsonl cut']);
	await repairRecording(project, '001');
	expect(readFileSync(path)).toEqual(whole);
	await project.appendLog('001', '1', [{ time: 9, text: 'next' }]);
	expect(await kinds()).toEqual([]);
});

it('a log without any checksum stays, and goes on being reported', async () => {
	writeFileSync(`${path}.checksums`, '');
	expect(await kinds()).toEqual(['logs/001-1.jsonl unvouched']);
	const { remaining } = await repairRecording(project, '001');
	expect(remaining).toHaveLength(1);
	expect(await texts()).toHaveLength(5);
});

it('a crop does not hide damage, and takes the checksums along', async () => {
	const bytes = readFileSync(path);
	const damaged = Buffer.from(bytes);
	damaged[12] ^= 1;
	writeFileSync(path, damaged);
	await expect(project.edit.crop('001', { from: 0, to: 0.5 })).rejects.toMatchObject({ code: 'DAMAGED', message: expect.stringContaining('001-1.jsonl') });
	expect(readdirSync(join(project.folder, 'recordings'))).toEqual(['001']);
	writeFileSync(path, bytes);
	await project.edit.crop('001', { from: 0, to: 0.5 });
	await project.save();
	expect(readdirSync(join(project.folder, 'logs')).sort()).toEqual(['001-1.r1.jsonl', '001-1.r1.jsonl.checksums']);
	expect(await verifyRecording(project, '001')).toMatchObject({ clean: true });
	expect(existsSync(path)).toBe(false);
});
