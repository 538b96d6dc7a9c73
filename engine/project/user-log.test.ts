import { appendFileSync, existsSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { temporaryFolder } from '../recording/testing.ts';
import { Project } from './project.ts';
import { projectWith } from './testing.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
	folder = temporaryFolder();
});
afterEach(() => folder.remove());

it('a user log takes lines while the recording is running and afterwards, and gives them a page at a time', async () => {
	await using project = await Project.create(`${folder.path}/p`);
	const { id } = await project.addRecording();
	const log = await project.createLog(id, 'test steps');
	for (let k = 0; k < 10; k++) await project.appendLog(id, 'test steps', [{ time: k / 10, text: `Step ${k}\nof ${k % 2 ? 'odd' : 'even'}` }]);
	expect(project.unsaved).toBe(false);
	await project.edit.log(id, log, { offset: 100, name: 'shifted' });
	const other = await Project.open(`${folder.path}/p`);
	expect(await other.readLog(id, log, { filter: 'ODD', skip: 1, limit: 2 })).toEqual({
		total: 5,
		lines: [
			{ time: 0.3, text: 'Step 3\nof odd' },
			{ time: 0.5, text: 'Step 5\nof odd' },
		],
	});
	expect((await project.readLog(id, 'shifted', { from: 100.2, to: 100.4 })).lines.map(({ time }) => time)).toEqual([100.2, 100.3]);
	expect(() => project.readLog(id, 'test steps')).toThrow(expect.objectContaining({ code: 'NOT_FOUND', message: expect.stringContaining('1 (shifted)') }));
	await expect(project.readLog(id, log, { skip: -1 })).rejects.toMatchObject({ code: 'INVALID_VALUE' });
	await expect(project.appendLog(id, log, [{ time: Number.NaN, text: '' }])).rejects.toMatchObject({ code: 'INVALID_VALUE' });
	await expect(project.createLog('009', 'x')).rejects.toMatchObject({ code: 'NOT_FOUND' });
	await expect(project.createLog(id, '')).rejects.toMatchObject({ code: 'INVALID_VALUE' });
});

it('a line that a crash cut off is left out, and the next one is whole', async () => {
	await using project = await projectWith(`${folder.path}/p`, 1);
	await project.createLog('001', 'a');
	await project.appendLog('001', 'a', [{ time: 0, text: 'one' }]);
	appendFileSync(`${folder.path}/p/logs/001-1.jsonl`, '{"time": 1, "te');
	await project.appendLog('001', 'a', [{ time: 2, text: 'three' }]);
	expect((await project.readLog('001', 'a')).lines.map(({ text }) => text)).toEqual(['one', 'three']);
});

it('a deleted log is back when that is undone, and off the disk when it is saved', async () => {
	await using project = await projectWith(`${folder.path}/p`, 1);
	await project.createLog('001', 'a');
	await project.appendLog('001', 'a', [{ time: 0, text: 'one' }]);
	await project.edit.deleteLog('001', 'a');
	await project.undo();
	expect((await project.readLog('001', 'a')).total).toBe(1);
	await project.redo();
	await project.save();
	expect(existsSync(`${folder.path}/p/logs/001-1.jsonl`)).toBe(false);
	expect(await project.createLog('001', 'b')).toBe('1');
	expect((await project.readLog('001', 'b')).total).toBe(0);
	await project.appendLog('001', 'b', [{ time: 0, text: 'two' }]);
	expect((await project.readLog('001', 'b')).lines).toEqual([{ time: 0, text: 'two' }]);
});

it('pages stay right while the log grows, for several questions in turn', async () => {
	await using project = await projectWith(`${folder.path}/p`, 1);
	await project.createLog('001', 'a');
	const texts: string[] = [];
	for (let round = 0; round < 5; round++) {
		const lines = Array.from({ length: 700 }, (_, k) => ({ time: round + k / 1000, text: `line ${round * 700 + k} ${'é'.repeat(k % 50)}` }));
		await project.appendLog('001', 'a', lines);
		texts.push(...lines.map(({ text }) => text));
		for (const filter of ['', 'LINE 1', '7']) {
			const expected = texts.filter((text) => text.includes(filter.toLowerCase()));
			const found: string[] = [];
			for (let skip = 0; skip < expected.length; skip += 400) {
				const { lines: page, total } = await project.readLog('001', 'a', { filter, skip, limit: 400 });
				expect(total).toBe(expected.length);
				found.push(...page.map(({ text }) => text));
			}
			expect(found).toEqual(expected);
		}
	}
	// More questions than are remembered.
	for (let from = 0; from < 40; from++)
		expect((await project.readLog('001', 'a', { from: from / 10 })).total).toBe(texts.length - (Math.floor(from / 10) * 700 + Math.min(700, (from % 10) * 100)));
});
