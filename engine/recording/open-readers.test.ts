import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OpenReaders } from './open-readers.ts';
import { RecordingReader } from './reader.ts';
import { arcChannel, device, recorded, temporaryFolder } from './testing.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
	folder = temporaryFolder();
});
afterEach(() => folder.remove());

/** Recordings of so many channels each, and how often they were opened. */
async function make(...channels: number[]) {
	for (const [i, count] of channels.entries())
		(
			await recorded(
				`${folder.path}/${i}`,
				Array.from({ length: count }, (_, k) => ({ ...arcChannel('mc', 4000), id: `c${k}`, samples: [i] })),
			)
		).close();
	const opened: number[] = [];
	const readers = new OpenReaders();
	const open = (i: number) => {
		opened.push(i);
		return RecordingReader.open(`${folder.path}/${i}`);
	};
	const ask = (i: number, work = async (reader: RecordingReader) => (await reader.read(reader.channel(device, 'c0'), 0, 1))[0]) => readers.use(`${i}`, () => open(i), work);
	return { readers, opened, ask };
}

describe('open readers', () => {
	it('are kept as long as the files are few, those asked last longest', async () => {
		const { readers, opened, ask } = await make(30, 30, 30);
		for (const i of [0, 1, 0, 2, 0, 2, 1]) expect(await ask(i)).toBe(i);
		expect(opened).toEqual([0, 1, 2, 1]);
		readers.forget();
	});

	it('that are let go of are good until their last user is done, and closed then', async () => {
		const { readers, opened, ask } = await make(1);
		let reader: RecordingReader | undefined;
		await ask(0, async (used) => {
			reader = used;
			readers.forget('0');
			expect(await ask(0)).toBe(0);
			return (await used.read(used.channel(device, 'c0'), 0, 1))[0];
		});
		expect(opened).toEqual([0, 0]);
		await expect(reader?.read(reader.channel(device, 'c0'), 0, 1)).rejects.toThrow(/closed/);
		readers.forget();
	});

	it('are opened anew after a question that failed', async () => {
		const { readers, opened, ask } = await make(1);
		await expect(ask(0, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
		await expect(ask(7)).rejects.toMatchObject({ code: 'NOT_FOUND' });
		expect(await ask(0)).toBe(0);
		expect(opened).toEqual([0, 7, 0]);
		readers.forget();
	});
});
