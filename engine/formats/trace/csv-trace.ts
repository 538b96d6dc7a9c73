/**
 * Current traces as text: the Power Profiler's export (`Timestamp(ms),Current(uA)`, more columns ignored) and any other CSV whose header
 * names a time and a current with their units (`time_s,current_A`).
 *
 * Rows that repeat the time before are dropped, and counted in the note. The rate is that of the median step. Where rows are missing the
 * value before holds, and the note says how many. The text is read in pieces; memory holds the samples only.
 */

import { createReadStream } from 'node:fs';
import { MicrojouleError, messageOf } from '../../../drivers/errors.ts';
import { currentUnits } from './raw.ts';
import { notATrace, type Trace, traceOf } from './trace.ts';

const timeUnits: Readonly<Record<string, number>> = { s: 1, ms: 1e-3, us: 1e-6, µs: 1e-6, μs: 1e-6 };
/** A pause of more samples than this, all in all, is not mended. */
const mostMissing = 1 << 28;

interface Columns {
	readonly time: number;
	readonly current: number;
	readonly secondsPerUnit: number;
	readonly amperesPerUnit: number;
}

/** A growing column. */
class Column {
	values = new Float64Array(1 << 16);
	length = 0;

	push(value: number): void {
		if (this.length === this.values.length) {
			const larger = new Float64Array(2 * this.length);
			larger.set(this.values);
			this.values = larger;
		}
		this.values[this.length++] = value;
	}
}

export async function readCsv(path: string): Promise<Trace> {
	const times = new Column();
	const currents = new Column();
	let columns: Columns | undefined;
	let repeated = 0;
	let row = 0;
	const take = (line: string) => {
		row++;
		if (line === '') return;
		if (!columns) {
			columns = columnsOf(path, line);
			return;
		}
		const fields = line.split(',');
		const time = numberOf(fields[columns.time]);
		const current = numberOf(fields[columns.current]);
		if (Number.isNaN(time) || current === undefined || time === undefined) throw notATrace(path, `row ${row} is "${line.slice(0, 60)}"`);
		const before = times.length > 0 ? times.values[times.length - 1] : Number.NEGATIVE_INFINITY;
		if (time === before) repeated++;
		else if (time < before) throw notATrace(path, `time runs backwards in row ${row}, from ${before} to ${time}`);
		else {
			times.push(time);
			currents.push(current * columns.amperesPerUnit);
		}
	};
	await eachLine(path, take);
	if (!columns || times.length < 2) throw notATrace(path, 'it holds fewer than two samples');
	return uniform(path, times, currents, (columns as Columns).secondsPerUnit, repeated);
}

/** Puts the samples on a uniform time base. */
function uniform(path: string, times: Column, currents: Column, secondsPerUnit: number, repeated: number): Trace {
	const steps = new Float64Array(times.length - 1);
	for (let k = 0; k < steps.length; k++) steps[k] = times.values[k + 1] - times.values[k];
	const step = steps.slice().sort()[steps.length >> 1];
	const rate = roundRate(1 / (step * secondsPerUnit));
	const stepUnits = 1 / (rate * secondsPerUnit);
	const total = Math.round((times.values[times.length - 1] - times.values[0]) / stepUnits) + 1;
	if (total - times.length > mostMissing) throw notATrace(path, `its times leave out ${total - times.length} samples`);

	// Times jitter and are rounded, so rows are counted; only a step of 1.5 samples or more leaves something out.
	const missing = new Map<number, number>();
	let missed = 0;
	for (let k = 0; k < steps.length; k++) {
		if (steps[k] < 1.5 * stepUnits) continue;
		const left = Math.round(steps[k] / stepUnits) - 1;
		missing.set(k, left);
		missed += left;
	}
	const current = new Float32Array(times.length + missed);
	let at = 0;
	for (let k = 0; k < times.length; k++) {
		current[at++] = currents.values[k];
		const left = missing.get(k) ?? 0;
		if (left > 0) {
			current.fill(currents.values[k], at, at + left);
			at += left;
		}
	}
	const notes: string[] = [];
	if (repeated > 0) notes.push(`${repeated} repeated rows dropped`);
	if (missed > 0) notes.push(`${missed} missing samples hold the value before them`);
	return traceOf(path, rate, current, notes);
}

/** A rate within 0.1 % of a whole number is that number: times are rounded. */
function roundRate(rate: number): number {
	const whole = Math.round(rate);
	return whole > 0 && Math.abs(rate / whole - 1) < 1e-3 ? whole : rate;
}

function columnsOf(path: string, header: string): Columns {
	const names = header
		.replace(/^\uFEFF/, '')
		.split(',')
		.map((name) => name.trim().replace(/^"|"$/g, ''));
	const find = (word: RegExp, units: Readonly<Record<string, number>>) => {
		for (const [column, name] of names.entries()) {
			const unit = word.test(name) ? /[(_ [/]([A-Za-zµμ]+)[)\]]?$/.exec(name)?.[1] : undefined;
			if (unit !== undefined && units[unit] !== undefined) return { column, scale: units[unit] };
		}
		return undefined;
	};
	const time = find(/^time/i, timeUnits);
	const current = find(/^current/i, currentUnits);
	if (!time || !current) throw notATrace(path, `its first line, "${header.slice(0, 60)}", names no time and current with their units`);
	return { time: time.column, current: current.column, secondsPerUnit: time.scale, amperesPerUnit: current.scale };
}

/** A field's number; NaN for a lost sample, undefined for what is no number. */
function numberOf(field: string | undefined): number | undefined {
	if (field === undefined) return undefined;
	const text = field.trim();
	if (text === '' || /^[+-]?nan$/i.test(text)) return Number.NaN;
	const value = Number(text);
	return Number.isNaN(value) ? undefined : value;
}

async function eachLine(path: string, take: (line: string) => void): Promise<void> {
	let rest = '';
	try {
		for await (const piece of createReadStream(path, { encoding: 'utf8', highWaterMark: 1 << 20 })) {
			const text = rest + (piece as string);
			let from = 0;
			for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
				take(text.slice(from, text.charCodeAt(end - 1) === 13 ? end - 1 : end));
				from = end + 1;
			}
			rest = text.slice(from);
			if (rest.length > 1 << 16) throw notATrace(path, 'a line has more than 65 536 characters');
		}
	} catch (error) {
		if (error instanceof MicrojouleError) throw error;
		throw notATrace(path, messageOf(error));
	}
	take(rest.replace(/\r$/, ''));
}
