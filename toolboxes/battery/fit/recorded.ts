/**
 * Makes rows for a fit of a recording: the main current and voltage of a device, whose samples are far more than a cell has to tell. A row covers samples of one and the same
 * current; rows grow with the time since the last step, so that onsets keep every sample and rests of hours take few rows. Sourcing is positive: the
 * current that a supply gives stands for what the cell gave.
 */

import { MicrojouleError } from '../../../drivers/errors.ts';
import type { RecordedChannel } from '../../../engine/recording/format.ts';
import type { RecordingReader } from '../../../engine/recording/reader.ts';
import { checkRun, type Measurement, positiveCharges, reversed } from './measurement.ts';

/** Length of a row as a share of the time since the step before it, and at most, s. */
const growth = 0.05;
const longestS = 60;
/** A sample that differs by this share of the largest current from the mean of its row begins another. */
const stepShare = 0.02;
const chunk = 1 << 16;

/** Throws NOT_FOUND where the device has no current and voltage, DAMAGED where they tell nothing. */
export async function readRecorded(reader: RecordingReader, device?: string): Promise<Measurement> {
	const current = reader.channel(device, 'mc');
	const voltage = reader.channel(current.device, 'mv');
	const source = reader.folder;
	const rows = new Rows(stepShare * (await peak(reader, current)), current.rate);
	for (let from = 0; from < current.count; from += chunk) {
		const currents = await reader.read(current, from, from + chunk);
		const at = (sample: number) => Math.min(voltage.count - 1, Math.floor((sample * voltage.rate) / current.rate));
		const first = at(from);
		const voltages = await reader.read(voltage, first, at(from + currents.length - 1) + 1);
		for (let k = 0; k < currents.length; k++) rows.add(currents[k], voltages[at(from + k) - first]);
	}
	rows.end();
	const run = { timeS: Float64Array.from(rows.timeS), currentA: Float64Array.from(rows.currentA), voltageV: Float64Array.from(rows.voltageV) };
	if (run.timeS.some((_, k) => !Number.isFinite(run.currentA[k]) || !Number.isFinite(run.voltageV[k])))
		throw new MicrojouleError('DAMAGED', `${source} lost so many samples that a stretch of it has none; charge cannot be counted across it.`, { recording: source });
	checkRun(run, source);
	const notes = [`${current.count} samples as ${run.timeS.length} rows`, ...(rows.lost > 0 ? [`${rows.lost} lost samples were bridged by their neighbours`] : [])];
	return { source, runs: [positiveCharges(run) ? reversed(run) : run], notes };
}

async function peak(reader: RecordingReader, channel: RecordedChannel): Promise<number> {
	let largest = 0;
	for (let from = 0; from < channel.count; from += chunk)
		for (const sample of await reader.read(channel, from, from + chunk)) if (Math.abs(sample) > largest) largest = Math.abs(sample);
	return largest;
}

class Rows {
	readonly timeS: number[] = [];
	readonly currentA: number[] = [];
	readonly voltageV: number[] = [];
	lost = 0;
	readonly #stepA: number;
	readonly #rate: number;
	#sample = 0;
	/** Samples since the step, and of the row, and of those the valid ones. */
	#sinceStep = 0;
	#count = 0;
	#valid = 0;
	#charge = 0;
	#voltages: number[] = [];

	constructor(stepA: number, rate: number) {
		this.#stepA = stepA;
		this.#rate = rate;
	}

	add(current: number, voltage: number): void {
		const lost = Number.isNaN(current) || Number.isNaN(voltage);
		if (lost) this.lost++;
		else {
			const before = this.#valid > 0 ? this.#charge / this.#valid : this.currentA.at(-1);
			const steps = before !== undefined && Math.abs(current - before) > this.#stepA;
			if (steps && this.#count > 0) this.end();
			if (steps) this.#sinceStep = 0;
		}
		this.#sample++;
		this.#sinceStep++;
		this.#count++;
		if (!lost) {
			this.#valid++;
			this.#charge += current;
			this.#voltages.push(voltage);
		}
		// The first row ends no interval: it is one sample.
		if (this.timeS.length === 0 || this.#count >= Math.min(longestS * this.#rate, growth * this.#sinceStep)) this.end();
	}

	/** Ends a row, with the voltage of its last half. */
	end(): void {
		if (this.#count === 0) return;
		const late = this.#voltages.slice(Math.floor(this.#voltages.length / 2));
		this.timeS.push(this.#sample / this.#rate);
		this.currentA.push(this.#valid > 0 ? this.#charge / this.#valid : (this.currentA.at(-1) ?? Number.NaN));
		this.voltageV.push(late.length > 0 ? late.reduce((a, b) => a + b, 0) / late.length : (this.voltageV.at(-1) ?? Number.NaN));
		this.#count = 0;
		this.#valid = 0;
		this.#charge = 0;
		this.#voltages = [];
	}
}
