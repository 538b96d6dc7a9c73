import { expect, it } from 'vitest';
import type { RecordingReader } from '../recording/reader.ts';
import { LiveReader } from './live-reader.ts';

/** Readers that only say whether they were closed. */
function readers() {
	const opened: { closed: boolean; close(): void }[] = [];
	const open = async () => {
		const reader = {
			closed: false,
			close() {
				this.closed = true;
			},
		};
		opened.push(reader);
		return reader as unknown as RecordingReader;
	};
	return { opened, open };
}

it('is shared until something was appended, and closed by its last user', async () => {
	const live = new LiveReader();
	const { opened, open } = readers();
	const done = Promise.withResolvers<void>();
	const long = live.use(open, () => done.promise);
	await live.use(open, async () => {});
	expect(opened.length).toBe(1);
	live.appended();
	await live.use(open, async () => {});
	expect(opened.map(({ closed }) => closed)).toEqual([false, false]);
	done.resolve();
	await long;
	await Promise.resolve();
	expect(opened.map(({ closed }) => closed)).toEqual([true, false]);
	live.forget();
	await Promise.resolve();
	expect(opened[1].closed).toBe(true);
});

it('opens anew after a question that failed', async () => {
	const live = new LiveReader();
	const { opened, open } = readers();
	await expect(
		live.use(
			() => Promise.reject(new Error('no file')),
			async () => {},
		),
	).rejects.toThrow('no file');
	await expect(
		live.use(open, async () => {
			throw new Error('damaged');
		}),
	).rejects.toThrow('damaged');
	await live.use(open, async () => {});
	expect(opened.map(({ closed }) => closed)).toEqual([true, false]);
});
