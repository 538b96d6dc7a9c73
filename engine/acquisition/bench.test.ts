import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Load } from '../../drivers/simulator/loads/load.ts';
import type { SimulatorOptions } from '../../drivers/simulator/simulator.ts';
import { Project } from '../project/project.ts';
import type { BenchChange } from '../server/bench-api.ts';
import { Bench } from './bench.ts';
import { simulated } from './testing.ts';

/** Draws ever more: a lost, doubled or shifted sample shows as a step. */
class Ramp implements Load {
	readonly levels = 0;
	#us = 0;
	fill(_voltage: number, current: Float64Array, from: number, to: number, tickUs: number): void {
		for (let n = from; n < to; n++, this.#us += tickUs) current[n] = 1e-3 + this.#us * 1e-10;
	}
	peak(): number {
		return 0.018;
	}
}

/** A bench with these devices, ready to record. */
async function setUp(...options: Partial<SimulatorOptions>[]) {
	const setup = await simulated(options.length > 0 ? options : [{ load: new Ramp() }]);
	const project = await Project.create(join(setup.folder, 'project'));
	const bench = await Bench.create({
		project,
		decoder: setup.decoder,
		clock: setup.clock,
		openPath: async () => setup.devices[0].instrument,
		discover: async () => [],
	});
	const changes: BenchChange[] = [];
	bench.on((change) => changes.push(change));
	for (const { instrument } of setup.devices) await bench.add(instrument);
	const column = (id: string, device = '') => {
		const folder = project.recordingFolder(id);
		const bytes = readFileSync(join(folder, readdirSync(folder).find((name) => name.startsWith(device) && name.endsWith('.mc.f32')) as string));
		return Array.from(new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)));
	};
	return { ...setup, project, bench, changes, column };
}

const stepsOf = (column: readonly number[]) => column.slice(1).map((value, index) => value - column[index]);

describe('the bench', () => {
	it('records, rolls over without a gap, and tells its listeners', async () => {
		const { bench, clock, column, changes } = await setUp();
		expect(bench.recording).toBeNull();
		const first = await bench.startRecording({ name: 'Before' });
		await clock.delay(0.4);
		expect(bench.recording).toMatchObject({ id: first.id, name: 'Before' });
		const second = await bench.startRecording({});
		await clock.delay(0.4);
		const summary = await bench.stopRecording();
		expect(summary).toMatchObject({ id: second.id, finished: true, lost: 0 });
		expect(bench.recordings()).toMatchObject([
			{ id: '001', name: 'Before', finished: true, lost: 0 },
			{ id: '002', name: 'Recording 2', finished: true, lost: 0 },
		]);
		const pieces = [column('001'), column('002')];
		for (const piece of pieces) expect(piece.length).toBeGreaterThan(1200);
		const steps = stepsOf(pieces.flat());
		// 250 µs of the ramp, in float32.
		for (const step of steps) expect(Math.abs(step / 25e-9 - 1)).toBeLessThan(0.1);
		expect(changes.filter(({ type }) => type === 'recording').map((change) => (change.type === 'recording' ? (change.recording?.id ?? null) : ''))).toEqual(['001', '002', null]);
		const [mc] = (await bench.statistics('001')).filter(({ channel }) => channel === 'mc');
		expect(mc.samples).toBe(pieces[0].length);
		const picture = await bench.view('001', `${mc.device}.mc`, 0, 0.3, 50);
		expect(picture).toBeDefined();
		await bench.shutdown();
	});

	it('answers for the recording in progress, up to the latest sample', async () => {
		const { bench, clock } = await setUp();
		await bench.startRecording({});
		for (let turn = 0; turn < 3; turn++) {
			await clock.delay(0.3);
			const recordedS = bench.recording?.duration ?? 0;
			const mc = (await bench.statistics('001')).find(({ channel }) => channel === 'mc');
			expect(mc?.duration).toBeGreaterThanOrEqual(recordedS - 1e-9);
			const picture = await bench.view('001', `${mc?.device}.mc`, 0, Number.POSITIVE_INFINITY, 50);
			expect((picture.begin.at(-1) ?? 0) / 4000).toBeGreaterThanOrEqual(recordedS - 1e-9);
		}
		await bench.shutdown();
	});

	it('answers the same of a window while recording, while finishing, and afterwards', async () => {
		const { bench, clock } = await setUp({ load: new Ramp() }, { kind: 'ace', seed: 4 });
		const { id } = await bench.startRecording({});
		await clock.delay(0.3);
		const toS = bench.recording?.duration;
		const ask = () => bench.statistics(id, 0.01, toS);
		const first = await ask();
		expect(first.find(({ channel }) => channel === 'mc')?.samples).toBeGreaterThanOrEqual(500);
		const stopped = bench.stopRecording();
		const meanwhile = await ask();
		await stopped;
		for (const later of [meanwhile, await ask()]) {
			expect(later.map(({ samples, lost, min, max }) => [samples, lost, min, max])).toEqual(first.map(({ samples, lost, min, max }) => [samples, lost, min, max]));
			for (const [i, { average }] of later.entries()) expect(average).toBeCloseTo(first[i].average, 12);
		}
		await bench.shutdown();
	});

	it('keeps a finished recording open between questions, and sees every change of it', async () => {
		const { bench, clock } = await setUp();
		const { id } = await bench.startRecording({});
		await clock.delay(0.2);
		await bench.stopRecording();
		const reader = () => bench.reading(id, async (opened) => opened);
		const first = await reader();
		expect(await reader()).toBe(first);
		const mc = `${first.info.devices[0].id}.mc`;
		await bench.projects.change((project) => project.edit.recording(id, { name: 'Other' }));
		expect((await reader()).info.name).toBe('Other');
		await bench.projects.change((project) => project.edit.channel(id, mc, { offset: 0.05 }));
		expect((await bench.view(id, mc, 0, 1, 10)).t[0]).toBe(0.05);
		await bench.projects.change((project) => project.undo());
		expect((await bench.view(id, mc, 0, 1, 10)).t[0]).toBe(0);
		// A question under way ends well, whatever happens to the recording.
		await bench.reading(id, async (opened) => {
			await bench.deleteRecording(id);
			expect((await opened.read(opened.channel(undefined, 'mc'), 0, 10)).length).toBe(10);
		});
		await expect(bench.statistics(id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
		await bench.shutdown();
	});

	it('records all devices over the same stretch', async () => {
		const { bench, clock, devices, column } = await setUp({}, { kind: 'ace' });
		await bench.startRecording({});
		await clock.delay(0.5);
		const { channels } = await bench.stopRecording();
		const [arc, ace] = devices.map(({ instrument }) => column('001', instrument.identity.id).length);
		expect(Math.abs(arc / 4000 - ace / 50_000)).toBeLessThanOrEqual(0.002);
		expect(new Set(channels.map(({ device }) => device)).size).toBe(2);
		await bench.shutdown();
	});

	it('refuses what makes no sense', async () => {
		const { bench, devices } = await setUp();
		const code = (promise: Promise<unknown>) =>
			promise.then(
				() => 'done',
				(error) => error.code,
			);
		expect(await code(bench.stopRecording())).toBe('NOT_RECORDING');
		expect(await code(bench.set('nobody', { main: true }))).toBe('NOT_FOUND');
		expect(await code(bench.statistics('009'))).toBe('NOT_FOUND');
		expect(await code(bench.set(devices[0].instrument.identity.id, { mainVoltage: 99 }))).toBe('INVALID_VALUE');
		const { id } = await bench.startRecording({});
		expect(await code(bench.deleteRecording(id))).toBe('DEVICE_BUSY');
		await bench.stopRecording();
		expect(await code(bench.deleteRecording(id))).toBe('done');
		expect(bench.recordings()).toEqual([]);
		await bench.close(devices[0].instrument.identity.id);
		expect(await code(bench.startRecording({}))).toBe('DEVICE_GONE');
		await bench.shutdown();
	});

	it('goes on without a device that leaves, keeps what was recorded, and takes it back', async () => {
		const { bench, clock, devices, changes, column } = await setUp();
		const { id } = devices[0].instrument.identity;
		await bench.startRecording({});
		await clock.delay(0.3);
		devices[0].simulator.unplug();
		await expect.poll(() => bench.devices()[0].connected).toBe(false);
		expect(changes.some((change) => change.type === 'event' && change.event.type === 'disconnect' && change.device === id)).toBe(true);
		const summary = await bench.stopRecording();
		expect(summary).toMatchObject({ finished: true, lost: 0 });
		expect(column('001').length).toBeGreaterThanOrEqual(800);
		devices[0].simulator.plug();
		expect(await bench.add(await devices[0].reopen())).toMatchObject({ id, connected: true, measuring: true });
		expect(bench.devices()).toHaveLength(1);
		await bench.startRecording({});
		await clock.delay(0.3);
		expect(await bench.stopRecording()).toMatchObject({ id: '002', finished: true, lost: 0 });
		expect(column('002').length).toBeGreaterThan(800);
		await bench.shutdown();
	});

	it('switches outputs off and finishes the recording when it ends', async () => {
		const { bench, clock, devices, project } = await setUp();
		await bench.startRecording({});
		await clock.delay(0.3);
		await bench.shutdown();
		await bench.shutdown();
		expect(devices[0].instrument.settings.main).toBe(false);
		expect((await project.list())[0].info).toMatchObject({ finished: true });
		expect(existsSync(project.folder)).toBe(true);
	});
});
