/** A battery profile from a measurement: from pulses and rests where a discharge has them, else from discharges at several rates. */

import { randomUUID } from 'node:crypto';
import { checkProfile } from '../profile/check.ts';
import type { BatteryProfile, DischargeTable } from '../profile/profile.ts';
import type { Measurement, Run } from './measurement.ts';
import { predict } from './predict.ts';
import { fitPulses, hasPulses, type PulseFit } from './pulses.ts';
import { fitRates, type RateFit } from './rates.ts';

export interface FitRequest {
	readonly name: string;
	/** °C at which it was measured, where known. */
	readonly temperatureC?: number;
}

/** V by which the model lies above the measurement that it was fitted to. */
export interface Residual {
	readonly rmsV: number;
	readonly maxV: number;
	readonly rows: number;
	/** What was measured, and the deviation of each of its rows. */
	readonly runs: readonly { readonly run: Run; readonly deviationV: Float64Array }[];
}

export interface Fit {
	readonly profile: BatteryProfile;
	readonly found: { readonly kind: 'pulses'; readonly fit: PulseFit } | { readonly kind: 'rates'; readonly fit: RateFit };
	readonly residual: Residual;
	readonly notes: readonly string[];
}

/** Throws DAMAGED for a measurement that does not tell, INVALID_VALUE for a name that is none. */
export function fitProfile(measurement: Measurement, request: FitRequest): Fit {
	return measurement.runs.length === 1 && hasPulses(measurement.runs[0]) ? fromPulses(measurement, request) : fromRates(measurement, request);
}

function fromPulses(measurement: Measurement, { name, temperatureC }: FitRequest): Fit {
	const fit = fitPulses(measurement);
	const { usedC, openCircuitV, seriesOhm, pairOhm, timeConstantS, levels, cutoffV, run, deviationV } = fit;
	const residual = residualOf([{ run, deviationV }]);
	const relative = levels.map(({ seriesOhm: { value, ci } }) => (value > 0 ? ci / value / 1.96 : 0)).toSorted((a, b) => a - b);
	const profile: BatteryProfile = {
		id: randomUUID(),
		name,
		battery: { cutoffV: cutoffV > 0 ? cutoffV : undefined },
		tables: [
			{
				id: randomUUID(),
				temperatureC,
				usedC,
				openCircuitV,
				resistanceOhm: seriesOhm.map((ohm, k) => pairOhm.reduce((sum, pair) => sum + pair[k], ohm)),
				pairs: pairOhm.map((resistanceOhm, k) => ({ resistanceOhm, timeConstantS: usedC.map(() => timeConstantS[k].value) })),
			},
		],
		provenance: { source: `Fitted to pulses and rests at ${levels.length} states of charge.`, recording: measurement.source },
		uncertainty: { openCircuitV: residual.rmsV, resistance: relative[Math.floor(relative.length / 2)] },
	};
	checkProfile(profile);
	return { profile, found: { kind: 'pulses', fit }, residual, notes: measurement.notes };
}

function fromRates(measurement: Measurement, { name, temperatureC }: FitRequest): Fit {
	const fit = fitRates(measurement);
	const { usedC, openCircuitV, rates, cutoffV } = fit;
	const profile: BatteryProfile = {
		id: randomUUID(),
		name,
		battery: { cutoffV: cutoffV > 0 ? cutoffV : undefined },
		tables: rates.map(({ currentA, resistanceOhm }): DischargeTable => ({ id: randomUUID(), temperatureC, currentA, usedC, openCircuitV, resistanceOhm, pairs: [] })),
		provenance: { source: `Fitted to discharges at ${rates.map(({ currentA }) => `${Number(currentA.toPrecision(4))} A`).join(', ')}.`, recording: measurement.source },
	};
	checkProfile(profile);
	const residual = residualOf(predict(profile, measurement).discharges);
	return { profile: { ...profile, uncertainty: { openCircuitV: residual.rmsV } }, found: { kind: 'rates', fit }, residual, notes: measurement.notes };
}

function residualOf(runs: Residual['runs']): Residual {
	const all = runs.flatMap(({ deviationV }) => Array.from(deviationV));
	return {
		rmsV: Math.sqrt(all.reduce((sum, v) => sum + v * v, 0) / all.length),
		maxV: all.reduce((most, v) => (Math.abs(v) > Math.abs(most) ? v : most), 0),
		rows: all.length,
		runs,
	};
}
