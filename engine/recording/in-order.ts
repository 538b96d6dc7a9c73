/** Answers of several indexes in the order of their times, reading no more ahead than stretches overlap. */

import type { Timed } from './line-index.ts';

export interface TimedStretch<T> {
	/** s: none is before. */
	readonly earliest: number;
	read(): Promise<readonly T[]>;
}

/** Those at one time come in the order of their ranks, of which 0 is the first. */
export async function* inOrder<T extends Timed & { readonly rank?: number }>(stretches: readonly TimedStretch<T>[]): AsyncGenerator<readonly T[]> {
	const sorted = stretches.toSorted((a, b) => a.earliest - b.earliest);
	let waiting: T[] = [];
	for (const [at, stretch] of sorted.entries()) {
		const found = await stretch.read();
		waiting = waiting.length === 0 ? [...found] : [...waiting, ...found];
		waiting.sort((a, b) => a.time - b.time || (a.rank ?? 0) - (b.rank ?? 0));
		// What comes later may still lie before these.
		const next = sorted[at + 1]?.earliest ?? Number.POSITIVE_INFINITY;
		const held = waiting.findIndex(({ time }) => time >= next);
		const ready = held < 0 ? waiting.length : held;
		if (ready > 0) yield waiting.slice(0, ready);
		waiting = waiting.slice(ready);
	}
}
