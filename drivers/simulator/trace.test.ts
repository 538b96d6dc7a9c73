import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { MicrojouleError } from '../errors.ts';
import { type Trace, TracePlayer, validateTrace } from './trace.ts';

const trace = (rate: number, current: number[], end: Trace['end'] = 'stop'): Trace => ({ rate, current: Float32Array.from(current), end });

function play(player: TracePlayer, samples: number, tickUs: number): Float64Array {
	const out = new Float64Array(samples);
	player.fill(out, 0, samples, tickUs);
	return out;
}

const chargeOf = (samples: Float64Array, tickUs: number) => samples.reduce((sum, value) => sum + value, 0) * tickUs * 1e-6;

describe('resampling a trace', () => {
	it('holds a slower trace', () => {
		expect([...play(new TracePlayer(trace(100, [1, 2])), 5, 5000)]).toEqual([1, 1, 2, 2, 0]);
	});

	it('averages a faster one', () => {
		expect([...play(new TracePlayer(trace(100_000, [1, 3, 5, 8])), 2, 20)]).toEqual([2, 6.5]);
	});

	it('weighs samples by their overlap', () => {
		// 25 µs a trace sample, 40 µs a device sample.
		expect(play(new TracePlayer(trace(40_000, [1, 2, 4, 8, 16])), 2, 40)[1]).toBeCloseTo((2 * 10 + 4 * 25 + 8 * 5) / 40, 12);
	});

	it('draws nothing after the end of a trace that stops, and starts over in one that loops', () => {
		expect([...play(new TracePlayer(trace(1000, [1, 2, 3])), 5, 1000)]).toEqual([1, 2, 3, 0, 0]);
		expect([...play(new TracePlayer(trace(1000, [1, 2, 3], 'loop')), 7, 1000)]).toEqual([1, 2, 3, 1, 2, 3, 1]);
		expect([...play(new TracePlayer(trace(1_000_000, [1, 3], 'loop')), 2, 5)]).toEqual([(2 * 4 + 1) / 5, (2 * 4 + 3) / 5]);
	});

	it('preserves charge at any ratio of rates, looping or not, however the stream is cut', () => {
		fc.assert(
			fc.property(
				fc.array(fc.integer({ min: -1000, max: 100_000 }), { minLength: 1, maxLength: 40 }),
				fc.oneof(fc.integer({ min: 50, max: 2_000_000 }), fc.double({ min: 50, max: 2e6, noNaN: true })),
				fc.constantFrom(10, 20, 40, 100, 200, 250, 500, 1000),
				fc.constantFrom('loop' as const, 'stop' as const),
				fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 5 }),
				(values, rate, tickUs, end, parts) => {
					const played = trace(rate, values, end);
					const samples = parts.reduce((sum, part) => sum + part, 0);
					const whole = play(new TracePlayer(played), samples, tickUs);
					const player = new TracePlayer(played);
					const cut = new Float64Array(samples);
					let at = 0;
					for (const part of parts) {
						player.fill(cut, at, at + part, tickUs);
						at += part;
					}
					expect(cut).toEqual(whole);
					// The staircase's own integral.
					const length = (samples * tickUs * rate) / 1e6;
					const sum = values.reduce((total, value) => total + value, 0);
					const loops = end === 'loop' ? Math.floor(length / values.length) : 0;
					let rest = length - loops * values.length;
					let expected = loops * sum;
					for (const value of values) {
						expected += value * Math.min(1, Math.max(0, rest));
						rest -= 1;
					}
					const scale = values.reduce((total, value) => total + Math.abs(value), 1) * (loops + 1);
					expect(Math.abs(chargeOf(whole, tickUs) - expected / rate) * rate).toBeLessThan(1e-9 * scale);
				},
			),
		);
	});

	it('refuses what cannot be replayed', () => {
		for (const bad of [trace(0, [1]), trace(Number.NaN, [1]), trace(100, []), trace(100, [1, Number.NaN])]) expect(() => validateTrace(bad)).toThrow(MicrojouleError);
		expect(validateTrace(trace(100, [1, 4, -9]))).toBe(4);
	});
});

const folder = process.env.MICROJOULE_REAL_DATA;
const zip = folder && join(folder, 'traces', 'ble-adv-nrf52832-ppk2-3v3.f32.zip');

describe.skipIf(!zip || !existsSync(zip))('the measured nRF52832 trace (skipped without MICROJOULE_REAL_DATA)', () => {
	const measured = (): Float32Array => {
		const bytes = unzipSync(readFileSync(zip as string))['52-p/current.f32.bin'];
		return new Float32Array(bytes.slice().buffer);
	};

	it.each([
		[50_000, 20],
		[4000, 250],
		[1000, 1000],
	])('keeps its charge at %i Hz', (rate, tickUs) => {
		const samples = play(new TracePlayer({ rate: 100_000, current: measured(), end: 'stop' }), 12 * rate, tickUs);
		const charge = chargeOf(samples, tickUs);
		const rounded = chargeOf(samples.map(Math.fround), tickUs);
		let own = 0;
		for (const value of measured()) own += value;
		own *= 1e-5;
		expect(Math.abs(charge / own - 1)).toBeLessThan(1e-12);
		expect(Math.abs(charge / 123.36063578e-6 - 1)).toBeLessThan(1e-9);
		expect(Math.abs(rounded / 123.36063578e-6 - 1)).toBeLessThan(1e-7);
	});
});
