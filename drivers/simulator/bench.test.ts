import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InstrumentKind } from '../instrument.ts';
import { models } from '../models.ts';
import { Bench, type BenchControls } from './bench.ts';
import { parseLoad } from './loads/catalogue.ts';
import { type Program, ProgramLoad } from './loads/program.ts';
import type { VoltageSource } from './source.ts';
import type { Trace } from './trace.ts';

interface Setup {
	model?: InstrumentKind;
	seed?: number;
	noise?: boolean;
	load?: string;
	trace?: Trace;
	source?: VoltageSource;
	controls?: Partial<BenchControls>;
}

function bench({ model = 'ace', seed = 1, noise = true, load = 'none', trace, source, controls }: Setup): Bench {
	const made = new Bench({ model: models[model], seed, noise, load: parseLoad(load), trace, source });
	Object.assign(made.controls, controls);
	return made;
}

const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values: Float32Array) => {
	const average = mean(values);
	return Math.sqrt(values.reduce((sum, value) => sum + (value - average) ** 2, 0) / values.length);
};
const on = { main: true };

describe('determinism', () => {
	it('gives the same output however many milliseconds a call asks for', () => {
		fc.assert(
			fc.property(
				fc.constantFrom('resistor:330', 'ble', 'sensor', 'tracker', 'power:0.2', 'current:0.3'),
				fc.constantFrom<[InstrumentKind, number]>(['arc', 4], ['ace', 1], ['ace', 5], ['ace', 50]),
				fc.boolean(),
				fc.integer(),
				fc.constantFrom(2.5, 0.05, 0.008),
				fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 6 }),
				(load, [model, samplesPerMs], noise, seed, maxCurrent, parts) => {
					const controls: Partial<BenchControls> = { main: true, mainVoltage: 3.7, maxCurrent, uart: true };
					const total = parts.reduce((sum, part) => sum + part, 0);
					const whole = bench({ model, load, noise, seed, controls }).advance(total, samplesPerMs);
					const cut = bench({ model, load, noise, seed, controls });
					let ms = 0;
					for (const part of parts) {
						const output = cut.advance(part, samplesPerMs);
						const from = ms * samplesPerMs;
						const to = (ms + part) * samplesPerMs;
						expect(output.current).toEqual(whole.current.slice(from, to));
						expect(output.voltage).toEqual(whole.voltage.slice(from, to));
						expect(output.ranges).toEqual(whole.ranges.slice(from, to));
						expect(output.gpi).toEqual(whole.gpi.slice(ms, ms + part));
						expect(output.uart.map((text) => ({ ...text, ms: text.ms + ms }))).toEqual(whole.uart.filter((text) => text.ms >= ms && text.ms < ms + part));
						ms += part;
					}
				},
			),
			{ numRuns: 60 },
		);
	});

	it('differs by seed, and does not depend on the slow channels asked for', () => {
		const controls = { ...on };
		const a = bench({ load: 'resistor:330', controls });
		const b = bench({ load: 'resistor:330', controls });
		for (let i = 0; i < 5; i++) for (const channel of ['vb', 'tp', 'sp'] as const) b.slow(channel);
		expect(a.advance(20, 50).current).toEqual(b.advance(20, 50).current);
		expect(bench({ seed: 2, load: 'resistor:330', controls }).advance(20, 50).current).not.toEqual(a.advance(20, 50).current);
	});
});

describe('an ideal bench', () => {
	it('measures exactly what the load draws at exactly the set voltage', () => {
		const output = bench({ noise: false, load: 'resistor:330', controls: on }).advance(10, 50);
		expect(new Set(output.voltage)).toEqual(new Set([Math.fround(3.3)]));
		expect(new Set(output.current)).toEqual(new Set([Math.fround(3.3 / 330)]));
	});

	it('replays a trace from its first sample when the measurement starts, whatever the voltage, and only while the output is on', () => {
		const trace: Trace = { rate: 2000, current: Float32Array.of(1e-3, 2e-3, 3e-3, 4e-3), end: 'loop' };
		const replay = bench({ noise: false, trace, controls: { main: true, mainVoltage: 0 } });
		replay.advance(1, 1);
		replay.startMeasurement();
		expect([...replay.advance(2, 2).current]).toEqual([...trace.current]);
		replay.controls.main = false;
		expect([...replay.advance(1, 2).current]).toEqual([0, 0]);
	});

	it('has no voltage and no current the moment the output is off', () => {
		const ideal = bench({ noise: false, load: 'resistor:330', controls: on });
		ideal.advance(5, 4);
		ideal.controls.main = false;
		const output = ideal.advance(1, 4);
		expect([...output.current, ...output.voltage]).toEqual(Array(8).fill(0));
	});
});

describe('measurement', () => {
	it.each(['arc', 'ace'] as const)('keeps 10 mA of 330 Ω at 3.3 V within the %s accuracy for any seed', (model) => {
		const { gain, offset, noise, step } = models[model].channels[0].ranges[0];
		for (let seed = 0; seed < 20; seed++) {
			const measured = bench({ model, seed, load: 'resistor:330', controls: on });
			measured.advance(100, 4);
			const { current } = measured.advance(500, model === 'arc' ? 4 : 50);
			expect(Math.abs(mean(current) - 0.01)).toBeLessThan(gain * 0.01 + offset);
			expect(deviation(current)).toBeGreaterThan(noise * 0.9);
			expect(deviation(current)).toBeLessThan(noise * 1.1);
			// The Ace's step is below what a float32 resolves at 10 mA.
			if (model === 'arc') expect(Math.abs(current[0] / step - Math.round(current[0] / step))).toBeLessThan(0.2);
		}
	});

	it('measures voltage with its noise and error, the set-point being exact', () => {
		for (const model of ['arc', 'ace'] as const) {
			const { gain, offset, noise } = models[model].channels[1].ranges[0];
			const measured = bench({ model, seed: 9, load: 'resistor:330', controls: on });
			measured.advance(100, 4);
			const { voltage } = measured.advance(500, 4);
			expect(Math.abs(mean(voltage) - 3.3)).toBeLessThan(gain * 3.3 + offset);
			expect(Math.abs(deviation(voltage) - Math.hypot(noise, model === 'arc' ? 1e-3 / Math.sqrt(12) : 0))).toBeLessThan(noise * 0.15);
		}
	});

	it('ranges up above the limit, down below it with hysteresis, with a brief artefact', () => {
		const at = (milliamps: number, count: number) => Array<number>(count).fill(milliamps * 1e-3);
		const trace: Trace = { rate: 1000, current: Float32Array.from([...at(10, 10), ...at(24, 10), ...at(18, 10), ...at(10, 10), ...at(18, 10)]), end: 'stop' };
		const ranging = bench({ model: 'arc', trace, controls: { main: true, supply: 'dc' } });
		ranging.advance(50, 4);
		ranging.startMeasurement();
		const { ranges, current } = ranging.advance(50, 4);
		expect([...ranges]).toEqual([...Array(40).fill(0), ...Array(80).fill(1), ...Array(80).fill(0)]);
		expect(current[40]).toBeLessThan(24e-3 - 50e-6);
		expect(Math.abs(current[60] - 24e-3)).toBeLessThan(0.5e-3);
	});

	it('never uses the fine range while the high one is forced; the coarse one only above the middle span', () => {
		const trace: Trace = { rate: 1000, current: Float32Array.of(1e-3, 1e-3, 3, 2.6, 2), end: 'stop' };
		const ranges = bench({ model: 'arc', trace, controls: { main: true, supply: 'dc', range: 'high', maxCurrent: 5 } }).advance(5, 4).ranges;
		expect([0, 4, 8, 12, 16].map((i) => ranges[i])).toEqual([1, 1, 2, 2, 1]);
	});

	it('measures 0 A with the output off and a decaying voltage', () => {
		const off = bench({ load: 'resistor:1000', controls: on });
		off.advance(50, 50);
		off.controls.main = false;
		const { current, voltage } = off.advance(60, 50);
		expect(new Set(current)).toEqual(new Set([0]));
		// 20 µF over 1 kΩ and the bleeder.
		expect(voltage[1000]).toBeGreaterThan(1);
		expect(voltage[1000]).toBeLessThan(1.4);
		off.advance(500, 50);
		expect(Math.abs(off.advance(1, 50).voltage[0])).toBeLessThan(3e-3);
	});
});

describe('the source', () => {
	it('ramps at its slew rate and settles within some milliseconds', () => {
		const { voltage } = bench({ load: 'resistor:330', controls: on }).advance(10, 50);
		expect(voltage[50]).toBeCloseTo(0.48, 1);
		expect(voltage[450]).toBeCloseTo(3.3, 2);
	});

	it.each([
		['arc', 'usb', 'low', 3.75],
		['arc', 'usb', 'high', 4.2],
		['arc', 'dc', 'low', 5],
		['ace', 'usb', 'low', 25],
	] as const)('of the %s on %s in the %s range ends at %f V', (model, supply, range, ceiling) => {
		const source = bench({ model, noise: false, controls: { main: true, supply, range, mainVoltage: 30 } });
		expect(source.advance(1, 4).voltage[3]).toBe(Math.fround(ceiling));
	});

	it.each([true, false])('holds the current at the limit, and the voltage falls to what the load needs (noise %s)', (noise) => {
		const limiting = bench({ noise, load: 'resistor:10', controls: { main: true, maxCurrent: 0.1, currentLimitMode: 'limit' } });
		limiting.advance(50, 50);
		const { current, voltage, overCurrent } = limiting.advance(10, 50);
		expect(mean(current)).toBeCloseTo(0.1, 4);
		expect(mean(voltage)).toBeCloseTo(1, 2);
		expect(overCurrent).toBe(-1);
		limiting.controls.maxCurrent = 1;
		limiting.advance(20, 50);
		expect(mean(limiting.advance(1, 50).voltage)).toBeCloseTo(3.3, 2);
	});

	it.each([true, false])('cuts off above the limit, once (noise %s)', (noise) => {
		const trace: Trace = { rate: 1000, current: Float32Array.of(...Array(20).fill(0.01), 0.2, 0.2, 0.01), end: 'stop' };
		const cut = bench({ noise, trace, controls: { main: true, maxCurrent: 0.1, currentLimitMode: 'cutoff' } });
		const output = cut.advance(23, 50);
		expect(output.overCurrent).toBe(20);
		expect(cut.controls.main).toBe(false);
		expect(output.current[999]).toBeCloseTo(0.01, 3);
		expect(new Set(output.current.slice(1050))).toEqual(new Set([0]));
		expect(cut.advance(1, 50).overCurrent).toBe(-1);
	});

	it('supplies about 250 mA from USB, and 5 A only briefly where 2.5 A are continuous', () => {
		const usb = bench({ model: 'arc', load: 'resistor:1', controls: { main: true, mainVoltage: 3.3 } });
		usb.advance(100, 4);
		expect(mean(usb.advance(10, 4).current)).toBeCloseTo(0.25, 2);
		const dc = bench({ model: 'arc', load: 'resistor:1', controls: { main: true, mainVoltage: 4.5, maxCurrent: 5, supply: 'dc' } });
		dc.advance(40, 4);
		expect(mean(dc.advance(10, 4).current)).toBeCloseTo(4.5, 1);
		dc.advance(500, 4);
		expect(mean(dc.advance(10, 4).current)).toBeCloseTo(2.5, 1);
	});

	it.each([true, false])('holds a constant current within its compliance, and sinks nothing from a passive load (noise %s)', (noise) => {
		const source = bench({ noise, load: 'resistor:100', controls: { main: true, powerRegulation: 'current', mainCurrent: 0.02 } });
		source.advance(100, 50);
		const held = source.advance(5, 50);
		expect(mean(held.current)).toBeCloseTo(0.02, 4);
		expect(mean(held.voltage)).toBeCloseTo(2, 2);
		source.controls.mainCurrent = 1;
		source.advance(100, 50);
		expect(mean(source.advance(5, 50).voltage)).toBeCloseTo(25, 1);
		source.controls.mainCurrent = -0.1;
		source.advance(100, 50);
		expect(Math.abs(mean(source.advance(5, 50).current))).toBeLessThan(1e-4);
	});

	it.each(['inline', 'off'] as const)('supplies nothing with %s regulation', (powerRegulation) => {
		const output = bench({ noise: false, load: 'resistor:100', controls: { main: true, powerRegulation } }).advance(2, 4);
		expect([...output.current, ...output.voltage]).toEqual(Array(16).fill(0));
	});

	it.each([true, false])('may be one whose voltage sags with its resistance and the charge drawn (noise %s)', (noise) => {
		let drawnC = 0;
		const source: VoltageSource = {
			get openCircuitV() {
				return 4 - drawnC * 10;
			},
			resistanceOhm: 1,
			draw: (chargeC) => {
				drawnC += chargeC;
			},
		};
		const sagging = bench({ noise, load: 'resistor:39', source, controls: on });
		sagging.advance(20, 50);
		const before = drawnC;
		const { voltage, current } = sagging.advance(100, 50);
		expect(drawnC - before).toBeCloseTo(mean(current) * 0.1, 4);
		expect(mean(voltage)).toBeCloseTo((4 - ((before + drawnC) / 2) * 10) * (39 / 40), 2);
	});

	it('lets a tracker that starves brown out and boot again', () => {
		const starved = bench({ load: 'tracker', controls: { main: true, mainVoltage: 3.3, maxCurrent: 0.1, currentLimitMode: 'limit', uart: true } });
		let text = '';
		for (let i = 0; i < 12; i++) for (const { bytes } of starved.advance(1000, 1).uart) text += new TextDecoder().decode(bytes);
		expect(text).not.toContain('Connecting');
		starved.controls.maxCurrent = 1;
		for (let i = 0; i < 4; i++) for (const { bytes } of starved.advance(1000, 1).uart) text += new TextDecoder().decode(bytes);
		expect(text).toContain('Ready\r\nConnecting...\r\n');
	});
});

describe('the UART and the pins', () => {
	const text = (made: Bench, ms: number) => made.advance(ms, 1).uart;

	it('paces text at the baud rate', () => {
		const made = bench({ noise: false, load: 'sensor', controls: { main: true, uart: true } });
		const pieces = text(made, 200);
		const all = new TextDecoder().decode(Uint8Array.from(pieces.flatMap(({ bytes }) => [...bytes])));
		expect(all).toMatch(/^Sensor node ready\r\nT=\d+\.\d C RH=\d+ %\r\n$/);
		// Printed after 60 ms; 19 bytes take 1.65 ms.
		expect(pieces.slice(0, 2).map(({ ms, bytes }) => [ms, bytes.length])).toEqual([
			[60, 11],
			[61, 8],
		]);
	});

	it('passes no text while the UART is off or the baud rates differ, in either direction', () => {
		for (const controls of [{ uart: false }, { uart: true, uartBaudRate: 9600 }]) {
			const made = bench({ noise: false, load: 'tracker', controls: { main: true, mainVoltage: 4, ...controls } });
			made.uartIn(new TextEncoder().encode('AT\r'));
			expect(text(made, 3000)).toEqual([]);
		}
	});

	it('carries commands to the device under test and answers back', () => {
		const made = bench({ noise: false, load: 'tracker', controls: { main: true, mainVoltage: 4, uart: true } });
		made.advance(2400, 1);
		made.uartIn(new TextEncoder().encode('AT+CBC\r'));
		const answer = text(made, 10).map(({ bytes }) => new TextDecoder().decode(bytes));
		expect(answer.join('')).toBe('+CBC: 4000\r\nOK\r\n');
	});

	it('shows the pulse on GPI 1', () => {
		const { gpi } = bench({ noise: false, load: 'tracker', controls: { main: true, mainVoltage: 4 } }).advance(10_000, 1);
		expect(gpi.reduce((sum, bits) => sum + (bits & 1), 0)).toBe(10);
	});

	it('shows an edge with the first millisecond that begins at it or after it, however many a call asks for', () => {
		class Edges extends ProgramLoad {
			constructor() {
				super({ powerUpV: 1, brownOutV: 0.5, peak: 1e-3 });
			}

			protected override *program(): Program {
				yield this.draw(1e-3, 5000);
				this.levels = 1; // 5 ms
				yield this.draw(1e-3, 2400);
				this.levels = 0; // 7.4 ms
				yield this.draw(1e-3, 3600);
				this.levels = 2; // 11 ms
				yield this.draw(1e-3, 1e9);
			}
		}
		for (const parts of [[16], Array(16).fill(1), [5, 2, 1, 3, 5]]) {
			const made = new Bench({ model: models.ace, seed: 1, noise: false, load: new Edges() });
			Object.assign(made.controls, on);
			expect(parts.flatMap((ms: number) => [...made.advance(ms, 5).gpi])).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 2, 2, 2, 2, 2]);
		}
	});
});

describe('slow channels', () => {
	it('tell rails, temperatures and pins', () => {
		const made = bench({ model: 'arc', controls: { main: true, fourWire: true, supply: 'dc', adcShunt: 0.01 } });
		made.advance(100, 4);
		expect(made.slow('vb')).toBeCloseTo(5.01, 1);
		expect(made.slow('vj')).toBeCloseTo(8, 1);
		expect(made.slow('sp')).toBeCloseTo(3.3, 1);
		expect(Math.abs(made.slow('sn'))).toBeLessThan(5e-3);
		expect(made.slow('ac')).toBeCloseTo(made.slow('av') / 0.01, 9);
		expect(made.slow('tp')).toBeGreaterThan(20);
		made.controls.supply = 'usb';
		expect(made.slow('vj')).toBe(0);
	});
});
