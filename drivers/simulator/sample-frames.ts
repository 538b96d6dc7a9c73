/**
 * Writes packed sample frames: what the bench measured in a run of milliseconds, in the layout the host has asked for, straight into a pooled
 * chunk. Everything that does not change from frame to frame lies in a template; loops run over whole 32-bit words, and nothing is
 * allocated per frame.
 *
 * A channel's samples are means over the bench's finer ones. Main power is the main current times the main voltage as both are sent, a slower
 * one held and a faster one averaged, so that the energy of the power channel is the energy of current and voltage.
 */

import { frameMagic } from '../arc/frame.ts';
import { packedTemplate } from '../arc/packed.ts';
import { wireIds } from '../arc/protocol.ts';
import type { BenchOutput } from './bench.ts';
import type { SlowChannel } from './housekeeping.ts';
import type { Chunk } from './output-queue.ts';
import { sumOfWords } from './word-sum.ts';

/** Spans of the Ace's three current ranges, A: each of mc1, mc2, mc3 shows the current as far as its range reaches. */
type Spans = readonly number[];

const MAGIC_WORD = 0;
const SUM_WORD = 1;
const COUNTER_WORD = 3;

export class SampleFrames {
	readonly frameBytes: number;
	/** What the bench must be asked for. */
	readonly samplesPerMs: number;
	/** Channels to ask the bench for before every frame. */
	readonly slow: readonly SlowChannel[];
	readonly #template: Uint32Array;
	readonly #payloadBytes: number;
	readonly #slowOffsets: readonly { readonly channel: SlowChannel; readonly at: number; readonly count: number }[];
	readonly #spans: readonly { readonly at: number; readonly count: number; readonly spanA: number }[];
	readonly #current: Lane;
	readonly #voltage: Lane;
	readonly #power: { readonly at: number; readonly count: number } | undefined;
	readonly #adcPower: { readonly at: number; readonly count: number } | undefined;
	readonly #gpiAt: number;

	/** `countOf` says how many samples a millisecond a channel has, sent or not: the power channel needs its rail's. */
	constructor(names: readonly string[], countOf: (name: string) => number, spans: Spans) {
		const { frame, layout } = packedTemplate(names.map((name) => ({ wireId: wireIds[name], count: countOf(name) })));
		this.frameBytes = layout.frameBytes;
		this.#payloadBytes = layout.frameBytes - 8;
		this.#template = new Uint32Array(frame.buffer);
		this.#template[MAGIC_WORD] = frameMagic;
		const place = (name: string) => {
			const channel = layout.channels.find(({ id }) => id === name);
			return channel && { at: channel.offset / 4, count: channel.count };
		};
		const fine = ['mc1', 'mc2', 'mc3'];
		const power = place('mp');
		const needsCurrent = power !== undefined || names.includes('mc') || names.some((name) => fine.includes(name));
		const needsVoltage = power !== undefined || names.includes('mv');
		const counts = [1];
		if (needsCurrent) counts.push(countOf('mc'));
		if (needsVoltage) counts.push(countOf('mv'));
		for (const name of ['mp', ...fine]) if (names.includes(name)) counts.push(countOf(name));
		this.samplesPerMs = counts.reduce(leastCommonMultiple);
		this.#current = lane(place('mc'), needsCurrent ? countOf('mc') : 0);
		this.#voltage = lane(place('mv'), needsVoltage ? countOf('mv') : 0);
		this.#power = power;
		this.#adcPower = place('ap');
		this.#gpiAt = place('gpi')?.at ?? -1;
		this.#spans = fine.flatMap((name, index) => {
			const at = place(name);
			return at ? [{ ...at, spanA: spans[index] ?? Number.POSITIVE_INFINITY }] : [];
		});
		const slowNames: SlowChannel[] = ['ac', 'av', 'sn', 'sp', 'vb', 'vj', 'vpwr', 'tp', 'tm'];
		this.#slowOffsets = slowNames.flatMap((channel) => {
			const at = place(channel);
			return at ? [{ channel, ...at }] : [];
		});
		this.slow = this.#slowOffsets.map(({ channel }) => channel);
		if (this.#adcPower) for (const channel of ['ac', 'av'] as const) if (!this.slow.includes(channel)) this.slow = [...this.slow, channel];
	}

	/**
	 * Writes `frames` frames at byte `at` of the chunk from the bench's milliseconds `fromMs` on. `slow` gives the slow channels' present
	 * values; with any in the layout, the caller asks for one millisecond at a time.
	 */
	write(chunk: Chunk, at: number, frames: number, counter: number, output: BenchOutput, fromMs: number, slow: (channel: SlowChannel) => number): void {
		const { words, floats } = chunk;
		const template = this.#template;
		const frameWords = template.length;
		const perMs = this.samplesPerMs;
		const current = this.#current;
		const voltage = this.#voltage;
		for (let frame = 0, base = at / 4; frame < frames; frame++, base += frameWords) {
			words.set(template, base);
			words[base + COUNTER_WORD] = counter + frame;
			const ms = fromMs + frame;
			const from = ms * perMs;
			if (current.count > 0) average(output.current, from, perMs, current.sent ? floats : current.scratch, current.sent ? base + current.at : 0, current.count);
			if (voltage.count > 0) average(output.voltage, from, perMs, voltage.sent ? floats : voltage.scratch, voltage.sent ? base + voltage.at : 0, voltage.count);
			if (this.#power) this.#writePower(floats, base);
			if (this.#gpiAt >= 0) floats[base + this.#gpiAt] = output.gpi[ms];
			if (this.#spans.length > 0) this.#writeSpans(floats, base, output.current, from);
			if (this.slow.length > 0) this.#writeSlow(floats, base, slow);
			words[base + SUM_WORD] = this.#payloadBytes | (sumOfWords(words, base + 2, base + frameWords) << 16);
		}
	}

	#writePower(floats: Float32Array, base: number): void {
		const { at, count } = this.#power as { at: number; count: number };
		const current = this.#current;
		const voltage = this.#voltage;
		const i = current.sent ? floats : current.scratch;
		const v = voltage.sent ? floats : voltage.scratch;
		const iAt = current.sent ? base + current.at : 0;
		const vAt = voltage.sent ? base + voltage.at : 0;
		const pAt = base + at;
		if (count === current.count && count === voltage.count) {
			for (let sample = 0; sample < count; sample++) floats[pAt + sample] = i[iAt + sample] * v[vAt + sample];
		} else if (count === current.count && voltage.count === 1) {
			const held = v[vAt];
			for (let sample = 0; sample < count; sample++) floats[pAt + sample] = i[iAt + sample] * held;
		} else {
			// Any other mix of rates, on the grid they all share.
			const perMs = this.samplesPerMs;
			const group = perMs / count;
			for (let sample = 0; sample < count; sample++) {
				let sum = 0;
				for (let step = sample * group; step < (sample + 1) * group; step++) {
					sum += i[iAt + Math.floor((step * current.count) / perMs)] * v[vAt + Math.floor((step * voltage.count) / perMs)];
				}
				floats[pAt + sample] = sum / group;
			}
		}
	}

	#writeSpans(floats: Float32Array, base: number, current: Float32Array, from: number): void {
		for (const { at, count, spanA } of this.#spans) {
			average(current, from, this.samplesPerMs, floats, base + at, count);
			for (let index = base + at; index < base + at + count; index++) {
				if (floats[index] > spanA) floats[index] = spanA;
				else if (floats[index] < -spanA) floats[index] = -spanA;
			}
		}
	}

	#writeSlow(floats: Float32Array, base: number, slow: (channel: SlowChannel) => number): void {
		for (const { channel, at, count } of this.#slowOffsets) floats.fill(slow(channel), base + at, base + at + count);
		if (this.#adcPower) {
			const watts = Math.fround(slow('ac')) * Math.fround(slow('av'));
			floats.fill(watts, base + this.#adcPower.at, base + this.#adcPower.at + this.#adcPower.count);
		}
	}
}

/** Where a channel's samples go: into the frame, or into scratch memory when only the power channel needs them. */
interface Lane {
	readonly sent: boolean;
	readonly at: number;
	/** 0: nobody needs it. */
	readonly count: number;
	readonly scratch: Float32Array;
}

function lane(place: { at: number; count: number } | undefined, count: number): Lane {
	return { sent: place !== undefined, at: place?.at ?? 0, count, scratch: new Float32Array(place ? 0 : count) };
}

/** Means of equal groups of source[from … from + perMs) into target[at … at + count). */
function average(source: Float32Array, from: number, perMs: number, target: Float32Array, at: number, count: number): void {
	if (count === perMs) {
		for (let index = 0; index < count; index++) target[at + index] = source[from + index];
		return;
	}
	const group = perMs / count;
	for (let index = 0; index < count; index++) {
		let sum = 0;
		for (let step = from + index * group; step < from + (index + 1) * group; step++) sum += source[step];
		target[at + index] = sum / group;
	}
}

function leastCommonMultiple(a: number, b: number): number {
	let [x, y] = [a, b];
	while (y > 0) [x, y] = [y, x % y];
	return (a / x) * b;
}
