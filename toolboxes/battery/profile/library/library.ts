/** The profiles that Microjoule brings, made of the figures in `figures.ts`. Their ids never change. */

import type { BatteryProfile, DischargeTable, Provenance, Uncertainty } from '../profile.ts';
import { type Discharge, type LibraryCell, libraryCells, selfDischarge } from './figures.ts';

/** C of a mAh. */
const mAh = 3.6;

/** Between the two makers' CR2032 here: standard deviation of capacity, and root mean square of those of resistance and voltage from 0 to 90 % used. */
const coinCellSpread: Uncertainty = { capacity: 0.04, resistance: 0.24, openCircuitV: 0.047 };

export const libraryProfiles: readonly BatteryProfile[] = libraryCells.map((cell) => ({
	id: cell.id,
	name: cell.name,
	battery: { manufacturer: cell.manufacturer, model: cell.model, size: cell.size, nominalV: cell.nominalV, cutoffV: cell.cutoffV },
	tables: cell.discharges.map(table),
	selfDischargePerYear: selfDischarge[cell.kind],
	provenance: provenance(cell),
	...(cell.model === 'CR2032' ? { uncertainty: coinCellSpread } : {}),
}));

function table({ id, temperatureC, capacityMAh, openCircuitV, resistanceOhm, early }: Discharge): DischargeTable {
	const last = openCircuitV.length - 1;
	const rows = openCircuitV.map((v, k): [number, number, number] => [(capacityMAh * mAh * k) / last, v, resistanceOhm[k]]);
	if (early) {
		const usedC = early[0] * mAh;
		rows.splice(1, 0, [usedC, early[1], resistanceOhm[0] + ((resistanceOhm[1] - resistanceOhm[0]) * usedC) / rows[1][0]]);
	}
	const column = (k: number) => Float64Array.from(rows, (row) => row[k]);
	return { id, ...(temperatureC === undefined ? {} : { temperatureC }), usedC: column(0), openCircuitV: column(1), resistanceOhm: column(2), pairs: [] };
}

function provenance({ kind, discharges, generic }: LibraryCell): Provenance {
	const aging = 'Self-discharge as data sheets of such cells state it.';
	if (generic) return { source: `Figures typical of a ${kind} cell, no measurement of one. ${aging}`, generic };
	const loads = [...new Set(discharges.map(({ load }) => load))].join('; ');
	return { source: `Qoitech's published profile, measured with an Otii (${loads}), at eleven points; ${kind}. ${aging}` };
}
