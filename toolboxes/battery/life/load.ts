/**
 * What a battery has to bear, as whoever asks states it: phases that repeat, a recorded waveform that repeats, or several of these mixed. And the
 * same as cycles of segments, which is what is computed with. Checked here, once. SI units; currents are those that the whole pack delivers.
 */

import { MicrojouleError } from '../../../drivers/errors.ts';
import type { Waveform } from './waveform.ts';

/** A stretch of the cycle at one current, or at one power as a converter draws it: its current rises while the voltage falls. */
export interface Phase {
	readonly name: string;
	/** s. */
	readonly durationS: number;
	/** A, mean of the phase; this or `powerW`. */
	readonly currentA?: number;
	/** W, at the battery's terminals. */
	readonly powerW?: number;
	/** A: the phase begins with a peak, which is part of its mean. */
	readonly peakA?: number;
	/** s that the peak lasts, default 1 ms, a tenth of the phase at most. */
	readonly peakS?: number;
}

/** Repeats for as long as the battery lasts. */
export type SimpleLoad = { readonly phases: readonly Phase[] } | { readonly waveform: Waveform };

/** One of several: for a share of the time, or so many times a day. */
export interface Scenario {
	readonly name: string;
	/** Relative to the other weights: how the time is shared that the `perDay` scenarios leave. Default 1. */
	readonly weight?: number;
	/** Runs of its load a day, one cycle each. */
	readonly perDay?: number;
	readonly load: SimpleLoad;
}

export type Load = SimpleLoad | { readonly scenarios: readonly Scenario[] };

/** What a sensitivity is stated of: a phase, or the quiet or the active part of a recorded waveform. */
export interface Part {
	readonly scenario?: string;
	readonly name: string;
}

export interface Segment {
	/** Index into `Cycles.parts`. */
	readonly part: number;
	readonly durationS: number;
	/** A, mean; 0 where `powerW` counts. */
	readonly currentA: number;
	/** W; 0 where `currentA` counts. */
	readonly powerW: number;
	/** A, largest within; for `powerW` 0. */
	readonly peakA: number;
}

export interface Cycle {
	readonly scenario?: string;
	/** One of the two is there. */
	readonly weight?: number;
	readonly perDay?: number;
	readonly segments: readonly Segment[];
}

export interface Cycles {
	readonly parts: readonly Part[];
	readonly cycles: readonly Cycle[];
}

export const dayS = 86_400;
const defaultPeakS = 1e-3;
/** A phase at a power is so many segments, the first ones short: its current follows the voltage, which changes most at the beginning. */
const powerPieces = [1, 1, 2, 4, 8, 16, 32, 64].map((length) => length / 128);

/** Throws INVALID_VALUE for what is no load, naming the phase or scenario. */
export function cyclesOf(load: Load): Cycles {
	const parts: Part[] = [];
	if (!('scenarios' in load)) return { parts, cycles: [{ weight: 1, segments: segmentsOf(load, parts) }] };
	if (load.scenarios.length === 0) throw invalid('There is no scenario; name at least one.', {});
	const names = new Set<string>();
	const cycles = load.scenarios.map(({ name, weight, perDay, load: own }): Cycle => {
		if (names.has(name)) throw invalid(`Two scenarios are called ${name}; names must differ.`, { name });
		names.add(name);
		if (weight !== undefined && perDay !== undefined) throw invalid(`Scenario ${name} has both a weight and a number per day; give one of them.`, { name, weight, perDay });
		for (const [what, value] of Object.entries({ weight, perDay }))
			if (value !== undefined) positive(value, `The ${what === 'perDay' ? 'number per day' : what} of scenario ${name}`, '');
		const segments = segmentsOf(own, parts, name);
		return perDay === undefined ? { scenario: name, weight: weight ?? 1, segments } : { scenario: name, perDay, segments };
	});
	const busy = cycles.reduce((sum, { perDay = 0, segments }) => sum + perDay * periodS(segments), 0);
	if (busy > dayS * (1 + 1e-9))
		throw invalid(`The scenarios with a number per day take ${Number((busy / 3600).toPrecision(4))} h a day together; a day has 24 h. Lower their numbers or shorten them.`, {
			busyS: busy,
		});
	return { parts, cycles };
}

/** s of one run of the segments. */
export function periodS(segments: readonly Segment[]): number {
	return segments.reduce((sum, { durationS }) => sum + durationS, 0);
}

/** Share of the time of each cycle. What is left when there is no weight is spent without a load. */
export function sharesOf(cycles: readonly Cycle[]): number[] {
	const ofDay = (cycle: Cycle) => ((cycle.perDay ?? 0) * periodS(cycle.segments)) / dayS;
	const left = Math.max(0, 1 - cycles.reduce((sum, cycle) => sum + ofDay(cycle), 0));
	const weights = cycles.reduce((sum, { weight = 0 }) => sum + weight, 0);
	return cycles.map((cycle) => (cycle.weight === undefined ? ofDay(cycle) : (left * cycle.weight) / weights));
}

function segmentsOf(load: SimpleLoad, parts: Part[], scenario?: string): Segment[] {
	return 'phases' in load ? ofPhases(load.phases, parts, scenario) : ofWaveform(load.waveform, parts, scenario);
}

function ofPhases(phases: readonly Phase[], parts: Part[], scenario: string | undefined): Segment[] {
	if (phases.length === 0) throw invalid('There is no phase; name at least one with a current and a duration.', { scenario });
	const names = new Set<string>();
	return phases.flatMap((phase): Segment[] => {
		const { name, durationS, currentA, powerW, peakA, peakS = Math.min(defaultPeakS, durationS / 10) } = phase;
		if (names.has(name)) throw invalid(`Two phases are called ${name}; names must differ.`, { name, scenario });
		names.add(name);
		positive(durationS, `The duration of phase ${name}`, 's');
		if ((currentA === undefined) === (powerW === undefined)) throw invalid(`Phase ${name} must have either a current or a power.`, { name, currentA, powerW });
		const part = parts.push({ scenario, name }) - 1;
		if (powerW !== undefined) {
			notNegative(powerW, `The power of phase ${name}`, 'W');
			if (peakA !== undefined) throw invalid(`Phase ${name} draws a power; its peak of ${peakA} A has no place in it. Make the peak a phase of its own.`, { name, peakA });
			return powerPieces.map((share) => ({ part, durationS: share * durationS, currentA: 0, powerW, peakA: 0 }));
		}
		const mean = notNegative(currentA, `The current of phase ${name}`, 'A');
		if (peakA === undefined) return [{ part, durationS, currentA: mean, powerW: 0, peakA: mean }];
		positive(peakS, `The duration of the peak of phase ${name}`, 's');
		const rest = (mean * durationS - peakA * peakS) / (durationS - peakS);
		if (!(peakA >= mean) || !(peakS < durationS) || !(rest >= 0))
			throw invalid(
				`The peak of phase ${name}, ${peakA} A for ${peakS} s, is not part of ${mean} A for ${durationS} s: it must lie above that mean, be shorter than the phase, and hold no more charge.`,
				{ name, peakA, peakS },
			);
		return [
			{ part, durationS: peakS, currentA: peakA, powerW: 0, peakA },
			{ part, durationS: durationS - peakS, currentA: rest, powerW: 0, peakA: rest },
		];
	});
}

/** Below its mean current a waveform is quiet, above it active: what people can change are the one and the other. */
function ofWaveform({ segments, meanA }: Waveform, parts: Part[], scenario: string | undefined): Segment[] {
	const quiet = parts.push({ scenario, name: 'quiet' }) - 1;
	const active = parts.push({ scenario, name: 'active' }) - 1;
	return segments.map(({ currentA, peakA, durationS }) => ({ part: currentA > meanA ? active : quiet, durationS, currentA, powerW: 0, peakA }));
}

function positive(value: number, what: string, unit: string): number {
	if (value > 0 && Number.isFinite(value)) return value;
	throw invalid(`${what} is ${value}${unit && ` ${unit}`}; it must be above 0.`, { value });
}

function notNegative(value: number | undefined, what: string, unit: string): number {
	if (value !== undefined && value >= 0 && Number.isFinite(value)) return value;
	throw invalid(`${what} is ${value} ${unit}; it must not be negative: a battery that is charged meanwhile cannot be estimated.`, { value });
}

function invalid(message: string, details: Record<string, unknown>): MicrojouleError {
	return new MicrojouleError('INVALID_VALUE', message, details);
}
