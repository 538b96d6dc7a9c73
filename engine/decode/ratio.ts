/**
 * How a voltage's samples lie under those of a current, as whole numbers: the power of a current sample is its current times the voltage's
 * step function averaged over it, which holds a slower voltage and averages a faster one.
 */

import { MicrojouleError } from '../../drivers/errors.ts';

export interface RateRatio {
	/** Ticks that a current sample lasts. 1: the voltage is slower, held over `voltageTicks` current samples. */
	readonly currentTicks: number;
	/** Ticks that a voltage sample lasts. 1: the voltage is faster, `currentTicks` of its samples are averaged. */
	readonly voltageTicks: number;
}

/** The ratio of two rates in Hz, in lowest terms; rates count to a millihertz. */
export function rateRatio(currentRateHz: number, voltageRateHz: number): RateRatio {
	const current = Math.round(currentRateHz * 1000);
	const voltage = Math.round(voltageRateHz * 1000);
	if (!(current >= 1 && voltage >= 1 && current <= 1e12 && voltage <= 1e12))
		throw new MicrojouleError('INVALID_VALUE', `Rates of ${currentRateHz} and ${voltageRateHz} Hz make no power; both must be above 0.`, { currentRateHz, voltageRateHz });
	let a = current;
	let b = voltage;
	while (b > 0) [a, b] = [b, a % b];
	return { currentTicks: voltage / a, voltageTicks: current / a };
}

/** Voltage samples that `samples` current samples reach into, the first of which begins `phase` ticks after the first voltage sample. */
export function voltageSamplesNeeded(samples: number, ratio: RateRatio, phase = 0): number {
	return samples === 0 ? 0 : Math.ceil((phase + samples * ratio.currentTicks) / ratio.voltageTicks);
}
