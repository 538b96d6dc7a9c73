/**
 * What a cell must not be brought to, and what makes it plain that it is connected wrongly. Judged on measured values only; whoever asks switches the
 * output off when the answer is a reason.
 */

import { MicrojouleError } from '../../../drivers/errors.ts';
import type { Script } from './step.ts';

export interface SafetyLimits {
	/** V at the terminals. */
	readonly maxVoltageV: number;
	readonly minVoltageV: number;
	/** A in either direction. */
	readonly maxCurrentA: number;
	/** °C of the instrument's temperature channels. */
	readonly maxTemperatureC: number;
}

/** What is measured of the cell; temperatures only where the instrument has them. */
export interface SafetyReading {
	/** V, the lowest and the highest that lasted for some samples. */
	readonly lowV: number;
	readonly highV: number;
	/** A, the largest magnitude that lasted for some samples. */
	readonly peakA: number;
	/** °C. */
	readonly temperatureC?: number;
}

/** Below this a cell sits backwards: more than a meter's offset. */
const backwardsV = -0.05;
/** No cell at all, or one that is shorted or dead. */
const absentV = 0.05;
/** A headroom over the largest current asked for: regulation overshoots, and meters have their tolerance. */
const currentHeadroom = 1.25;
const currentHeadroomA = 0.005;
/** What a meter shows above a limit that is kept. */
const meterShare = 0.01;
const meterA = 0.001;
/** °C inside an instrument. */
const defaultTemperatureC = 70;
/** V above the highest voltage asked for. */
const voltageHeadroomV = 0.1;

/** Limits that follow from the script and the cell's own voltage at rest, where the user gave none. */
export function safetyLimits(script: Script, restV: number, largestA: number, given: Partial<SafetyLimits> = {}): SafetyLimits {
	const voltages = script.steps.flatMap(({ control, exits }) => [control?.mode === 'voltage' ? control.voltageV : undefined, exits.aboveV]).filter((v) => v !== undefined);
	return {
		maxVoltageV: given.maxVoltageV ?? Math.max(restV, ...voltages) + voltageHeadroomV,
		minVoltageV: given.minVoltageV ?? 0,
		maxCurrentA: given.maxCurrentA ?? largestA * currentHeadroom + currentHeadroomA,
		maxTemperatureC: given.maxTemperatureC ?? defaultTemperatureC,
	};
}

/** Throws UNSAFE for a cell at rest that nothing may be asked of; INVALID_VALUE where the script would end before it began. */
export function checkBeforeStart(device: string, restV: number, script: Script, given: Partial<SafetyLimits>): void {
	const unsafe = (message: string): never => {
		throw new MicrojouleError('UNSAFE', message, { device, voltage: restV });
	};
	const shown = `${restV.toFixed(3)} V`;
	if (restV < backwardsV) unsafe(`The cell at ${device} is connected backwards: it shows ${shown}. Swap its leads.`);
	if (restV < absentV) unsafe(`There is no cell at ${device}, or it is shorted: it shows ${shown}. Connect one.`);
	if (given.maxVoltageV !== undefined && restV > given.maxVoltageV)
		unsafe(`The cell at ${device} shows ${shown} before the start, above the limit of ${given.maxVoltageV} V. Is it the right one?`);
	if (given.minVoltageV !== undefined && restV < given.minVoltageV)
		unsafe(`The cell at ${device} shows ${shown} before the start, below the limit of ${given.minVoltageV} V. Is it the right one?`);
	const { cutoffV, openCircuitV } = script.until;
	const end = Math.max(cutoffV ?? 0, openCircuitV ?? 0);
	const charges = script.steps.some(({ kind }) => kind === 'charge');
	if (!charges && restV <= end)
		throw new MicrojouleError(
			'INVALID_VALUE',
			`The cell at ${device} shows ${shown} at rest, which is not above ${end} V where the run is to end. Put a charged cell in, or lower the exit.`,
			{
				device,
				voltage: restV,
			},
		);
}

/** Why the output must go off now; undefined while all is well. */
export function danger({ maxVoltageV, minVoltageV, maxCurrentA, maxTemperatureC }: SafetyLimits, { lowV, highV, peakA, temperatureC }: SafetyReading): string | undefined {
	if (lowV < backwardsV) return `the voltage has reversed, ${lowV.toFixed(3)} V`;
	if (highV > maxVoltageV) return `the voltage went up to ${highV.toFixed(3)} V, above the limit of ${maxVoltageV.toFixed(3)} V`;
	if (lowV < minVoltageV) return `the voltage fell to ${lowV.toFixed(3)} V, below the limit of ${minVoltageV.toFixed(3)} V`;
	if (peakA > maxCurrentA * (1 + meterShare) + meterA) return `${peakA.toFixed(4)} A flowed, above the limit of ${maxCurrentA.toFixed(4)} A`;
	if (temperatureC !== undefined && temperatureC > maxTemperatureC) return `it is ${temperatureC.toFixed(1)} °C, above the limit of ${maxTemperatureC} °C`;
	return undefined;
}
