/**
 * What a battery profile must be before anything is computed with it. Whoever makes one, a file's reader, a fit or a profiler, asks here once; models and
 * emulators trust it. Odd cells pass: a voltage that rises while the cell is discharged, a resistance of kilohms, or none.
 */

import { MicrojouleError } from '../../../drivers/errors.ts';
import type { BatteryProfile, DischargeTable, RcPair } from './profile.ts';

/** C of a mAh. */
const mAh = 3.6;
/** Rounding of sums: RC pairs may exceed the row's resistance by such a share. */
const slack = 1e-9;

/** Throws INVALID_VALUE, naming the table, the row and the value. */
export function checkProfile(profile: BatteryProfile): void {
	checkName(profile.name);
	const fail = failing(profile.name);
	if (profile.id === '') fail('it has no id; a UUID is needed', {});
	if (profile.tables.length === 0) fail('it has no discharge table; at least one is needed', {});
	for (const [k, table] of profile.tables.entries()) {
		const place = placeOf(table, k);
		checkTable(table, (message, details) => fail(`${place}${message}`, { table: k + 1, ...details }));
		const twin = profile.tables.findIndex((other) => other.temperatureC === table.temperatureC && other.currentA === table.currentA);
		if (twin < k) fail(`${place} and ${placeOf(profile.tables[twin], twin)} are of one temperature and load; only one of them can count`, { table: k + 1 });
		if (profile.tables.findIndex((other) => other.id === table.id) < k) fail(`${place} has the id of another table, ${table.id}`, { id: table.id });
	}
	const { battery, selfDischargePerYear, uncertainty = {} } = profile;
	const amounts = { 'nominal capacity': battery.nominalCapacityC, 'nominal voltage': battery.nominalV, 'cut-off voltage': battery.cutoffV };
	for (const [what, value] of Object.entries(amounts))
		if (value !== undefined && !(value > 0 && Number.isFinite(value))) fail(`the ${what} is ${value}; it must be above 0`, { value });
	if (selfDischargePerYear !== undefined && !(selfDischargePerYear >= 0 && selfDischargePerYear <= 1))
		fail(`the self-discharge is ${selfDischargePerYear} a year; it must be a share of the capacity, 0 to 1`, { value: selfDischargePerYear });
	for (const [what, value] of Object.entries(uncertainty))
		if (value !== undefined && !(value >= 0 && Number.isFinite(value))) fail(`the uncertainty of ${what} is ${value}; it must not be negative`, { value });
}

/** A name is a file's name on every system. Throws INVALID_VALUE. */
export function checkName(name: string): void {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is refused
	if (!/^(?![. ])[^\u0000-\u001f\u007f<>:"/\\|?*]{1,100}(?<![. ])$/.test(name) || /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(name))
		throw new MicrojouleError(
			'INVALID_VALUE',
			`A battery profile cannot be named ${JSON.stringify(name.slice(0, 120))}: its name is its file's name, 1 to 100 characters without < > : " / \\ | ? * and control characters, that neither begins nor ends with a dot or a space.`,
			{ name },
		);
}

type Fail = (message: string, details: Record<string, unknown>) => never;

function failing(name: string): Fail {
	return (message, details) => {
		throw new MicrojouleError('INVALID_VALUE', `The battery profile ${name} is refused: ${message}.`, { name, ...details });
	};
}

const placeOf = ({ temperatureC }: DischargeTable, k: number): string => `table ${k + 1}${temperatureC === undefined ? '' : ` (${temperatureC} °C)`}`;
const figure = (value: number): string => String(Number(value.toPrecision(8)));

function checkTable(table: DischargeTable, fail: Fail): void {
	const { usedC, openCircuitV, resistanceOhm, temperatureC, currentA, pairs } = table;
	if (table.id === '') fail(' has no id; a UUID is needed', {});
	if (usedC.length < 2) fail(` has ${usedC.length === 1 ? 'one row' : 'no row'}; a curve needs at least two`, { rows: usedC.length });
	const columns: [string, Float64Array][] = [
		['open-circuit voltage', openCircuitV],
		['resistance', resistanceOhm],
		...pairs.flatMap(({ resistanceOhm: ohm, timeConstantS }, k): [string, Float64Array][] => [
			[`resistance of RC pair ${k + 1}`, ohm],
			[`time constant of RC pair ${k + 1}`, timeConstantS],
		]),
	];
	for (const [what, column] of columns) if (column.length !== usedC.length) fail(` has ${usedC.length} rows, but ${column.length} of ${what}`, { rows: usedC.length });
	if (temperatureC !== undefined && !(temperatureC >= -273.15 && Number.isFinite(temperatureC))) fail(` is of ${temperatureC} °C, which is no temperature`, { temperatureC });
	if (currentA !== undefined && !(currentA >= 0 && Number.isFinite(currentA))) fail(` is of a load of ${currentA} A; it must not be negative`, { currentA });
	if (pairs.length > 2) fail(` has ${pairs.length} RC pairs; at most two are possible`, { pairs: pairs.length });
	for (let row = 0; row < usedC.length; row++) checkRow(table, row, (message, details) => fail(`, row ${row + 1}: ${message}`, { row: row + 1, ...details }));
	if (!openCircuitV.some((v) => v > 0)) fail(': no row has a voltage; the cell may have been empty', {});
}

function checkRow({ usedC, openCircuitV, resistanceOhm, pairs }: DischargeTable, row: number, fail: Fail): void {
	const [used, v, ohm] = [usedC[row], openCircuitV[row], resistanceOhm[row]];
	if (!Number.isFinite(used)) fail(`the used capacity is ${used}; it must be a number of mAh`, { value: used });
	if (used < 0) fail(`the used capacity is ${figure(used / mAh)} mAh; it must not be negative`, { value: used });
	if (row > 0 && used <= usedC[row - 1])
		fail(`the used capacity, ${figure(used / mAh)} mAh, does not lie above the ${figure(usedC[row - 1] / mAh)} mAh of the row before; rows must ascend by capacity`, {
			value: used,
		});
	if (!Number.isFinite(v)) fail(`the voltage is ${v}; it must be a number of V`, { value: v });
	if (v < 0) fail(`the voltage is ${figure(v)} V; it must not be negative; the cell may have been connected backwards`, { value: v });
	if (!Number.isFinite(ohm)) fail(`the resistance is ${ohm}; it must be a number of Ω`, { value: ohm });
	if (ohm < 0) fail(`the resistance is ${figure(ohm)} Ω; it must not be negative`, { value: ohm });
	checkPairs(pairs, row, ohm, fail);
}

function checkPairs(pairs: readonly RcPair[], row: number, ohm: number, fail: Fail): void {
	let sum = 0;
	for (const [k, { resistanceOhm, timeConstantS }] of pairs.entries()) {
		const [part, tau] = [resistanceOhm[row], timeConstantS[row]];
		if (!(part >= 0 && Number.isFinite(part))) fail(`the resistance of RC pair ${k + 1} is ${part} Ω; it must not be negative`, { value: part });
		if (!(tau > 0 && Number.isFinite(tau))) fail(`the time constant of RC pair ${k + 1} is ${tau} s; it must be above 0`, { value: tau });
		sum += part;
	}
	if (sum > ohm * (1 + slack))
		fail(`the RC pairs have ${figure(sum)} Ω together, more than the whole resistance of ${figure(ohm)} Ω; what acts at once would be negative`, { value: sum });
}
