/**
 * The file that a profile is kept in: Otii's JSON, as its applications of 2019 and of today write it, with what that format cannot say under keys named
 * `microjoule`, which Otii passes over. docs/reference/battery-profiles.md describes it.
 *
 *     text ── parse ──► document ── readDocument ──► BatteryProfile (SI; keeps the document)
 *     text ◄── stringify ── document ◄── toDocument ────┘ what still says the same stays as it was read, unknown keys included
 */

import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { MicrojouleError } from '../../../drivers/errors.ts';
import { schemaProblem } from '../../automation/schema-problem.ts';
import { checkName, checkProfile } from './check.ts';
import { parseProfileText } from './json-text.ts';
import type { BatteryDescription, BatteryProfile, DischargeTable, RcPair } from './profile.ts';

const { Optional } = Type;
const numbers = Type.Array(Type.Number());
const text = Optional(Type.String());
const number = Optional(Type.Number());

const batterySchema = Type.Object({
	manufacturer: text,
	model: text,
	size: text,
	capacity: number,
	capacityunit: text,
	voltage: number,
	voltageunit: text,
	cutoffvoltage: number,
	temperatureunit: text,
});

const tableSchema = Type.Object({
	id: Optional(Type.String({ minLength: 1 })),
	temperature: number,
	temperatureunit: text,
	current: number,
	currentunit: text,
	// Rows are checked one by one, for messages that name the row.
	table: Type.Array(Type.Unknown()),
	microjoule: Optional(
		Type.Object({
			currentA: number,
			pairs: Optional(Type.Array(Type.Object({ resistance: numbers, timeConstant: numbers }))),
		}),
	),
});

const documentSchema = Type.Object({
	id: Optional(Type.String({ minLength: 1 })),
	battery: Optional(batterySchema),
	dischargetables: Type.Array(tableSchema),
	microjoule: Optional(
		Type.Object({
			selfDischargePerYear: number,
			provenance: Optional(Type.Object({ source: Type.String(), generic: Optional(Type.Boolean()), recording: text })),
			uncertainty: Optional(Type.Object({ capacity: number, resistance: number, openCircuitV: number })),
		}),
	),
});

/** The file's content; what it has besides is kept. */
export type OtiiDocument = Static<typeof documentSchema> & Readonly<Record<string, unknown>>;
type OtiiBattery = Static<typeof batterySchema>;
type OtiiTable = Static<typeof tableSchema>;

/** C of a mAh, in which tables are written. */
const mAh = 3.6;
/** What one of the unit is in SI. A missing unit is the first, Otii's. */
const capacityUnits: Readonly<Record<string, number>> = { mAh, Ah: 3600, C: 1 };
const voltageUnits: Readonly<Record<string, number>> = { V: 1, mV: 1e-3 };
const currentUnits: Readonly<Record<string, number>> = { mA: 1e-3, A: 1, µA: 1e-6, uA: 1e-6 };
const temperatureUnits: Readonly<Record<string, number>> = { '°C': 1, C: 1 };

/** `name`: what the profile is called, the file's name without `.json`. Throws DAMAGED for what is no JSON, INVALID_VALUE for what is no profile or too large for one. */
export function readProfile(content: string, { name }: { readonly name: string }): BatteryProfile {
	checkName(name);
	const document = parseProfileText(content, name);
	if (!Value.Check(documentSchema, document)) throw refused(name, schemaProblem(documentSchema, document).message);
	const profile = readDocument(document as OtiiDocument, name);
	checkProfile(profile);
	return { ...profile, tables: profile.tables.toSorted(byTemperature) };
}

export function writeProfile(profile: BatteryProfile): string {
	return `${JSON.stringify(toDocument(profile), null, 1)}\n`;
}

/** What `writeProfile` writes. */
export function toDocument(profile: BatteryProfile): OtiiDocument {
	const original = (profile.document ?? { id: profile.id, battery: {}, dischargetables: [] }) as OtiiDocument;
	const before = profile.document && readDocument(original, profile.name);
	const { id: _, document: __, ...said } = profile;
	const { id: ___, document: ____, ...saidBefore } = before ?? { tables: [] };
	const sorted = { ...saidBefore, tables: saidBefore.tables.toSorted(byTemperature) };
	if (before && profile.id === before.id && isDeepStrictEqual(said, sorted)) return original;

	const tables = profile.tables.map((table) => {
		const at = before?.tables.findIndex(({ id }) => id === table.id) ?? -1;
		return { at: at < 0 ? Number.POSITIVE_INFINITY : at, raw: tableDocument(table, original.dischargetables[at], before?.tables[at]) };
	});
	const { selfDischargePerYear, provenance, uncertainty } = profile;
	const extension = merged(original.microjoule, { selfDischargePerYear, provenance, uncertainty });
	const battery = isDeepStrictEqual(profile.battery, before?.battery) ? original.battery : batteryDocument(profile.battery, original.battery);
	return merged(original, {
		id: profile.id,
		battery,
		dischargetables: tables.toSorted((a, b) => (a.at === b.at ? 0 : a.at - b.at)).map(({ raw }) => raw),
		microjoule: Object.keys(extension).length > 0 ? extension : undefined,
	}) as OtiiDocument;
}

/** In SI, tables in the order of the file. */
function readDocument(document: OtiiDocument, name: string): BatteryProfile {
	const { battery = {}, dischargetables, microjoule = {} } = document;
	const unit = (text: string | undefined, units: Readonly<Record<string, number>>, key: string) => {
		if (text === undefined) return Object.values(units)[0];
		if (Object.hasOwn(units, text)) return units[text];
		throw refused(name, `${key} is ${JSON.stringify(text)}; known are ${Object.keys(units).join(', ')}`);
	};
	const perCapacity = unit(battery.capacityunit, capacityUnits, 'capacityunit');
	const perVoltage = unit(battery.voltageunit, voltageUnits, 'voltageunit');
	unit(battery.temperatureunit, temperatureUnits, 'temperatureunit of the battery');
	// Where nothing was entered Otii wrote 0 or an empty text.
	const scaled = (value: number | undefined, scale: number) => (value ? value * scale : undefined);
	const description: BatteryDescription = defined({
		manufacturer: battery.manufacturer || undefined,
		model: battery.model || undefined,
		size: battery.size || undefined,
		nominalCapacityC: scaled(battery.capacity, perCapacity),
		nominalV: scaled(battery.voltage, perVoltage),
		cutoffV: scaled(battery.cutoffvoltage, perVoltage),
	});
	const identity = document.id ?? uuidOf(JSON.stringify(document));
	const tables = dischargetables.map((raw, k): DischargeTable => {
		unit(raw.temperatureunit, temperatureUnits, `temperatureunit of table ${k + 1}`);
		const perCurrent = unit(raw.currentunit, currentUnits, `currentunit of table ${k + 1}`);
		const column = (key: string, scale: number) => Float64Array.from(raw.table, (row, r) => cell(row, key, name, k, r) * scale);
		return defined({
			id: raw.id ?? uuidOf(`${identity} ${k}`),
			temperatureC: raw.temperature,
			currentA: raw.microjoule?.currentA ?? scaled(raw.current, perCurrent),
			usedC: column('capacity', mAh),
			openCircuitV: column('voltage', 1),
			resistanceOhm: column('resistance', 1),
			pairs: (raw.microjoule?.pairs ?? []).map(
				({ resistance, timeConstant }): RcPair => ({ resistanceOhm: Float64Array.from(resistance), timeConstantS: Float64Array.from(timeConstant) }),
			),
		});
	});
	const { selfDischargePerYear, provenance, uncertainty } = microjoule;
	return defined({ id: identity, name, battery: description, tables, selfDischargePerYear, provenance, uncertainty, document });
}

function cell(row: unknown, key: string, name: string, k: number, r: number): number {
	const value = typeof row === 'object' && row !== null ? (row as Record<string, unknown>)[key] : undefined;
	if (typeof value === 'number' && Number.isFinite(value)) return value;
	const units: Readonly<Record<string, string>> = { capacity: 'mAh', voltage: 'V', resistance: 'Ω' };
	throw refused(
		name,
		`table ${k + 1}, row ${r + 1}: "${key}" is ${value === undefined ? 'missing' : String(JSON.stringify(value) ?? value)}; it must be a number of ${units[key]}`,
	);
}

function tableDocument(table: DischargeTable, raw: OtiiTable | undefined, before: DischargeTable | undefined): OtiiTable {
	if (raw?.id !== undefined && isDeepStrictEqual(table, before)) return raw;
	const same = (key: keyof DischargeTable) => before !== undefined && isDeepStrictEqual(table[key], before[key]);
	const { usedC, openCircuitV, resistanceOhm, pairs } = table;
	const rows =
		raw && same('usedC') && same('openCircuitV') && same('resistanceOhm')
			? raw.table
			: Array.from(usedC, (charge, row) => ({ voltage: openCircuitV[row], resistance: resistanceOhm[row], capacity: charge / mAh }));
	const temperature = same('temperatureC') ? {} : { temperature: table.temperatureC, temperatureunit: table.temperatureC === undefined ? raw?.temperatureunit : '°C' };
	const extension = merged(raw?.microjoule, {
		currentA: same('currentA') ? raw?.microjoule?.currentA : table.currentA,
		pairs: pairs.length === 0 ? undefined : pairs.map((pair) => ({ resistance: [...pair.resistanceOhm], timeConstant: [...pair.timeConstantS] })),
	});
	return merged(raw, {
		id: table.id,
		...temperature,
		// Another load than before: ours alone says it.
		...(raw?.current !== undefined && !same('currentA') ? { current: 0 } : {}),
		table: rows,
		microjoule: Object.keys(extension).length > 0 ? extension : undefined,
	}) as OtiiTable;
}

function batteryDocument({ manufacturer, model, size, nominalCapacityC, nominalV, cutoffV }: BatteryDescription, raw: OtiiBattery | undefined): OtiiBattery {
	return merged(raw, {
		manufacturer,
		model,
		size,
		...(size === undefined ? {} : { sizeunit: 'mm' }),
		capacity: nominalCapacityC === undefined ? undefined : nominalCapacityC / mAh,
		...(nominalCapacityC === undefined ? {} : { capacityunit: 'mAh' }),
		voltage: nominalV,
		cutoffvoltage: cutoffV,
		...(nominalV === undefined && cutoffV === undefined ? {} : { voltageunit: 'V' }),
	});
}

/** `base` with what `changes` says; undefined takes a key away. */
function merged<B extends object, C extends object>(base: B | undefined, changes: C): B & C {
	return defined({ ...base, ...changes } as B & C);
}

/** Without the keys that are undefined. */
function defined<T extends object>(object: T): T {
	return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}

/** By temperature, then load; tables of an unknown temperature first. */
function byTemperature(a: DischargeTable, b: DischargeTable): number {
	const [coldA, coldB] = [a.temperatureC ?? Number.NEGATIVE_INFINITY, b.temperatureC ?? Number.NEGATIVE_INFINITY];
	return coldA === coldB ? (a.currentA ?? 0) - (b.currentA ?? 0) : coldA < coldB ? -1 : 1;
}

/** The same for the same text: of the SHA-256 of it (version 8, RFC 9562). */
function uuidOf(content: string): string {
	const bytes = createHash('sha256').update(content).digest().subarray(0, 16);
	bytes[6] = (bytes[6] & 0x0f) | 0x80;
	bytes[8] = (bytes[8] & 0x3f) | 0x80;
	return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function refused(name: string, problem: string): MicrojouleError {
	return new MicrojouleError('INVALID_VALUE', `The battery profile ${name} is refused: ${problem}.`, { name });
}
