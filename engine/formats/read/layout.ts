/** Recognises how a table is laid out from its first lines: delimiter, decimal comma, names, time column, columns with units. What is stated wins. */

import { MicrojouleError } from '../../../drivers/errors.ts';
import { models } from '../../../drivers/models.ts';
import { type Candidate, type NamedColumn, notReadable, type SourceOptions } from '../source.ts';
import { channelUnit, timeUnit } from '../units.ts';
import { fields, headRows, numberOf, trimmed } from './lines.ts';

export interface TableColumn {
	/** Place among the fields, from 0. */
	readonly column: number;
	readonly id: string;
	readonly label: string;
	readonly unit: string;
	/** SI = value / perUnit. */
	readonly perUnit: number;
}

export interface Layout {
	readonly delimiter: string;
	readonly decimalComma: boolean;
	/** Lines before the first row. */
	readonly headerLines: number;
	/** As in the file; numbers from 1 where it has none. */
	readonly names: readonly string[];
	/** Undefined where rows have no time. `perUnit` is NaN where times are dates. */
	readonly time: { readonly column: number; readonly perUnit: number } | undefined;
	readonly columns: readonly TableColumn[];
	readonly notes: readonly string[];
}

const delimiters = ['\t', ';', '|', ',', ' '];
const timeName = /^(time|timestamp|t|zeit|date|datetime|sekunden|seconds)$/i;
const quantity: readonly (readonly [string, string])[] = [
	['A', 'mc'],
	['V', 'mv'],
	['W', 'mp'],
	['°C', 'tp'],
];

export function recogniseLayout(file: Candidate, options: SourceOptions): Layout {
	const { path } = file;
	const all = headRows(file, options.skipLines ?? 0).map(trimmed);
	const skipped = options.skipLines ?? 0;
	const body = all.slice(skipped);
	const sample = body.filter((line) => line !== '').slice(-200);
	const delimiter = options.delimiter ?? recogniseDelimiter(sample);
	const width = fields(sample.at(-1) ?? '', delimiter).length;
	const begin = body.findIndex((line) => line !== '' && fields(line, delimiter).length === width);
	if (begin < 0) throw notReadable(path, 'it has no rows');
	const first = fields(body[begin].replace(/^#\s*/, ''), delimiter).map((field) => field.trim());
	const decimalComma = delimiter !== ',' && sample.some((line) => fields(line, delimiter).some((field) => /^\s*[+-]?\d*,\d+\s*$/.test(field)));
	const named = first.some((field) => numberOf(field, decimalComma) === undefined && parseDate(field) === undefined);
	const names = named ? first : first.map((_, k) => String(k + 1));
	const firstRow = body.slice(begin + (named ? 1 : 0)).find((line) => line !== '');
	const notes: string[] = [];
	const columns = recogniseColumns(path, names, timeColumn(path, names, options.time), options, notes);
	const time = recogniseTime(path, names, fields(firstRow ?? '', delimiter), options, notes);
	return { delimiter, decimalComma, headerLines: skipped + begin + (named ? 1 : 0), names, time, columns, notes };
}

/** The same where names are all there is to go by. */
export function recogniseColumnsNamed(path: string, names: readonly string[], options: SourceOptions): Layout {
	const notes: string[] = [];
	const columns = recogniseColumns(path, names, timeColumn(path, names, options.time), options, notes);
	return { delimiter: '', decimalComma: false, headerLines: 0, names, time: recogniseTime(path, names, [], options, notes), columns, notes };
}

/** The time column where every row must have a time. Throws INVALID_VALUE. */
export function recogniseTimeNamed(path: string, names: readonly string[], options: SourceOptions): NonNullable<Layout['time']> {
	const time = recogniseTime(path, names, [], options, []);
	if (!time) throw new MicrojouleError('INVALID_VALUE', missingTime(path, names), { path, names });
	return time;
}

/** The first that cuts nearly all lines into the same number of fields. A comma comes late: beside another delimiter it may be a decimal comma. */
function recogniseDelimiter(sample: readonly string[]): string {
	for (const delimiter of delimiters) {
		const counts = sample.map((line) => fields(delimiter === ' ' ? line.trim() : line, delimiter).length);
		const width = counts.at(-1) ?? 1;
		if (width > 1 && counts.filter((count) => count === width).length >= 0.8 * counts.length) return delimiter;
	}
	return '';
}

function recogniseTime(path: string, names: readonly string[], row: readonly string[], { time, rate }: SourceOptions, notes: string[]): Layout['time'] {
	const column = timeColumn(path, names, time);
	if (column === undefined) {
		if (rate === undefined) throw new MicrojouleError('INVALID_VALUE', missingTime(path, names), { path, names });
		return undefined;
	}
	const stated = time?.unit ?? split(names[column]).unit;
	const unit = stated === undefined ? undefined : timeUnit(stated);
	if (time?.unit !== undefined && !unit) throw new MicrojouleError('INVALID_VALUE', `"${time.unit}" is no unit of time; use s, ms, us, ns, min or h.`, { unit: time.unit });
	if (!unit && parseDate(row[column] ?? '') !== undefined) return { column, perUnit: Number.NaN };
	if (!unit) notes.push(`the times of "${names[column]}" are taken as s`);
	return { column, perUnit: unit?.perUnit ?? 1 };
}

function timeColumn(path: string, names: readonly string[], time: NamedColumn | undefined): number | undefined {
	const column = time ? find(path, names, time) : names.findIndex((name) => timeName.test(split(name).word));
	return column < 0 ? undefined : column;
}

function missingTime(path: string, names: readonly string[]): string {
	return `${path} has no column that is named as a time (its columns: ${names.join(', ')}); name it with --time <NAME:UNIT>, or state --rate.`;
}

function recogniseColumns(path: string, names: readonly string[], time: number | undefined, { columns }: SourceOptions, notes: string[]): TableColumn[] {
	const result: TableColumn[] = [];
	const add = (column: number, unitText: string | undefined, id: string | undefined) => {
		const { word } = split(names[column]);
		const unit = unitText === undefined ? undefined : channelUnit(unitText);
		if (!unit) return false;
		result.push({ column, id: id ?? channelId(word, unit.unit, result), label: labelOf(id) ?? (word || names[column]), ...unit });
		return true;
	};
	for (const named of columns ?? []) {
		const column = find(path, names, named);
		const unitText = named.unit ?? split(names[column]).unit ?? unitOf(named.id);
		if (!add(column, unitText, named.id))
			throw new MicrojouleError(
				'INVALID_VALUE',
				`The unit of the column "${names[column]}" of ${path} is ${unitText === undefined ? 'not known' : `"${unitText}"`}; name it as --column <NAME:UNIT>, for example "${names[column]}:mA".`,
				{ path, column: named.name },
			);
	}
	if (columns) return result;
	const unknown: string[] = [];
	for (const [column, name] of names.entries()) if (column !== time && !add(column, split(name).unit, undefined)) unknown.push(name);
	if (result.length === 0)
		throw notReadable(path, `none of its columns (${names.slice(0, 8).join(', ')}) states a unit of current, voltage, power or temperature; name them with --column <NAME:UNIT>`);
	if (unknown.length > 0) notes.push(`columns left out: ${unknown.slice(0, 8).join(', ')}`);
	return result;
}

function find(path: string, names: readonly string[], { name }: NamedColumn): number {
	const byName = names.findIndex((candidate) => candidate === name || split(candidate).word === name);
	const column = byName >= 0 ? byName : /^\d+$/.test(name) ? Number(name) - 1 : -1;
	if (!(column >= 0 && column < names.length))
		throw new MicrojouleError('INVALID_VALUE', `${path} has no column "${name}". Its columns: ${names.join(', ')}; or a number from 1 to ${names.length}.`, { path, name });
	return column;
}

/** `Current(uA)`, `current_A`, `Main current [mA]` → word and unit. */
function split(name: string): { word: string; unit: string | undefined } {
	const match = /^(.*?)\s*[(_ [/]\s*([A-Za-zµμ°]+)\s*[)\]]?$/.exec(name);
	const known = match && (channelUnit(match[2]) ?? timeUnit(match[2]));
	return match && known ? { word: match[1].trim(), unit: match[2] } : { word: name, unit: undefined };
}

const known = models.ace.channels;

function channelId(word: string, unit: string, taken: readonly TableColumn[]): string {
	const free = (id: string | undefined) => (id !== undefined && !taken.some((column) => column.id === id) ? id : undefined);
	const labelled = known.find((channel) => channel.unit === unit && (channel.id === word || channel.label.toLowerCase() === word.toLowerCase()))?.id;
	const slug = word.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[-.]+|-+$/g, '') || 'x';
	return free(labelled) ?? free(quantity.find(([of]) => of === unit)?.[1]) ?? free(slug) ?? `${slug}-${taken.length + 1}`;
}

const labelOf = (id: string | undefined) => known.find((channel) => channel.id === id)?.label;
const unitOf = (id: string | undefined) => known.find((channel) => channel.id === id)?.unit;

/** What a channel is that a column of names speaks of: `mc`, `Main current`, `current_mA`, or any name beside a unit. Undefined where its unit is not known. */
export function unitOfChannel(name: string, unitText: string | undefined): { id: string; label: string; unit: string; perUnit: number } | undefined {
	const { word, unit: own } = split(name);
	const labelled = known.find((channel) => channel.id === word || channel.label.toLowerCase() === word.toLowerCase());
	const stated = unitText ?? own ?? labelled?.unit;
	const unit = stated === undefined ? undefined : channelUnit(stated);
	if (!unit) return undefined;
	return { ...unit, id: labelled?.unit === unit.unit ? labelled.id : channelId(word, unit.unit, []), label: labelled?.label ?? name };
}

/** `2026-01-02T03:04:05.000001Z` in s since 1970, to the microsecond; undefined for what is no date. Without a zone it is UTC. */
export function parseDate(text: string): number | undefined {
	const match = /^\s*(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d+))?\s*(Z|[+-]\d\d:?\d\d)?\s*$/.exec(text);
	if (!match) return undefined;
	const seconds = Date.parse(`${match[1]}T${match[2]}${match[4] ?? 'Z'}`) / 1000;
	return Number.isNaN(seconds) ? undefined : seconds + Number(`0.${match[3] ?? 0}`);
}
