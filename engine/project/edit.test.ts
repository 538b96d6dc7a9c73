import { appendFileSync, existsSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../recording/format.ts';
import { arcChannel, device, recorded, recordingInfo, temporaryFolder } from '../recording/testing.ts';
import { RecordingWriter } from '../recording/writer.ts';
import { Project } from './project.ts';
import { eventsOf, onDisk, projectWith, samplesOf } from './testing.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
	folder = temporaryFolder();
});
afterEach(() => folder.remove());
const at = (name: string) => `${folder.path}/${name}`;

describe('an edit', () => {
	it('of what the project says is known as unsaved, saved, and found again', async () => {
		await using project = await projectWith(at('p'), 2);
		expect(project.unsaved).toBe(false);
		await project.edit.recording('001', { name: 'Boot', offset: -0.5, color: '#ff8800', note: 'cold', hidden: true });
		await project.edit.channel('001', `${device}.mv`, { offset: 0.001 });
		await project.edit.moveRecording('002', 0);
		await project.edit.addSelection({ name: 'burst', from: 0.1, to: 0.2, recording: '001', color: '#123', note: 'radio' });
		expect(project.unsaved).toBe(true);
		await expect(project.close()).rejects.toMatchObject({ code: 'UNSAVED' });
		expect((await Project.open(at('p'))).recordings).toEqual(['001', '002']);
		await project.save();
		expect(project.unsaved).toBe(false);
		const again = await Project.open(at('p'));
		expect(again.file).toEqual(project.file);
		expect(again.recordings).toEqual(['002', '001']);
		expect((await again.list())[1]).toMatchObject({ info: { name: 'Boot', offset: -0.5 }, entry: { channels: { 'arc-1.mv': { offset: 0.001 } } } });
		using reader = await again.openRecording('001');
		expect(reader.info).toMatchObject({ name: 'Boot', offset: -0.5 });
	});

	it('that is refused changes nothing, in memory or on the disk', async () => {
		await using project = await projectWith(at('p'), 2);
		await project.edit.addSelection({ name: 'a', from: 0, to: 1 });
		await project.save();
		const before = { disk: onDisk(at('p')), file: project.file };
		const refused: [string, () => Promise<unknown>][] = [
			['INVALID_VALUE', () => project.edit.recording('001', { name: ' ' })],
			['INVALID_VALUE', () => project.edit.recording('001', { color: 'red' })],
			['INVALID_VALUE', () => project.edit.recording('001', { offset: Number.NaN })],
			['NOT_FOUND', () => project.edit.recording('009', { name: 'x' })],
			['NOT_FOUND', () => project.edit.channel('001', `${device}.zz`, { offset: 1 })],
			['INVALID_VALUE', () => project.edit.channel('001', 'mc', { offset: 1 })],
			['INVALID_VALUE', () => project.edit.moveRecording('001', 2)],
			['NOT_FOUND', () => project.edit.deleteRecording('009')],
			['INVALID_VALUE', () => project.edit.crop('001', { from: 5, to: 6 })],
			['INVALID_VALUE', () => project.edit.crop('001', { from: 0.5, to: 0.5 })],
			['INVALID_VALUE', () => project.edit.crop('001', { from: 0.6, to: 0.5 })],
			['INVALID_VALUE', () => project.edit.crop('001', { from: Number.NaN })],
			['INVALID_VALUE', () => project.edit.downsample('001', `${device}.mc`, 0)],
			['INVALID_VALUE', () => project.edit.downsample('001', `${device}.mc`, 2.5)],
			['INVALID_VALUE', () => project.edit.downsample('001', `${device}.mc`, 4000)],
			['NOT_FOUND', () => project.edit.downsample('001', `${device}.zz`, 2)],
			['INVALID_VALUE', () => project.edit.addSelection({ name: 'a', from: 0, to: 1 })],
			['INVALID_VALUE', () => project.edit.addSelection({ name: 'b', from: 1, to: 1 })],
			['NOT_FOUND', () => project.edit.addSelection({ name: 'b', from: 0, to: 1, recording: '009' })],
			['NOT_FOUND', () => project.edit.deleteSelection('b')],
			['NOT_FOUND', () => project.edit.deleteLog('001', 'b')],
		];
		for (const [code, refusal] of refused) await expect(refusal()).rejects.toMatchObject({ code });
		expect(project.unsaved).toBe(false);
		expect(project.file).toEqual(before.file);
		expect(onDisk(at('p'))).toEqual(before.disk);
	});

	it('keeps what it replaced until the project is saved', async () => {
		const project = await projectWith(at('p'), 2);
		const before = onDisk(at('p'));
		await project.edit.crop('001', { from: 0.25, to: 0.75 });
		await project.edit.deleteRecording('002');
		expect(onDisk(at('p'))).toMatchObject(before);
		await project.undo();
		await project.undo();
		expect(project.unsaved).toBe(false);
		expect(await samplesOf(project, '001', 'mc')).toHaveLength(4000);
		await project.redo();
		await project.redo();
		await project.save();
		expect(readdirSync(at('p/recordings'))).toEqual(['001.r1']);
		expect(project.undoable).toBeUndefined();
		await project.edit.crop('001', { from: 0.1 });
		await project.close({ discard: true });
		expect(readdirSync(at('p/recordings'))).toEqual(['001.r1']);
		await using again = await Project.open(at('p'), { write: true });
		expect(await samplesOf(again, '001', 'mc')).toHaveLength(2000);
	});

	it('of what the project says can be undone after saving too', async () => {
		await using project = await projectWith(at('p'), 1);
		await project.edit.crop('001', { to: 0.5 });
		await project.edit.recording('001', { name: 'Half' });
		await project.save();
		expect(project.undoable).toContain('name');
		await project.undo();
		expect(project.unsaved).toBe(true);
		expect(project.undoable).toBeUndefined();
		expect(await samplesOf(project, '001', 'mc')).toHaveLength(2000);
	});

	it('is undone in another program when the history was kept, and the recordings that came meanwhile stay', async () => {
		const project = await projectWith(at('p'), 1);
		await project.edit.crop('001', { to: 0.5 });
		await project.save({ keepHistory: true });
		await project.close();
		const other = await Project.openOrCreate(at('p'));
		const { folder: path, id } = await other.addRecording();
		(await recorded(path, [{ ...arcChannel('mc', 4000), samples: [1] }], [], { info: { id } })).close();
		await other.close();
		await using again = await Project.open(at('p'), { write: true });
		expect(await again.undo()).toBe('crop recording 001');
		expect(again.recordings).toEqual(['001', '002']);
		expect(await samplesOf(again, '001', 'mc')).toHaveLength(4000);
		await again.redo();
		expect(await samplesOf(again, '001', 'mc')).toHaveLength(2000);
		await again.save();
		expect(existsSync(at('p/history.json'))).toBe(false);
		expect(readdirSync(at('p/recordings'))).toEqual(['001.r1', '002']);
	});

	it('of samples refuses a damaged or incomplete recording and leaves nothing behind', async () => {
		await using project = await projectWith(at('p'), 3);
		const path = (id: string) => `${at('p')}/recordings/${id}/${device}.mv.f32`;
		rmSync(path('001'));
		writeFileSync(path('002'), 'x', { flag: 'r+' });
		truncateSync(path('003'), 8);
		const before = onDisk(at('p'));
		for (const id of ['001', '002', '003']) {
			await expect(project.edit.crop(id, { to: 0.5 })).rejects.toMatchObject({ code: 'DAMAGED', message: expect.stringContaining('arc-1.mv.f32') });
			await expect(project.edit.downsample(id, `${device}.mc`, 2)).rejects.toMatchObject({ code: 'DAMAGED' });
		}
		expect(onDisk(at('p'))).toEqual(before);
	});

	it('of samples works on what a crash left of a recording', async () => {
		const project = await Project.create(at('p'));
		const { id, folder: path } = await project.addRecording();
		await project.close();
		const writer = await RecordingWriter.create(path, recordingInfo([arcChannel('mc', 4000)], { id }), { flushIntervalS: 0 });
		await writer.append(device, 'mc', new Float32Array(4000).fill(0.5));
		await writer.flush();
		appendFileSync(`${path}/${device}.mc.f32`, 'torn');
		await using later = await Project.open(at('p'), { write: true });
		await later.edit.crop(id, { from: 0.25 });
		expect(await samplesOf(later, id, 'mc')).toEqual(Array.from({ length: 3000 }, () => 0.5));
		await writer.close().catch(() => {});
	});

	it('leaves a recording alone that is still running', async () => {
		await using project = await Project.create(at('p'));
		const { id } = await project.addRecording();
		const refused = [() => project.edit.crop(id, {}), () => project.edit.deleteRecording(id), () => project.edit.downsample(id, `${device}.mc`, 2), () => project.saveAs(at('q'))];
		for (const edit of refused) await expect(edit()).rejects.toMatchObject({ code: 'DEVICE_BUSY' });
		expect(existsSync(at('q'))).toBe(false);
	});
});

describe('crop', () => {
	const events: RecordedEvent[] = [
		{ device, type: 'edge', channel: 'i1', level: 0, time: 0 },
		{ device, type: 'setting', setting: 'mainVoltage', value: 3, time: 0.1 },
		{ device, type: 'edge', channel: 'i1', level: 1, time: 0.2 },
		{ device, type: 'log', channel: 'rx', text: 'before', time: 0.249 },
		{ device, type: 'gap', reason: 'lost', time: 0.24, duration: 0.02 },
		{ device, type: 'log', channel: 'rx', text: 'first', time: 0.25 },
		{ device, type: 'edge', channel: 'i1', level: 0, time: 0.5 },
		{ device, type: 'log', channel: 'rx', text: 'after', time: 0.75 },
	];

	it('keeps the samples, events, logs and selections of [from, to), and what was in force', async () => {
		await using project = await projectWith(at('p'), 1, { events });
		await project.createLog('001', 'steps');
		await project.appendLog('001', 'steps', [
			{ time: 0.1, text: 'out' },
			{ time: 0.3, text: 'in' },
		]);
		await project.edit.addSelection({ name: 'in', from: 0.2, to: 0.3, recording: '001' });
		await project.edit.addSelection({ name: 'out', from: 0.8, to: 0.9, recording: '001' });
		await project.edit.crop('001', { from: 0.25, to: 0.75 });
		expect(await samplesOf(project, '001', 'mc')).toEqual(Array.from({ length: 2000 }, (_, n) => n + 2000));
		expect(await samplesOf(project, '001', 'mv')).toEqual(Array.from({ length: 500 }, (_, n) => n + 1250));
		expect(await eventsOf(project, '001')).toEqual([
			{ device, type: 'edge', channel: 'i1', level: 1, time: 0 },
			{ device, type: 'gap', reason: 'lost', time: 0, duration: expect.closeTo(0.01, 12) },
			{ device, type: 'log', channel: 'rx', text: 'first', time: 0 },
			{ device, type: 'edge', channel: 'i1', level: 0, time: 0.25 },
		]);
		using reader = await project.openRecording('001');
		expect(reader.info).toMatchObject({ start: '2026-01-02T03:04:05.250Z', finished: true, devices: [{ settings: { mainVoltage: 3 } }] });
		expect(reader.problems).toEqual([]);
		expect((await project.readLog('001', 'steps')).lines).toEqual([{ time: expect.closeTo(0.05, 12), text: 'in' }]);
		expect(project.file.selections).toEqual([{ name: 'in', from: 0, to: expect.closeTo(0.05, 12), recording: '001' }]);
		expect(project.entry('001').channels).toBeUndefined();
	});

	it('between samples begins with the first one inside and says where the slower channel begins', async () => {
		await using project = await projectWith(at('p'), 1);
		const { origin } = await project.edit.crop('001', { from: 0.0003, to: 0.0021 });
		expect(origin).toBe(0.0005);
		expect(await samplesOf(project, '001', 'mc')).toEqual([1002, 1003, 1004, 1005, 1006, 1007, 1008]);
		expect(await samplesOf(project, '001', 'mv')).toEqual([1001, 1002]);
		expect(project.entry('001').channels).toEqual({ 'arc-1.mv': { offset: 0.0005 } });
	});

	it('heeds the offset of a channel', async () => {
		await using project = await projectWith(at('p'), 1);
		await project.edit.channel('001', `${device}.mv`, { offset: 0.5 });
		await project.edit.crop('001', { from: 0.25, to: 0.75 });
		expect(await samplesOf(project, '001', 'mv')).toEqual(Array.from({ length: 250 }, (_, n) => n + 1000));
		expect(project.entry('001').channels).toEqual({ 'arc-1.mv': { offset: 0.25 } });
	});
});

describe('downsample', () => {
	it('averages blocks and drops the last one, even when it is complete', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.oneof(fc.float({ min: -10, max: 10, noNaN: true }), fc.constant(Number.NaN)), { minLength: 1, maxLength: 300 }),
				fc.integer({ min: 1, max: 40 }),
				async (samples, factor) => {
					const place = temporaryFolder();
					await using project = await Project.create(`${place.path}/p`);
					const { id, folder: path } = await project.addRecording();
					(await recorded(path, [{ ...arcChannel('mc', 4000), samples }], [], { info: { id } })).close();
					const blocks = Math.floor((samples.length - 1) / factor);
					const done = project.edit.downsample(id, `${device}.mc`, factor);
					if (blocks === 0) await expect(done).rejects.toMatchObject({ code: 'INVALID_VALUE' });
					else {
						await done;
						const means = Array.from({ length: blocks }, (_, k) => {
							const valid = samples.slice(k * factor, (k + 1) * factor).filter((x) => !Number.isNaN(x));
							return Math.fround(valid.reduce((a, b) => a + b, 0) / valid.length);
						});
						expect(await samplesOf(project, id, 'mc')).toEqual(means);
						using reader = await project.openRecording(id);
						expect(reader.channel(device, 'mc').rate).toBe(4000 / factor);
					}
					place.remove();
				},
			),
			{ numRuns: 25 },
		);
	});

	it('leaves the other channels as they are', async () => {
		await using project = await projectWith(at('p'), 1);
		await project.edit.downsample('001', `${device}.mc`, 4);
		expect(await samplesOf(project, '001', 'mc')).toHaveLength(999);
		expect((await samplesOf(project, '001', 'mc'))[1]).toBe(1005.5);
		expect(await samplesOf(project, '001', 'mv')).toHaveLength(1000);
	});
});

describe('undo and redo', () => {
	it('of any sequence of edits give the first state and the last one', async () => {
		const id = fc.constantFrom('001', '002');
		const edit = fc.oneof(
			id.map((recording) => (project: Project) => project.edit.recording(recording, { note: 'n', hidden: true })),
			fc.tuple(id, fc.double({ noNaN: true, noDefaultInfinity: true })).map(
				([recording, offset]) =>
					(project: Project) =>
						project.edit.recording(recording, { offset }),
			),
			id.map((recording) => (project: Project) => project.edit.deleteRecording(recording)),
			id.map((recording) => (project: Project) => project.edit.moveRecording(recording, 0)),
			id.map((recording) => (project: Project) => project.edit.channel(recording, `${device}.mc`, { offset: 0.125 })),
			fc.tuple(id, fc.constantFrom(0, 0.01, 0.02), fc.constantFrom(0.03, 0.05)).map(
				([recording, from, to]) =>
					(project: Project) =>
						project.edit.crop(recording, { from, to }),
			),
			fc.tuple(id, fc.integer({ min: 1, max: 9 })).map(
				([recording, factor]) =>
					(project: Project) =>
						project.edit.downsample(recording, `${device}.mc`, factor),
			),
			fc.constantFrom('a', 'b').map((name) => (project: Project) => project.edit.addSelection({ name, from: 0, to: 0.04, recording: '001' })),
			fc.constantFrom('a', 'b').map((name) => (project: Project) => project.edit.deleteSelection(name)),
			id.map((recording) => (project: Project) => project.edit.log(recording, '1', { offset: 0.1 })),
			fc.constant((project: Project) => project.edit.renameProject('Other')),
		);
		const content = async (project: Project) => ({
			file: project.file,
			samples: await Promise.all(project.recordings.map((recording) => samplesOf(project, recording, 'mc'))),
			logs: await Promise.all(project.recordings.map((recording) => project.readLog(recording, '1'))),
		});
		await fc.assert(
			fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 8 }), fc.boolean(), async (list, kept) => {
				const place = temporaryFolder();
				let project = await projectWith(`${place.path}/p`, 2, { seconds: 0.06 });
				for (const recording of ['001', '002']) {
					await project.createLog(recording, 'log');
					await project.appendLog(recording, 'log', [{ time: 0.02, text: 'x' }]);
				}
				const first = await content(project);
				for (const each of list) await each(project).catch(() => {}); // an edit may be refused: of a deleted recording, say
				const last = await content(project);
				if (kept) {
					await project.save({ keepHistory: true });
					await project.close();
					project = await Project.open(project.folder, { write: true });
				}
				while (project.undoable !== undefined) await project.undo();
				expect(await content(project)).toEqual(first);
				if (!kept) expect(project.unsaved).toBe(false);
				while (project.redoable !== undefined) await project.redo();
				expect(await content(project)).toEqual(last);
				await project.close({ discard: true });
				place.remove();
			}),
			{ numRuns: 25 },
		);
	}, 30_000);
});
