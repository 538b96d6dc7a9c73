/**
 * The digital inputs and outputs and the lines of a recording, for a screen: what lies closer together than its pixels is one run with a count, so
 * that a million edges are as few figures as the screen is wide. Stretches of the file that fit into a pixel are not even read.
 */

import { inputChanges, type LevelChange, linesOf, switchChanges } from './event-questions.ts';
import { inOrder, type TimedStretch } from './in-order.ts';
import type { IndexedLines, Timed } from './line-index.ts';
import type { RecordingReader } from './reader.ts';
import type { TimelineLog } from './timeline.ts';

/** In the order of their times; no two runs are nearer than a pixel. All arrays have one length. */
export interface Runs {
	/** s: the first and the last one of each run. */
	readonly from: number[];
	readonly to: number[];
	readonly count: number[];
}

export interface Lane {
	/** Empty for user logs. */
	readonly device: string;
	/** `i1`, `i2`, `gpo1`, `gpo2`, `rx`; the id of a user log. */
	readonly channel: string;
	readonly kind: 'input' | 'output' | 'text' | 'user-log';
	/** For people. */
	readonly label: string;
	/** All there are, in the whole recording: changes of level, or lines. */
	readonly total: number;
	readonly runs: Runs;
	/** Level before the first run; null where it is not known, absent for lines. */
	readonly level?: 0 | 1 | null;
	/** Level behind each run. */
	readonly levels?: readonly (0 | 1)[];
}

export interface LaneQuery {
	/** s, [from, to). */
	readonly from: number;
	readonly to: number;
	/** Pixels. */
	readonly points: number;
	readonly logs?: readonly TimelineLog[];
	/** s by which the project moves a channel's events. */
	readonly shiftOf?: (device: string, channel: string) => number;
}

const inputs = ['i1', 'i2'];
const outputs = ['gpo1', 'gpo2'] as const;

/** Lanes on which something happens, anywhere in the recording. */
export async function lanes(reader: RecordingReader, query: LaneQuery): Promise<Lane[]> {
	const { logs = [] } = query;
	const found: Lane[] = [];
	for (const { id: device, settings } of reader.info.devices) {
		for (const channel of inputs) {
			const changes = await inputChanges(reader, device, channel);
			// The first one states the level.
			if (changes.count > 1) found.push({ device, channel, kind: 'input', label: `GPI${channel.slice(1)}`, ...(await levelRuns(changes, null, query, device, channel)) });
		}
		for (const channel of outputs) {
			const initial = settings[channel];
			const changes = await switchChanges(reader, device, channel, initial);
			if (changes.count > 0)
				found.push({
					device,
					channel,
					kind: 'output',
					label: channel.toUpperCase(),
					...(await levelRuns(changes, initial === undefined ? null : initial ? 1 : 0, query, device, channel)),
				});
		}
		const lines = await linesOf(reader, device);
		if (lines.count > 0) found.push({ device, channel: 'rx', kind: 'text', label: 'UART', total: lines.count, runs: await lineRuns(lines, query, device, 'rx') });
	}
	for (const { id, name, lines } of logs)
		if (lines.count > 0) found.push({ device: '', channel: id, kind: 'user-log', label: name, total: lines.count, runs: await lineRuns(lines, query) });
	return found;
}

async function levelRuns(changes: IndexedLines<LevelChange>, initial: 0 | 1 | null, query: LaneQuery, device: string, channel: string) {
	const shiftS = query.shiftOf?.(device, channel) ?? 0;
	const [from, to] = [query.from - shiftS, query.to - shiftS];
	const [first] = (await Array.fromAsync(changes.read(0, 1))).flat();
	// Changes alternate, so their number tells their level.
	const levelOf = (number: number): 0 | 1 => ((first.level + number) % 2) as 0 | 1;
	const runs = new RunMaker((to - from) / query.points, shiftS);
	let before: number | undefined;
	const stretches = changes.within(from, to).map(({ first: at, count, earliest, latest, read }) => ({
		earliest,
		read: async () => {
			if (fits(earliest, latest, from, to, runs.pixelS)) return [{ time: earliest, until: latest, count, number: at + count - 1 }];
			return (await read()).map(({ time }, k) => ({ time, until: time, count: 1, number: at + k }));
		},
	}));
	const levels: (0 | 1)[] = [];
	for await (const batch of inOrder<Item & { number: number }>(stretches))
		for (const item of batch) {
			if (item.time < from || item.time >= to) continue;
			before ??= item.number + 1 - item.count;
			if (runs.add(item)) levels.push(levelOf(item.number));
			else levels[levels.length - 1] = levelOf(item.number);
		}
	before ??= 1 + (await changes.lastUntil(from));
	const level = before > 0 ? levelOf(before - 1) : initial;
	return { total: changes.count, runs: runs.made, level, levels };
}

async function lineRuns(lines: IndexedLines<Timed>, query: LaneQuery, device?: string, channel?: string): Promise<Runs> {
	const shiftS = device === undefined || channel === undefined ? 0 : (query.shiftOf?.(device, channel) ?? 0);
	const [from, to] = [query.from - shiftS, query.to - shiftS];
	const runs = new RunMaker((to - from) / query.points, shiftS);
	const stretches = lines.within(from, to).map(
		({ earliest, latest, count, read }): TimedStretch<Item> => ({
			earliest,
			read: async () =>
				fits(earliest, latest, from, to, runs.pixelS) ? [{ time: earliest, until: latest, count }] : (await read()).map(({ time }) => ({ time, until: time, count: 1 })),
		}),
	);
	for await (const batch of inOrder(stretches)) for (const item of batch) if (item.time >= from && item.time < to) runs.add(item);
	return runs.made;
}

interface Item extends Timed {
	readonly until: number;
	readonly count: number;
}

function fits(earliest: number, latest: number, from: number, to: number, pixelS: number): boolean {
	return latest - earliest < pixelS && earliest >= from && latest < to;
}

class RunMaker {
	readonly made: Runs = { from: [], to: [], count: [] };
	/** s. */
	readonly pixelS: number;
	readonly #shiftS: number;

	constructor(pixelS: number, shiftS: number) {
		this.pixelS = pixelS;
		this.#shiftS = shiftS;
	}

	/** Items come in the order of their times. True where it begins a run. */
	add({ time, until, count }: Item): boolean {
		const { from, to, count: counts } = this.made;
		const last = counts.length - 1;
		if (last >= 0 && time + this.#shiftS - to[last] < this.pixelS) {
			to[last] = Math.max(to[last], until + this.#shiftS);
			counts[last] += count;
			return false;
		}
		from.push(time + this.#shiftS);
		to.push(until + this.#shiftS);
		counts.push(count);
		return true;
	}
}
