/**
 * Where in a file that only grows the lines are that answer one question, such as the edges of an input. A line is looked at once, however often the
 * question is asked, and what is kept is bounded: the place of a stretch of lines, for sixteen kilobytes of the file at least, never a line itself.
 */

import type { ReadableFile } from './readable-file.ts';
import { lineFeed, wholeLines } from './whole-lines.ts';

export interface Timed {
	/** s. */
	readonly time: number;
	/** s, for what lasts. */
	readonly until?: number;
}

/** Looks at lines in their order. */
export interface Selection<T> {
	/** What it knows of the lines before. */
	readonly state: number;
	/** What a line tells, if it answers the question. */
	take(line: string): T | undefined;
}

export interface LineQuestion<T> {
	/** Bytes that every line with an answer contains: others are not looked at. Undefined: any line may have one. */
	readonly mark?: Buffer;
	/** Goes on where another selection was in this state; undefined: at the start of the file. */
	begin(state?: number): Selection<T>;
}

/** The answers in what of the file was there at one moment; good as long as the file is open. */
export interface IndexedLines<T> {
	readonly count: number;
	/** Answers [from, to), clipped to what there is, in consecutive stretches. */
	read(from: number, to: number): AsyncGenerator<T[]>;
	/** Number of the last answer at or before a time, s; −1 where there is none. */
	lastUntil(time: number): Promise<number>;
	/** Stretches that may have answers in [from, to), s, in the order of the file; what they are about is known without reading them. */
	within(from: number, to: number): IndexedStretch<T>[];
}

/** Consecutive answers of an index. */
export interface IndexedStretch<T> {
	/** Number of the first answer. */
	readonly first: number;
	readonly count: number;
	/** s: no answer is before, and none after. */
	readonly earliest: number;
	readonly latest: number;
	read(): Promise<T[]>;
}

/** Consecutive lines from the first answer's to the last one's. */
interface Stretch {
	/** Bytes in the file. */
	readonly begin: number;
	end: number;
	/** Number of the first answer. */
	readonly first: number;
	/** Of the selection before the first line. */
	readonly state: number;
	/** s. */
	earliest: number;
	latest: number;
}

/** A line that begins so far behind the start of a stretch begins another. */
const stretchBytes = 16_384;

export class LineIndex<T extends Timed> {
	readonly #question: LineQuestion<T>;
	readonly #stretches: Stretch[] = [];
	#selection: Selection<T>;
	#count = 0;
	/** Bytes of the file that have been looked at. */
	#seen = 0;
	/** One looks on at a time. */
	#turn: Promise<void> = Promise.resolve();

	constructor(question: LineQuestion<T>) {
		this.#question = question;
		this.#selection = question.begin();
	}

	/** The answers in the first `length` bytes of the file; of a last line without its end, only if it is whole JSON. */
	async upTo(file: ReadableFile, length: number): Promise<IndexedLines<T>> {
		const turn = this.#turn.then(() => this.#lookOn(file, length));
		this.#turn = turn.catch(() => {}); // whoever asked has heard
		await turn;
		const count = this.#count;
		return {
			count,
			read: (from, to) => this.#read(file, from, Math.min(to, count)),
			lastUntil: (time) => this.#lastUntil(file, time),
			within: (from, to) => this.#within(file, from, to, count),
		};
	}

	async #lookOn(file: ReadableFile, length: number): Promise<void> {
		if (this.#seen >= length) return;
		for await (const piece of wholeLines(file, this.#seen, length)) {
			// One that is being written, or that a crash has cut off.
			if (piece.at(-1) !== lineFeed && !isJson(piece.toString('utf8'))) return;
			for (let line = lineFrom(piece, 0, this.#question.mark); line; line = lineFrom(piece, line.end + 1, this.#question.mark)) {
				const { state } = this.#selection;
				const found = this.#selection.take(piece.toString('utf8', line.begin, line.end));
				if (found) this.#add(this.#seen + line.begin, this.#seen + line.end, state, found);
			}
			this.#seen += piece.length;
		}
	}

	#add(begin: number, end: number, state: number, { time, until = time }: Timed): void {
		const last = this.#stretches.at(-1);
		if (last && begin < last.begin + stretchBytes) {
			last.end = end;
			last.earliest = Math.min(last.earliest, time);
			last.latest = Math.max(last.latest, until);
		} else this.#stretches.push({ begin, end, first: this.#count, state, earliest: time, latest: until });
		this.#count++;
	}

	async *#read(file: ReadableFile, from: number, to: number): AsyncGenerator<T[]> {
		for (let at = this.#stretchOf(from); at < this.#stretches.length && this.#stretches[at].first < to; at++) {
			const { first } = this.#stretches[at];
			const found = await this.#answers(file, this.#stretches[at]);
			yield found.slice(Math.max(0, from - first), to - first);
		}
	}

	#within(file: ReadableFile, from: number, to: number, total: number): IndexedStretch<T>[] {
		return this.#stretches.flatMap((stretch, at) => {
			const { first, earliest, latest } = stretch;
			const count = Math.min(this.#stretches[at + 1]?.first ?? total, total) - first;
			if (count <= 0 || latest < from || earliest >= to) return [];
			return [{ first, count, earliest, latest, read: async () => (await this.#answers(file, stretch)).slice(0, count) }];
		});
	}

	async #lastUntil(file: ReadableFile, time: number): Promise<number> {
		const stretch = this.#stretches.findLast(({ earliest }) => earliest <= time);
		return stretch ? stretch.first + (await this.#answers(file, stretch)).findLastIndex((found) => found.time <= time) : -1;
	}

	async #answers(file: ReadableFile, { begin, end, state }: Stretch): Promise<T[]> {
		const bytes = Buffer.allocUnsafe(end - begin);
		await file.fill(bytes, begin);
		const { mark } = this.#question;
		const selection = this.#question.begin(state);
		const found: T[] = [];
		for (let line = lineFrom(bytes, 0, mark); line; line = lineFrom(bytes, line.end + 1, mark)) {
			const answer = selection.take(bytes.toString('utf8', line.begin, line.end));
			if (answer) found.push(answer);
		}
		return found;
	}

	/** Place of the stretch that answer `number` lies in. */
	#stretchOf(number: number): number {
		let [low, high] = [0, this.#stretches.length];
		while (high - low > 1) {
			const middle = (low + high) >> 1;
			if (this.#stretches[middle].first <= number) low = middle;
			else high = middle;
		}
		return low;
	}
}

/** Indexes by name, each made when it is first asked for. */
export class LineIndexes {
	readonly #indexes = new Map<string, LineIndex<Timed>>();

	/** One name is one question. */
	of<T extends Timed>(name: string, question: () => LineQuestion<T>): LineIndex<T> {
		const known = this.#indexes.get(name) as LineIndex<T> | undefined;
		if (known) return known;
		const index = new LineIndex(question());
		this.#indexes.set(name, index as unknown as LineIndex<Timed>);
		return index;
	}
}

/** The next line from the beginning of one on, with the mark where there is one; `end` is its line feed. */
function lineFrom(bytes: Buffer, from: number, mark: Buffer | undefined): { begin: number; end: number } | undefined {
	if (from >= bytes.length) return undefined;
	const marked = mark ? bytes.indexOf(mark, from) : from;
	if (marked < 0) return undefined;
	const end = bytes.indexOf(lineFeed, marked);
	return { begin: mark ? bytes.lastIndexOf(lineFeed, marked) + 1 : from, end: end < 0 ? bytes.length : end };
}

function isJson(text: string): boolean {
	try {
		JSON.parse(text);
		return true;
	} catch {
		return false;
	}
}
