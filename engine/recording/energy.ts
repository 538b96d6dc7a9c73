/**
 * The energy of a rail over a window: Σ p·dt of its own power channel where that has the current's rate, else Σ i·v·dt, else whatever
 * power channel there is. Current and power channel of a rail show the same figure, because both ask here.
 *
 * In i·v the voltage that belongs to a current sample is the mean of the voltage over that sample's time, each voltage sample holding
 * until the next: a slower voltage is thus held, a faster one averaged. A product with a lost current, or with no voltage at all, is left out.
 */

import type { RecordedChannel } from './format.ts';
import type { RecordingReader } from './reader.ts';
import { totals } from './totals.ts';
import { stretches, windowOf } from './window.ts';

/** Channels of a rail as far as they are recorded. */
export interface Rail {
	readonly device: string;
	readonly current: RecordedChannel | undefined;
	readonly voltage: RecordedChannel | undefined;
	readonly power: RecordedChannel | undefined;
}

export interface Energy {
	/** J. */
	readonly energy: number;
	/** s for which there was a power. */
	readonly validDuration: number;
}

const chunkSamples = 1 << 16;

/** The rail that a current or power channel belongs to. A channel that is neither, or a current whose rail was not recorded, has none. */
export function railOf(reader: RecordingReader, channel: RecordedChannel): Rail | undefined {
	const { device } = channel;
	if (channel.unit === 'W') {
		const current = reader.info.channels.find((candidate) => candidate.device === device && candidate.rail?.power === channel.id);
		return { device, current, voltage: current?.rail && reader.find(device, current.rail.voltage), power: channel };
	}
	if (channel.unit !== 'A' || !channel.rail) return undefined;
	const voltage = reader.find(device, channel.rail.voltage);
	const power = reader.find(device, channel.rail.power);
	return voltage || power ? { device, current: channel, voltage, power } : undefined;
}

/** Energy of the rail in the window [from, to) in s. */
export async function energyOf(reader: RecordingReader, rail: Rail, from: number | undefined, to: number | undefined): Promise<Energy | undefined> {
	const { current, voltage, power } = rail;
	const usePower = power && (!current || !voltage || current.rate === power.rate);
	if (usePower) {
		const { sum, weight } = await totals(reader, power, windowOf(from, to, power.rate, power.count));
		return { energy: sum / power.rate, validDuration: weight / power.rate };
	}
	return current && voltage ? productEnergy(reader, current, voltage, from, to) : undefined;
}

async function productEnergy(reader: RecordingReader, current: RecordedChannel, voltage: RecordedChannel, from: number | undefined, to: number | undefined): Promise<Energy> {
	const ratio = voltage.rate / current.rate;
	let sum = 0;
	let valid = 0;
	for (const { from: first, to: last, weight } of stretches(windowOf(from, to, current.rate, current.count))) {
		for (let at = first; at < last; at += chunkSamples) {
			const end = Math.min(last, at + chunkSamples);
			const i = await reader.read(current, at, end);
			const voltageFrom = Math.floor(at * ratio);
			const v = await reader.read(voltage, voltageFrom, Math.ceil(end * ratio) + 1);
			const part = Number.isInteger(1 / ratio) ? held(i, v, at, 1 / ratio, voltageFrom) : averaged(i, v, at, ratio, voltageFrom);
			sum += part.sum * weight;
			valid += part.valid * weight;
		}
	}
	return { energy: sum / current.rate, validDuration: valid / current.rate };
}

/** Σ i·v and the number of products, the voltage being slower by a whole number or of the same rate. */
function held(i: Float32Array, v: Float32Array, at: number, hold: number, voltageFrom: number): { sum: number; valid: number } {
	let sum = 0;
	let valid = 0;
	let k = 0;
	for (let j = Math.floor(at / hold); k < i.length; j++) {
		const voltage = j - voltageFrom < v.length ? v[j - voltageFrom] : Number.NaN;
		const until = Math.min(i.length, (j + 1) * hold - at);
		for (; k < until; k++) {
			const product = i[k] * voltage;
			if (Number.isNaN(product)) continue;
			sum += product;
			valid++;
		}
	}
	return { sum, valid };
}

/** The same for any other ratio of rates: the mean of what is known of the voltage during each current sample. */
function averaged(i: Float32Array, v: Float32Array, at: number, ratio: number, voltageFrom: number): { sum: number; valid: number } {
	let sum = 0;
	let valid = 0;
	for (let k = 0; k < i.length; k++) {
		const begin = (at + k) * ratio;
		const end = (at + k + 1) * ratio;
		let weighted = 0;
		let weight = 0;
		for (let j = Math.floor(begin); j < end - 1e-9 && j - voltageFrom < v.length; j++) {
			const voltage = v[j - voltageFrom];
			const overlap = Math.min(end, j + 1) - Math.max(begin, j);
			if (Number.isNaN(voltage) || overlap <= 1e-9) continue;
			weighted += voltage * overlap;
			weight += overlap;
		}
		const product = i[k] * (weighted / weight);
		if (Number.isNaN(product)) continue;
		sum += product;
		valid++;
	}
	return { sum, valid };
}
