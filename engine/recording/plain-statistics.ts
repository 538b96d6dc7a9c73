/**
 * Window statistics the long way, one sample after the other with its overlap: the plain twin that tests hold `statistics.ts` against. It
 * shares no code with it, and is never used to serve a figure.
 */

import type { Range } from '../../drivers/instrument.ts';

export interface PlainColumn {
	readonly samples: ArrayLike<number>;
	/** Hz. */
	readonly rate: number;
	readonly ranges?: readonly Range[];
	/** Sample intervals [from, to) in which the coarse range was forced. */
	readonly forced?: readonly (readonly [number, number])[];
}

export interface PlainStatistics {
	samples: number;
	lost: number;
	duration: number;
	validDuration: number;
	min: number;
	max: number;
	average: number;
	meanSquare: number;
	standardDeviation: number;
	/** Σ x·dt. */
	integral: number;
	switches: number;
	saturated: number;
	/** Of the average; NaN where no accuracy is given. */
	uncertainty: number;
}

function edge(timeS: number, rate: number, count: number): number {
	let position = timeS * rate;
	if (Math.abs(position - Math.round(position)) <= 1e-6) position = Math.round(position);
	return Math.max(0, Math.min(count, position));
}

export function plainStatistics(column: PlainColumn, fromS: number, toS: number): PlainStatistics {
	const { samples: data, rate, ranges = [], forced = [] } = column;
	const begin = edge(fromS, rate, data.length);
	const end = edge(toS, rate, data.length);
	const values: number[] = [];
	const weights: number[] = [];
	const kinds: number[] = [];
	const result = { samples: 0, lost: 0, switches: 0, saturated: 0 };
	let previous = -1;
	for (let k = 0; k < Math.ceil(end); k++) {
		const x = data[k];
		const overlap = Math.min(k + 1, end) - Math.max(k, begin);
		if (Number.isNaN(x)) {
			if (overlap > 0) result.lost++;
			continue;
		}
		let kind = ranges.findIndex((range) => Math.abs(x) <= range.span);
		if (kind < 0) kind = Math.max(0, ranges.length - 1);
		if (kind === 0 && forced.some(([from, to]) => k >= from && k < to)) kind = 1;
		if (overlap > 0) {
			result.samples++;
			values.push(x);
			weights.push(overlap);
			kinds.push(kind);
			if (previous >= 0 && kind !== previous) result.switches++;
			if (ranges.length > 0 && Math.abs(x) >= ranges[ranges.length - 1].span) result.saturated++;
		}
		previous = kind;
	}
	const weight = total(weights);
	const average = total(values.map((x, i) => x * weights[i])) / weight;
	let systematic = 0;
	let variance = 0;
	for (const [kind, range] of ranges.entries()) {
		const own = (list: number[]) => list.map((x, i) => (kinds[i] === kind ? x : 0));
		systematic += range.gain * Math.abs(total(own(values.map((x, i) => x * weights[i])))) + range.offset * total(own(weights));
		variance += range.noise ** 2 * total(own(weights.map((w) => w * w)));
	}
	return {
		...result,
		duration: Math.max(0, end - begin) / rate,
		validDuration: weight / rate,
		min: values.length > 0 ? values.reduce((a, b) => Math.min(a, b)) : Number.NaN,
		max: values.length > 0 ? values.reduce((a, b) => Math.max(a, b)) : Number.NaN,
		average,
		meanSquare: total(values.map((x, i) => x * x * weights[i])) / weight,
		standardDeviation: Math.sqrt(total(values.map((x, i) => (x - average) ** 2 * weights[i])) / weight),
		integral: total(values.map((x, i) => x * weights[i])) / rate,
		uncertainty: ranges.length > 0 ? Math.hypot(systematic, Math.sqrt(variance)) / weight : Number.NaN,
	};
}

/** Σ i·v·dt; a voltage sample holds until the next, and its mean over a current sample's time is what multiplies that. */
export function plainEnergy(current: PlainColumn, voltage: PlainColumn, fromS: number, toS: number): number {
	const begin = edge(fromS, current.rate, current.samples.length);
	const end = edge(toS, current.rate, current.samples.length);
	const products: number[] = [];
	for (let k = Math.floor(begin); k < Math.ceil(end); k++) {
		const overlap = Math.min(k + 1, end) - Math.max(k, begin);
		let sum = 0;
		let held = 0;
		for (let j = 0; j < voltage.samples.length; j++) {
			const shared = Math.min((k + 1) / current.rate, (j + 1) / voltage.rate) - Math.max(k / current.rate, j / voltage.rate);
			if (shared * voltage.rate <= 1e-9 || Number.isNaN(voltage.samples[j])) continue;
			sum += voltage.samples[j] * shared;
			held += shared;
		}
		if (held > 0 && overlap > 0 && !Number.isNaN(current.samples[k])) products.push((current.samples[k] * (sum / held) * overlap) / current.rate);
	}
	return total(products);
}

/** Neumaier's compensated sum: right to the last place for what tests add up. */
function total(values: readonly number[]): number {
	let sum = 0;
	let lost = 0;
	for (const value of values) {
		const next = sum + value;
		lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
		sum = next;
	}
	return sum + lost;
}
