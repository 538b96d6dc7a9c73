import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { VirtualClock } from '../../drivers/clock.ts';
import type { MicrojouleError } from '../../drivers/errors.ts';
import { freeBytes, lowSpace } from './free-space.ts';
import { arcChannel, device, recordingInfo, temporaryFolder } from './testing.ts';
import { verify } from './verify.ts';
import { RecordingWriter } from './writer.ts';

const disk = vi.hoisted(() => ({ free: 0 }));
vi.mock('node:fs/promises', async (original) => ({ ...(await original<typeof import('node:fs/promises')>()), statfs: async () => ({ bavail: disk.free, bsize: 1 }) }));

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
	folder = temporaryFolder();
	disk.free = 3 << 20;
});
afterEach(() => folder.remove());

describe('a disk that fills up', () => {
	it('is told of once, while there is still room to finish the recording whole', async () => {
		const clock = new VirtualClock();
		const told: MicrojouleError[] = [];
		const path = `${folder.path}/r`;
		const writer = await RecordingWriter.create(path, recordingInfo([arcChannel('mc', 4000)]), { clock, minFreeBytes: 2 << 20, onLowSpace: (error) => told.push(error) });
		await writer.append(device, 'mc', new Float32Array(8000).fill(1));
		await clock.delay(1);
		expect(told).toEqual([]);
		disk.free = 1 << 20;
		const turns = async (until: () => boolean) => {
			for (let turn = 0; turn < 10_000 && !until(); turn++) await new Promise((resolve) => setImmediate(resolve));
		};
		await turns(() => told.length > 0);
		await clock.delay(1);
		await turns(() => told.length > 1);
		expect(told).toMatchObject([{ code: 'DISK', details: { free: 1 << 20, minFreeBytes: 2 << 20 } }]);
		expect((await writer.close()).finished).toBe(true);
		expect((await verify(path)).clean).toBe(true);
	});

	it('says how much is left, and what to do', async () => {
		expect(await freeBytes(folder.path)).toBe(3 << 20);
		expect(lowSpace('/somewhere', 3 << 20, 1 << 30).message).toBe(
			'The disk of /somewhere has 3 MiB left, less than the floor of 1024 MiB. Free some space, or lower the floor with --min-free.',
		);
	});
});
