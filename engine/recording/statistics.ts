/**
 * Statistics of one channel over a window [from, to), clipped to the data: what the page, the program, scripts and tests show. Every sample
 * holds until the next; the window's first and last sample count by their overlap in sums and fully in minimum, maximum and counts; lost
 * samples are left out and counted. Exact: the summary pyramid only saves time. `plain-statistics.ts` says the same the long way.
 *
 * Where nothing valid lies in the window, averages and extremes are NaN (JSON: null), and sums are 0.
 */

import { models } from '../../drivers/models.ts';
import { type Energy, energyOf, type Rail, railOf } from './energy.ts';
import type { RecordedChannel } from './format.ts';
import type { RecordingReader } from './reader.ts';
import { type Totals, totals } from './totals.ts';
import { averageUncertainty, energyUncertainty } from './uncertainty.ts';
import { ownWindow, windowOf } from './window.ts';

export interface StatisticsQuery {
	/** Default: the first device that has the channel. */
	readonly device?: string;
	readonly channel: string;
	/** s from the recording's start; default: all of it. */
	readonly from?: number;
	readonly to?: number;
}

export interface ChannelStatistics {
	readonly device: string;
	readonly channel: string;
	/** Of min, max, average, rms, standardDeviation and uncertainty.average. */
	readonly unit: string;
	/** Hz. */
	readonly rate: number;
	/** The window after clipping, s. */
	readonly from: number;
	readonly to: number;
	readonly duration: number;
	/** s that were measured: the duration less what was lost. */
	readonly validDuration: number;
	/** Valid samples that overlap the window. */
	readonly samples: number;
	readonly lost: number;
	readonly min: number;
	readonly max: number;
	readonly average: number;
	readonly rms: number;
	/** Of the population: √(mean square − average²). What lies below float64's resolution of that difference is 0. */
	readonly standardDeviation: number;
	/** C; currents only. */
	readonly charge?: number;
	/** J; currents (where the rail's voltage or power was recorded) and powers. */
	readonly energy?: number;
	/** Half-widths, in the unit of the figure; null where the accuracy is not known. */
	readonly uncertainty: { readonly average: number | null; readonly charge?: number | null; readonly energy?: number | null };
	/** Samples at or beyond the end of the coarsest range. */
	readonly saturated: number;
	/** Samples taken while the instrument settled after a range switch: switches × settling time, at most all. */
	readonly settling: number;
}

/** Throws NOT_FOUND for a channel that is not there, INVALID_VALUE for a window that is none. */
export async function statistics(reader: RecordingReader, query: StatisticsQuery): Promise<ChannelStatistics> {
	const channel = reader.channel(query.device, query.channel);
	const { rate, unit, offset = 0 } = channel;
	// What was measured together stays together: the rail's other channels are taken at this channel's own time.
	const own = ownWindow(channel, query.from, query.to);
	const window = windowOf(own.from, own.to, rate, channel.count);
	const sums = await totals(reader, channel, window);
	const rail = railOf(reader, channel);
	const energy = rail && (await energyOf(reader, rail, own.from, own.to));
	const duration = Math.max(0, window.end - window.begin) / rate;
	const charge = unit === 'A' ? sums.sum / rate : undefined;

	const uncertainty: { average: number | null; charge?: number | null; energy?: number | null } = { average: averageUncertainty(sums, channel.ranges) };
	if (charge !== undefined) uncertainty.charge = chargeUncertainty(sums, channel);
	if (rail && energy) {
		uncertainty.energy = await railUncertainty(reader, rail, energy, own);
		if (unit === 'W' && uncertainty.average === null && uncertainty.energy !== null) uncertainty.average = uncertainty.energy / energy.validDuration;
	}
	return {
		device: channel.device,
		channel: channel.id,
		unit,
		rate,
		from: window.begin / rate + offset,
		to: window.begin / rate + duration + offset,
		duration,
		validDuration: sums.weight / rate,
		samples: sums.samples,
		lost: sums.lost,
		min: sums.min,
		max: sums.max,
		...moments(sums),
		...(charge === undefined ? {} : { charge }),
		...(energy ? { energy: energy.energy } : {}),
		uncertainty,
		saturated: sums.saturated,
		settling: Math.min(sums.samples, sums.switches * Math.ceil((channel.settleS ?? 0) * rate - 1e-6)),
	};
}

/** Average, root mean square and standard deviation of weighted sums. */
export function moments({ weight, sum, sumOfSquares, min, max }: { weight: number; sum: number; sumOfSquares: number; min: number; max: number }): {
	average: number;
	rms: number;
	standardDeviation: number;
} {
	if (weight === 0) return { average: Number.NaN, rms: Number.NaN, standardDeviation: Number.NaN };
	const average = sum / weight;
	const meanSquare = sumOfSquares / weight;
	const variance = meanSquare - average * average;
	// Each term is right to some units of its last place: a smaller difference is rounding, not spread.
	const resolved = min !== max && variance > meanSquare * 2 ** -48;
	return { average, rms: Math.sqrt(meanSquare), standardDeviation: resolved ? Math.sqrt(variance) : 0 };
}

function chargeUncertainty(sums: Totals, channel: RecordedChannel): number | null {
	const average = averageUncertainty(sums, channel.ranges);
	return average === null ? null : sums.weight === 0 ? 0 : (average * sums.weight) / channel.rate;
}

async function railUncertainty(reader: RecordingReader, rail: Rail, { energy }: Energy, { from, to }: Pick<StatisticsQuery, 'from' | 'to'>): Promise<number | null> {
	const { current, voltage } = rail;
	if (!current) return null;
	const currentSums = await totals(reader, current, windowOf(from, to, current.rate, current.count));
	const charge = currentSums.sum / current.rate;
	const ofCharge = chargeUncertainty(currentSums, current);
	if (voltage) {
		const sums = await totals(reader, voltage, windowOf(from, to, voltage.rate, voltage.count));
		if (sums.weight > 0) return energyUncertainty(charge, ofCharge, sums.sum / sums.weight, averageUncertainty(sums, voltage.ranges));
	}
	if (charge === 0) return energy === 0 ? 0 : null;
	const volts = Math.abs(energy / charge);
	const kind = reader.info.devices.find((device) => device.id === rail.device)?.kind;
	const accuracy = kind && kind !== 'import' && models[kind]?.channels.find((channel) => channel.id === current.rail?.voltage)?.ranges[0];
	return energyUncertainty(charge, ofCharge, volts, accuracy ? accuracy.gain * volts + accuracy.offset : null);
}
