/**
 * The energy of a rail over a window: Σ p·dt of its own power channel where that has the current's rate, else Σ i·v·dt, else whatever
 * power channel there is. Current and power channel of a rail show the same figure, because both ask here.
 *
 * In i·v the voltage that belongs to a current sample is the mean of the voltage over that sample's time, each voltage sample holding
 * until the next: a slower voltage is thus held, a faster one averaged. A product with a lost current, or with no voltage at all, is left out.
 * The kernels add up whole chunks; those with a loss inside an averaged voltage are done sample by sample.
 */

import { processKernels } from '../decode/kernels.ts';
import { type RateRatio, rateRatio, voltageSamplesNeeded } from '../decode/ratio.ts';
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
/** 2²⁰: indices up to 2³³, two days at 50 kS/s, are exact in ticks. */
const largestTicks = 2 ** 20;

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
	const window = windowOf(from, to, current.rate, current.count);
	const product = new ProductSum(reader, current, voltage);
	let sum = 0;
	let valid = 0;
	for (const { from: first, to: last, weight } of stretches(window)) {
		for (let at = first; at < last; at += product.chunkSamples) {
			const part = await product.add(at, Math.min(last, at + product.chunkSamples));
			sum += part.sum * weight;
			valid += part.valid * weight;
		}
	}
	return { energy: sum / current.rate, validDuration: valid / current.rate };
}

/** Σ i·v over whole current samples, read into the kernels' memory. */
class ProductSum {
	/** Current samples at a time, so many that neither they nor their voltage take much memory. */
	readonly chunkSamples: number;
	readonly #reader: RecordingReader;
	readonly #current: RecordedChannel;
	readonly #voltage: RecordedChannel;
	/** Undefined where the rates are no whole numbers of ticks that the kernel can count. */
	readonly #ticks: RateRatio | undefined;

	constructor(reader: RecordingReader, current: RecordedChannel, voltage: RecordedChannel) {
		this.#reader = reader;
		this.#current = current;
		this.#voltage = voltage;
		this.#ticks = exactRatio(current.rate, voltage.rate);
		this.chunkSamples = Math.max(64, Math.floor(chunkSamples / Math.max(1, voltage.rate / current.rate)));
	}

	/** Σ i·v of the current samples [from, to) and the number of products. */
	async add(from: number, to: number): Promise<{ sum: number; valid: number }> {
		const ratio = this.#voltage.rate / this.#current.rate;
		const ticks = this.#ticks;
		const firstVoltage = ticks ? Math.floor((from * ticks.currentTicks) / ticks.voltageTicks) : Math.floor(from * ratio);
		const phase = ticks ? from * ticks.currentTicks - firstVoltage * ticks.voltageTicks : 0;
		const voltages = ticks ? voltageSamplesNeeded(to - from, ticks, phase) : Math.ceil(to * ratio) + 1 - firstVoltage;
		const kernels = processKernels();
		const memory = kernels.memory.alloc(4 * (to - from + voltages));
		try {
			const i = kernels.memory.float32(memory.ptr, to - from);
			const v = kernels.memory.float32(memory.ptr + 4 * i.length, voltages);
			await this.#reader.fill(this.#current, from, i);
			// What the voltage's column does not hold is unknown, like what was lost.
			const known = Math.max(0, Math.min(voltages, this.#voltage.count - firstVoltage));
			await this.#reader.fill(this.#voltage, firstVoltage, v.subarray(0, known));
			v.fill(Number.NaN, known);
			if (!ticks) return averaged(i, v, from, ratio, firstVoltage);
			const result = kernels.energy(i, v, ticks, phase);
			// The kernel leaves a product out when any part of its voltage is lost; what is known of the voltage is enough.
			return ticks.currentTicks === 1 || result.valid === i.length ? result : averaged(i, v, from, ratio, firstVoltage);
		} finally {
			memory.free();
		}
	}
}

/** The ratio of two rates, where whole millihertz state them exactly and no index of a recording overflows in ticks. */
function exactRatio(currentRate: number, voltageRate: number): RateRatio | undefined {
	if (![currentRate, voltageRate].every((rate) => Math.round(rate * 1000) / 1000 === rate && rate <= 1e9)) return undefined;
	const ratio = rateRatio(currentRate, voltageRate);
	return Math.max(ratio.currentTicks, ratio.voltageTicks) <= largestTicks ? ratio : undefined;
}

/** The same sample by sample, at any rates: the mean of what is known of the voltage during each current sample. */
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
