import { appendFileSync, statSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LineIndex, type LineQuestion } from './line-index.ts';
import { ReadableFile } from './readable-file.ts';
import { temporaryFolder } from './testing.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
	folder = temporaryFolder();
});
afterEach(() => folder.remove());

/** A file that says how much of it is read. */
class CountedFile extends ReadableFile {
	bytesRead = 0;

	override fill(target: Float32Array | Uint8Array, position: number): Promise<void> {
		this.bytesRead += target.byteLength;
		return super.fill(target, position);
	}
}

interface Line {
	readonly kind: 'level' | 'other';
	readonly time: number;
	readonly level: number;
	readonly text: string;
}

/** Changes of a level, of which the first only states it: what a line tells depends on those before. */
const changes: LineQuestion<Line> = {
	mark: Buffer.from('"level"'),
	begin: (known = -1) => {
		let state = known;
		return {
			get state() {
				return state;
			},
			take(text: string) {
				const line = JSON.parse(text) as Line;
				if (line.kind !== 'level' || line.level === state) return undefined;
				const first = state === -1;
				state = line.level;
				return first ? undefined : line;
			},
		};
	},
};

function changesOf(lines: readonly Line[]): Line[] {
	const levels = lines.filter(({ kind }) => kind === 'level');
	return levels.filter(({ level }, k) => k > 0 && level !== levels[k - 1].level);
}

const line = fc.record({
	kind: fc.constantFrom('level' as const, 'other' as const),
	time: fc.integer({ min: 0, max: 100 }),
	level: fc.integer({ min: 0, max: 1 }),
	// Long ones spread the answers over many stretches.
	text: fc.oneof(fc.string({ unit: 'grapheme', maxLength: 30 }), fc.constant('x'.repeat(9000)), fc.constant('"level"')),
});

it('finds what reading the whole file finds, however it grows and whatever is asked for', async () => {
	let number = 0;
	await fc.assert(
		fc.asyncProperty(
			fc.array(fc.array(line, { maxLength: 20 }), { maxLength: 5 }),
			fc.nat(60),
			fc.nat(60),
			fc.integer({ min: -1, max: 101 }),
			async (appends, from, length, time) => {
				const name = `${++number}.jsonl`;
				writeFileSync(`${folder.path}/${name}`, '');
				const file = new ReadableFile(folder.path, name);
				const index = new LineIndex(changes);
				const all: Line[] = [];
				for (const lines of appends) {
					appendFileSync(`${folder.path}/${name}`, lines.map((each) => `${JSON.stringify(each)}\n`).join(''));
					all.push(...lines);
					const found = await index.upTo(file, file.size);
					const expected = changesOf(all);
					expect(found.count).toBe(expected.length);
					expect((await Array.fromAsync(found.read(from, from + length))).flat()).toEqual(expected.slice(from, from + length));
					expect(await found.lastUntil(time)).toBe(expected.findLastIndex((each) => each.time <= time));
				}
				file.close();
			},
		),
		{ numRuns: 60 },
	);
});

const text = (time: number) => `${JSON.stringify({ kind: 'level', time, level: time % 2, text: 'some text of an ordinary length' })}\n`;

it('reads what is new, and for a few answers little more than they are, in a long file', async () => {
	const path = `${folder.path}/long.jsonl`;
	writeFileSync(path, Array.from({ length: 100_000 }, (_, time) => text(time)).join(''));
	const file = new CountedFile(folder.path, 'long.jsonl');
	const index = new LineIndex(changes);
	expect((await index.upTo(file, file.size)).count).toBe(99_999);
	expect(file.bytesRead).toBe(statSync(path).size);
	for (let time = 100_000; time < 100_050; time++) {
		appendFileSync(path, text(time));
		file.bytesRead = 0;
		const found = await index.upTo(file, file.size);
		expect(found.count).toBe(time);
		expect(file.bytesRead).toBe(text(time).length);
		const [newest] = (await Array.fromAsync(found.read(time - 1, time))).flat();
		expect(newest.time).toBe(time);
		expect(await found.lastUntil(50_000)).toBe(49_999);
		expect(file.bytesRead).toBeLessThan(3 * 16_384);
	}
	file.close();
});

it('looks at lines once, though many ask at a time', async () => {
	writeFileSync(`${folder.path}/a.jsonl`, Array.from({ length: 1000 }, (_, time) => text(time)).join(''));
	const file = new CountedFile(folder.path, 'a.jsonl');
	const index = new LineIndex(changes);
	const found = await Promise.all(Array.from({ length: 20 }, () => index.upTo(file, file.size)));
	expect(found.map(({ count }) => count)).toEqual(Array(20).fill(999));
	expect(file.bytesRead).toBe(file.size);
	file.close();
});

it('counts a last line without its end only when it is whole', async () => {
	const path = `${folder.path}/a.jsonl`;
	const count = async () => (await index.upTo(file, file.size)).count;
	writeFileSync(path, text(0) + text(1).slice(0, 20));
	const file = new ReadableFile(folder.path, 'a.jsonl');
	const index = new LineIndex(changes);
	expect(await count()).toBe(0);
	appendFileSync(path, text(1).slice(20, -1));
	expect(await count()).toBe(1);
	appendFileSync(path, `\n${text(2)}`);
	expect(await count()).toBe(2);
	file.close();
});
