/**
 * Reads what a cycler exports: a table of text with a time, a current and a voltage, named with their units as Bitrode, Maccor, Arbin and others do, or with a time, a
 * voltage and a multiple of the capacity in place of the current. Times need not be even. Currents may have either sign.
 */

import { existsSync } from 'node:fs';
import { MicrojouleError } from '../../../drivers/errors.ts';
import { fields, numberOf, rows, trimmed } from '../../../engine/formats/read/lines.ts';
import { channelUnit, timeUnit } from '../../../engine/formats/units.ts';
import { checkRun, type Measurement, positiveCharges, type Run, reversed } from './measurement.ts';

export interface CyclerOptions {
	/** C: what a rate of 1 C refers to, in a file that has rates instead of currents. */
	readonly capacityC?: number;
	/** Only the runs of these rates, multiples of the capacity an hour. */
	readonly ratesC?: readonly number[];
}

interface Column {
	/** Place among the fields. */
	readonly place: number;
	readonly name: string;
	/** SI = value / perUnit. */
	readonly perUnit: number;
}

interface Layout {
	readonly delimiter: string;
	/** Line of the names, from 1. */
	readonly line: number;
	readonly time: Column;
	readonly voltage: Column;
	/** A current, or a rate where `rated`. */
	readonly current: Column;
	readonly rated: boolean;
}

/** Names stand within so many lines. */
const mostHeaderLines = 100;
const delimiters = [',', ';', '\t'];
const rateName = /^(c[-_ ]?rate|rate[-_ ]?c?)$/i;
/** Cyclers count the time since the test and the time since the step; the first that is found here counts. */
const timeNames = [/^(test|total|elapsed)[-_ ]?time$/i, /^time$/i, /^(test|t|seconds|elapsed)$/i, /^(?!.*step).*time/i];
const words = {
	current: [/^current$/i, /^(i|amps|amperage|cell current)$/i, /current/i],
	voltage: [/^voltage$/i, /^(v|u|volts|cell voltage|potential|ecell|ewe)$/i, /volt/i],
};

/** Throws NOT_FOUND for no file, DAMAGED for one that is no such table (with line and column), INVALID_VALUE for a unit that is none or rates without a capacity. */
export async function readCyclerFile(path: string, options: CyclerOptions = {}): Promise<Measurement> {
	if (!existsSync(path)) throw new MicrojouleError('NOT_FOUND', `There is no file ${path}. Name a cycler's CSV, or the folder of a project.`, { path });
	let layout: Layout | undefined;
	const heading: string[] = [];
	const collector = new Collector(path);
	let line = 0;
	for await (const batch of rows(path, 0)) {
		for (const raw of batch) {
			line++;
			const text = trimmed(raw);
			if (text.trim() === '') continue;
			if (layout) collector.add(text, line, layout);
			else {
				layout = recognise(text, line, path);
				heading.push(text);
				if (!layout && heading.length >= mostHeaderLines) throw unknownColumns(path, heading);
			}
		}
	}
	if (!layout) throw unknownColumns(path, heading);
	return layout.rated ? byRate(collector, path, options) : single(collector, path, options);
}

function single(collector: Collector, path: string, { ratesC }: CyclerOptions): Measurement {
	if (ratesC) throw new MicrojouleError('INVALID_VALUE', `${path} has a column of currents, not of rates; leave out --rates and --rate.`, { path });
	const run = collector.run(0, collector.length);
	checkRun(run, path);
	const charging = positiveCharges(run);
	return {
		source: path,
		runs: [charging ? reversed(run) : run],
		notes: [charging ? 'the file counts discharge currents as negative' : 'the file counts discharge currents as positive', ...collector.notes()],
	};
}

function byRate(collector: Collector, path: string, { capacityC, ratesC }: CyclerOptions): Measurement {
	const runs = collector.byRate();
	if (capacityC === undefined)
		throw new MicrojouleError(
			'INVALID_VALUE',
			`${path} has rates in place of currents; say with --capacity how many Ah a rate of 1 C refers to, as the cell's maker states it. Its rates: ${runs.map(({ rateC }) => rateC).join(', ')}.`,
			{ path },
		);
	const known = runs.map(({ rateC = Number.NaN }) => rateC);
	for (const rate of ratesC ?? [])
		if (!known.includes(rate)) throw new MicrojouleError('NOT_FOUND', `${path} has no run at ${rate} C. Its rates: ${known.join(', ')}.`, { path, rate, known });
	const scaled = runs.filter(({ rateC = 0 }) => !ratesC || ratesC.includes(rateC)).map((run) => ({ ...run, currentA: run.currentA.map((rate) => (rate * capacityC) / 3600) }));
	for (const run of scaled) checkRun(run, `${path}, ${run.rateC} C,`);
	return { source: path, runs: scaled, notes: [`a rate of 1 C is ${Number((capacityC / 3600).toPrecision(6))} A`, ...collector.notes()] };
}

/** The rows, as they come. */
class Collector {
	readonly #path: string;
	readonly #time: number[] = [];
	readonly #current: number[] = [];
	readonly #voltage: number[] = [];
	/** Where a run of another rate begins. */
	readonly #begins: number[] = [];
	#empty = 0;

	constructor(path: string) {
		this.#path = path;
	}

	get length(): number {
		return this.#time.length;
	}

	add(text: string, line: number, layout: Layout): void {
		const cells = fields(text, layout.delimiter);
		const value = (column: Column) => {
			const number = numberOf(cells[column.place], layout.delimiter !== ',');
			if (number !== undefined && Number.isFinite(number)) return number / column.perUnit;
			throw new MicrojouleError('DAMAGED', `${this.#path}, line ${line}, column "${column.name}": "${(cells[column.place] ?? '').slice(0, 40)}" is no number.`, {
				path: this.#path,
				line,
				column: column.name,
			});
		};
		if (cells.every((cell) => cell.trim() === '')) {
			this.#empty++;
			return;
		}
		const [time, current, voltage] = [value(layout.time), value(layout.current), value(layout.voltage)];
		const last = this.#time.length - 1;
		const begins = layout.rated && (last < 0 || current !== this.#current[last]);
		if (begins) this.#begins.push(last + 1);
		else if (time < this.#time[last])
			throw new MicrojouleError('DAMAGED', `${this.#path}, line ${line}, column "${layout.time.name}": time runs backwards, from ${this.#time[last]} s to ${time} s.`, {
				path: this.#path,
				line,
				column: layout.time.name,
			});
		this.#time.push(time);
		this.#current.push(current);
		this.#voltage.push(voltage);
	}

	run(from: number, to: number): Run {
		const part = (column: readonly number[]) => Float64Array.from(column.slice(from, to));
		return { timeS: part(this.#time), currentA: part(this.#current), voltageV: part(this.#voltage) };
	}

	/** Currents are still rates. */
	byRate(): Run[] {
		return this.#begins.map((begin, k) => ({ ...this.run(begin, this.#begins[k + 1] ?? this.length), rateC: this.#current[begin] }));
	}

	notes(): string[] {
		return this.#empty > 0 ? [`${this.#empty} empty rows were left out`] : [];
	}
}

/** The layout, if this is the line with the names. Throws INVALID_VALUE where a name has a unit that is none. */
function recognise(text: string, line: number, path: string): Layout | undefined {
	for (const delimiter of delimiters) {
		const names = fields(text.replace(/^#\s*/, ''), delimiter).map((name) => name.trim());
		const split = names.map(splitName);
		const find = (patterns: readonly RegExp[]) => patterns.map((pattern) => split.findIndex(({ word }) => pattern.test(word))).find((place) => place >= 0) ?? -1;
		const [time, voltage, current] = [find(timeNames), find(words.voltage), find(words.current)];
		const rate = names.findIndex((name) => rateName.test(name));
		if (time < 0 || voltage < 0 || (current < 0 && rate < 0)) continue;
		const column = (place: number, unit: string): Column => ({ place, name: names[place], perUnit: unitOf(names[place], split[place], unit, path, line) });
		return {
			delimiter,
			line,
			time: column(time, 's'),
			voltage: column(voltage, 'V'),
			current: current >= 0 ? column(current, 'A') : { place: rate, name: names[rate], perUnit: 1 },
			rated: current < 0,
		};
	}
	return undefined;
}

interface Name {
	readonly word: string;
	readonly unit?: string;
}

/** `Current(mA)`, `Test_Time(s)`, `voltage_V`, `Amps` → word and unit. */
function splitName(name: string): Name {
	const bracketed = /^(.*?)[\s_]*[([/]\s*([^)\]]+?)\s*[)\]]?$/.exec(name);
	if (bracketed) return { word: bracketed[1], unit: bracketed[2] };
	const suffixed = /^(.+)[_ ]([A-Za-zµμ]{1,3})$/.exec(name);
	if (suffixed && (channelUnit(suffixed[2]) || timeUnit(suffixed[2]))) return { word: suffixed[1], unit: suffixed[2] };
	const unit = { amps: 'A', volts: 'V', seconds: 's' }[name.toLowerCase()];
	return { word: name, unit };
}

function unitOf(name: string, { unit }: Name, wanted: string, path: string, line: number): number {
	const known =
		unit === undefined
			? undefined
			: wanted === 's'
				? timeUnit(unit.replace(/^secs?\.?$/i, 's').replace(/^hours?$/i, 'h'))
				: channelUnit(unit.replace(/^amps$/i, 'A').replace(/^volts$/i, 'V'));
	if (known?.unit === wanted) return known.perUnit;
	throw new MicrojouleError(
		'INVALID_VALUE',
		`${path}, line ${line}: the column "${name}" ${unit === undefined ? 'has no unit' : `has the unit "${unit}", which is none of ${wanted}`}; name it with one, such as "${name.replace(/\s*[([].*$/, '')}(${wanted})".`,
		{ path, line, column: name, unit },
	);
}

function unknownColumns(path: string, heading: readonly string[]): MicrojouleError {
	const first = heading[0]?.slice(0, 120) ?? '';
	return new MicrojouleError(
		'DAMAGED',
		heading.length === 0
			? `${path} is empty.`
			: `${path} has no line that names a time, a current (or a C rate) and a voltage, such as "Time(s),Current(A),Voltage(V)". It begins with "${first}".`,
		{ path },
	);
}
