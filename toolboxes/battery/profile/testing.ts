/** For tests: profiles made of a few numbers, and files as Otii's applications write them. */

import type { BatteryProfile, DischargeTable } from './profile.ts';

export interface TableSketch extends Partial<Omit<DischargeTable, 'usedC' | 'openCircuitV' | 'resistanceOhm'>> {
	/** C, V and Ω of each row. */
	readonly rows: readonly (readonly [usedC: number, openCircuitV: number, resistanceOhm: number])[];
}

export function tableOf({ rows, ...rest }: TableSketch, k = 0): DischargeTable {
	const column = (index: number) => Float64Array.from(rows, (row) => row[index]);
	return { id: `table-${k}`, pairs: [], ...rest, usedC: column(0), openCircuitV: column(1), resistanceOhm: column(2) };
}

export function profileOf(tables: readonly TableSketch[], rest: Partial<BatteryProfile> = {}): BatteryProfile {
	return { id: 'profile-1', name: 'test cell', battery: {}, ...rest, tables: tables.map(tableOf) };
}

const rows = [
	{ voltage: 3.22372, resistance: 8.904, capacity: 0.0041708 },
	{ voltage: 2.96201, resistance: 8.02, capacity: 23.025 },
	{ voltage: 1.87295, resistance: 105.63, capacity: 230.24783664279514 },
];

/** As an application of today writes it. */
export const newDocument = {
	id: 'cac1bfca-0000-4895-89c5-aaf86c6d48b3',
	dischargetables: [
		{
			id: '3389e72b-0000-4a85-abf9-2d6ba55da2c5',
			dischargeprofile: {
				low: { mode: 'current', value: 0.00025, time: 60 },
				high: { mode: 'current', value: 0.01, time: 0.002 },
				exitConditions: { iterations: 0, ocv: 1.8, voltage: 1.8 },
			},
			temperature: 25,
			temperatureunit: '°C',
			device: { type: 'Ace', id: 'fecdaa25', hardwareId: 'Need_SN!', firmwareVersion: '3.2.2' },
			softwareVersion: '3.5.2',
			table: rows,
		},
	],
	battery: { capacity: 230.24783664279514, capacityunit: 'mAh', voltage: 3, voltageunit: 'V', model: 'CR2032', manufacturer: 'Energizer', size: '20x3.2', sizeunit: 'mm' },
};

/** As one of 2019 did: without ids, with lists, mA and times of start and stop. */
export const oldDocument = {
	dischargetables: [
		{
			stoptime: '20190228091217',
			currentunit: 'mA',
			starttime: '20190204231515',
			current: 0,
			dischargeprofile: [{ low: { time: 30, current: 0.1 }, high: { time: 30, current: 0.2 } }],
			table: rows,
		},
	],
	battery: {
		temperatureunit: '°C',
		capacityunit: 'mAh',
		model: 'CR2450',
		capacity: 444.27,
		cutoffvoltage: 2,
		sizeunit: 'mm',
		weightunit: 'g',
		voltage: 3,
		weight: 0,
		size: '',
		manufacturer: 'Murata',
		mintemperature: -20,
		worktemperature: 20,
		maxtemperature: 60,
		voltageunit: 'V',
	},
};
