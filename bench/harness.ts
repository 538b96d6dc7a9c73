/**
 * What every benchmark shares: rounds, medians, ratios and the lines that are printed. A benchmark is a file of this folder that exports
 * `bench`; its name is the file's. Everything that is compared runs in the same call, and in turns: a neighbour that slows the
 * machine down then slows all of them, and the ratio of a round stays what it is.
 */

import { spawnSync } from 'node:child_process';
import { arch, availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { version } from '../engine/version.ts';

export interface Bench {
	/** One line: what is measured, and what is left out. */
	readonly brief: string;
	run(report: Reporter, options: BenchOptions): Promise<void>;
}

export interface BenchOptions {
	/** Measured rounds, at least 3; a round of warm-up comes before them. */
	readonly rounds: number;
}

/** One line of output. */
export interface Figure {
	readonly bench: string;
	readonly case: string;
	/** Median of the runs. */
	readonly value: number;
	readonly unit: string;
	/** By name of the reference: median over the rounds of value / reference of the same round. */
	readonly ratio_to?: Readonly<Record<string, number>>;
	readonly runs: readonly number[];
	/** (largest − smallest) / median of the runs. */
	readonly spread: number;
}

export interface Reporter {
	figure(figure: Figure): void;
	/** Something a reader must know: what was left out, or why. */
	note(text: string): void;
}

export function median(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = sorted.length >> 1;
	return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** A figure of `runs`, with its ratios to other runs of the same rounds. */
export function figure(bench: string, name: string, unit: string, runs: readonly number[], references: Readonly<Record<string, readonly number[]>> = {}): Figure {
	const value = median(runs);
	const ratios = Object.entries(references).map(([reference, others]) => [reference, rounded(median(runs.map((run, i) => run / others[i])))]);
	return {
		bench,
		case: name,
		value: rounded(value),
		unit,
		...(ratios.length > 0 ? { ratio_to: Object.fromEntries(ratios) } : {}),
		runs: runs.map(rounded),
		spread: value === 0 ? 0 : rounded((Math.max(...runs) - Math.min(...runs)) / value),
	};
}

/** Runs all cases in turns, one round for warm-up and then `rounds` that count; each case gives one number a round. */
export async function inRounds<Name extends string>(cases: Readonly<Record<Name, () => number | Promise<number>>>, rounds: number): Promise<Record<Name, number[]>> {
	const names = Object.keys(cases) as Name[];
	const runs = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
	for (let round = -1; round < rounds; round++) {
		for (let i = 0; i < names.length; i++) {
			// Each round begins with another case, so that none always follows the same one.
			const name = names[(i + Math.max(0, round)) % names.length];
			const run = await cases[name]();
			if (round >= 0) runs[name].push(run);
		}
	}
	return runs;
}

/** The first line of every output: figures of different machines are not to be compared. */
export function describeMachine(): Readonly<Record<string, unknown>> {
	return {
		machine: `${type()} ${release()} ${arch()}`,
		cpu: cpus()[0]?.model ?? 'unknown',
		cores: availableParallelism(),
		memory: `${rounded(totalmem() / 2 ** 30)} GiB`,
		versions: { microjoule: version, node: process.versions.node, v8: process.versions.v8, ...(gccVersion() ? { gcc: gccVersion() } : {}) },
		date: new Date().toISOString(),
	};
}

/** Version of gcc, or undefined where there is none. */
export function gccVersion(): string | undefined {
	const { status, stdout } = spawnSync('gcc', ['-dumpfullversion'], { encoding: 'utf8' });
	return status === 0 ? stdout.trim() : undefined;
}

/** Prints JSON lines, or lines for people. */
export function createReporter(json: boolean, print: (line: string) => void = console.log): Reporter {
	if (json) return { figure: (line) => print(JSON.stringify(line)), note: (note) => print(JSON.stringify({ note })) };
	return {
		figure: ({ case: name, value, unit, ratio_to, spread }) => {
			const ratios = Object.entries(ratio_to ?? {}).map(([reference, ratio]) => `${ratio}× ${reference}`);
			print(`${name.padEnd(34)}${String(value).padStart(10)} ${unit.padEnd(14)} ±${String(Math.round(50 * spread)).padStart(2)} %  ${ratios.join(', ')}`.trimEnd());
		},
		note: (note) => print(`  ${note}`),
	};
}

/** Four significant digits. */
function rounded(value: number): number {
	return Number(value.toPrecision(4));
}
