import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Project } from '../project/project.ts';
import { verify } from '../recording/verify.ts';
import type { BenchChange } from '../server/bench-api.ts';
import { Bench } from './bench.ts';
import { simulated } from './testing.ts';

const disk = vi.hoisted(() => ({ free: 0 }));
vi.mock('node:fs/promises', async (original) => ({ ...(await original<typeof import('node:fs/promises')>()), statfs: async () => ({ bavail: disk.free, bsize: 1 }) }));
beforeEach(() => {
	disk.free = 3 << 20;
});

async function setUp(minFreeBytes: number) {
	const setup = await simulated();
	const project = await Project.create(join(setup.folder, 'project'));
	const bench = await Bench.create({
		project,
		decoder: setup.decoder,
		clock: setup.clock,
		minFreeBytes,
		openPath: async () => setup.devices[0].instrument,
		discover: async () => [],
	});
	const changes: BenchChange[] = [];
	bench.on((change) => changes.push(change));
	await bench.add(setup.devices[0].instrument);
	return { ...setup, project, bench, changes };
}

describe('a bench on a disk with a floor', () => {
	it('does not begin a recording below it, says why, and leaves nothing', async () => {
		const { bench, project, clock } = await setUp(4 << 20);
		await expect(bench.startRecording({})).rejects.toMatchObject({ code: 'DISK', message: expect.stringMatching(/3 MiB left.*floor of 4 MiB.*--min-free/) });
		expect([bench.recording, bench.recordings(), project.recordings]).toEqual([null, [], []]);
		expect(existsSync(join(project.folder, 'recordings')) ? readdirSync(join(project.folder, 'recordings')) : []).toEqual([]);
		// And the next one begins as if nothing had been.
		disk.free = 5 << 20;
		expect(await bench.startRecording({})).toMatchObject({ id: '001' });
		await clock.delay(0.1);
		expect(await bench.stopRecording()).toMatchObject({ id: '001', finished: true });
		await bench.shutdown();
	});

	it('ends a recording that comes to it, whole, tells its listeners why, and goes on measuring with the output as it was', async () => {
		const { bench, project, clock, changes, devices } = await setUp(2 << 20);
		const { id } = await bench.startRecording({});
		await clock.delay(0.3);
		disk.free = 1 << 20;
		await expect.poll(() => bench.recording, { timeout: 10_000 }).toBeNull();
		await expect.poll(() => bench.recordings()[0], { timeout: 10_000 }).toMatchObject({ id, finished: true, lost: 0 });
		expect((await bench.statistics(id)).find(({ channel }) => channel === 'mc')?.samples).toBeGreaterThanOrEqual(1200);
		await expect
			.poll(() => changes.flatMap((change) => (change.type === 'event' && change.event.type === 'fault' ? [change.event.message] : [])))
			.toEqual([expect.stringMatching(/^The recording stopped: .*1 MiB left.*floor of 2 MiB/)]);
		expect(changes).toContainEqual({ type: 'recording', recording: null });
		expect((await verify(project.recordingFolder(id))).clean).toBe(true);
		expect(bench.devices()[0]).toMatchObject({ connected: true, measuring: true });
		expect(devices[0].instrument.settings.main).toBe(true);
		await bench.shutdown();
	});
});
