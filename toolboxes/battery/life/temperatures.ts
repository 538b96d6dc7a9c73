/**
 * Temperatures that take turns. Told as shares of the time they are mixed: the battery must do at each of them, at any time. Told as durations they
 * come one after the other, and what cannot be done in the cold ends the life only when it is cold. What was used stays used: charge is carried
 * from one temperature to the next.
 */

import { MicrojouleError } from '../../../drivers/errors.ts';
import { type Discharge, interpolate } from './discharge.ts';

/** One of both: share of the time, or s in a row. */
export interface TemperatureStretch {
	readonly temperatureC: number;
	readonly share?: number;
	readonly durationS?: number;
}

/** With its share of the time; `durationS` where they are to be followed in order. */
export interface Temperature {
	/** °C; undefined: as the profile has it. */
	readonly temperatureC: number | undefined;
	readonly share: number;
	readonly durationS: number | undefined;
}

const absoluteZeroC = -273.15;

/** Throws INVALID_VALUE. */
export function temperaturesOf(given: number | readonly TemperatureStretch[] | undefined): Temperature[] {
	if (given === undefined) return [{ temperatureC: undefined, share: 1, durationS: undefined }];
	const stretches = typeof given === 'number' ? [{ temperatureC: given, share: 1 }] : given;
	if (stretches.length === 0) throw invalid('The temperature schedule is empty; name a temperature.', {});
	const inOrder = stretches.some(({ durationS }) => durationS !== undefined);
	const lengths = stretches.map(({ temperatureC, share, durationS }) => {
		if (!(temperatureC >= absoluteZeroC && temperatureC <= 1000)) throw invalid(`A temperature of ${temperatureC} °C is none; give one in °C.`, { temperatureC });
		if (share !== undefined && durationS !== undefined) throw invalid(`The temperature ${temperatureC} °C has a share and a duration; give one of them.`, { temperatureC });
		const length = inOrder ? durationS : share;
		if (!(length !== undefined && length > 0 && Number.isFinite(length)))
			throw invalid(`The temperature ${temperatureC} °C needs a ${inOrder ? 'duration in s' : 'share of the time'} above 0, as all of the schedule; it has ${length ?? 'none'}.`, {
				temperatureC,
			});
		return length;
	});
	const total = lengths.reduce((sum, length) => sum + length, 0);
	if (!inOrder && Math.abs(total - 1) > 1e-6)
		throw invalid(`The shares of the temperature schedule add up to ${Number((100 * total).toPrecision(6))} %; they must be 100 %.`, { total });
	return stretches.map(({ temperatureC }, i) => ({ temperatureC, share: lengths[i] / total, durationS: inOrder && stretches.length > 1 ? lengths[i] : undefined }));
}

/** Where a battery is when it ends: after how long, with what used, at which temperature (an index). */
export interface Arrival {
	readonly lifeS: number;
	readonly usedC: number;
	readonly temperature: number;
	/** The course, s and C, at every change of temperature. */
	readonly timeS: Float64Array;
	readonly courseC: Float64Array;
}

/** Follows temperatures in order, each by its own discharge from the same start. */
export function inTurn(temperatures: readonly Temperature[], discharges: readonly Pick<Discharge, 'usedC' | 'timeS'>[]): Arrival {
	const timeS = [0];
	const courseC = [discharges[0].usedC[0]];
	for (let turn = 0; ; turn++) {
		const temperature = turn % temperatures.length;
		const { usedC: charges, timeS: times } = discharges[temperature];
		const durationS = temperatures[temperature].durationS ?? Number.POSITIVE_INFINITY;
		const last = timeS.length - 1;
		const endC = charges[charges.length - 1];
		const from = interpolate(charges, times, courseC[last]);
		const leftS = courseC[last] >= endC ? 0 : times[times.length - 1] - from;
		const passedS = Math.min(durationS, leftS);
		timeS.push(timeS[last] + passedS);
		courseC.push(courseC[last] >= endC ? courseC[last] : interpolate(times, charges, from + passedS));
		if (leftS <= durationS) return { lifeS: timeS[last + 1], usedC: courseC[last + 1], temperature, timeS: Float64Array.from(timeS), courseC: Float64Array.from(courseC) };
	}
}

/** How much faster a battery discharges by itself than at 20 °C: the usual rule, twice as fast every 10 °C. */
export function selfDischargeFactor(temperatureC: number | undefined): number {
	return 2 ** (((temperatureC ?? 20) - 20) / 10);
}

function invalid(message: string, details: Record<string, unknown>): MicrojouleError {
	return new MicrojouleError('INVALID_VALUE', message, details);
}
