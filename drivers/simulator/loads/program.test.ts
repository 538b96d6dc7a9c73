import { describe, expect, it } from 'vitest';
import { parseLoad } from './catalogue.ts';
import type { Load } from './load.ts';

/** Runs `load` at a constant voltage; returns its charge in C and what it printed and when. */
function run(load: Load, voltage: number, ms: number, samplesPerMs = 4) {
	const block = new Float64Array(samplesPerMs);
	const perMs = new Float64Array(ms);
	const lines: { ms: number; text: string }[] = [];
	const pulses: number[] = [];
	let peak = 0;
	let charge = 0;
	let level = load.levels & 1;
	const decoder = new TextDecoder();
	for (let i = 0; i < ms; i++) {
		load.fill(voltage, block, 0, samplesPerMs, 1000 / samplesPerMs);
		let sum = 0;
		for (const value of block) {
			sum += value;
			peak = Math.max(peak, value);
		}
		perMs[i] = sum / samplesPerMs;
		charge += perMs[i] * 1e-3;
		const printed = load.uart?.take();
		if (printed) for (const text of decoder.decode(printed).split('\r\n').filter(Boolean)) lines.push({ ms: i, text });
		if ((load.levels & 1) > level) pulses.push(i);
		level = load.levels & 1;
	}
	return { charge, perMs, lines, pulses, peak };
}

describe('the BLE beacon', () => {
	it('draws 28.24 µJ at 3.3 V in an event of 2.98 ms and 1.61 µA between events', () => {
		const load = parseLoad('ble');
		load.seed?.(7);
		run(load, 3.3, 10);
		// 20 µs: every piece of an event is a whole number of 10 µs.
		const samples = new Float64Array(10_000_000 / 20);
		load.fill(3.3, samples, 0, samples.length, 20);
		const events: { charge: number; start: number; end: number }[] = [];
		let open = false;
		let asleep = 0;
		for (let i = 0; i < samples.length; i++) {
			const active = samples[i] > 2e-6;
			if (active && !open) events.push({ charge: 0, start: i, end: i });
			open = active;
			if (!active) {
				if (samples[i] === 1.61e-6) asleep++;
				continue;
			}
			const event = events[events.length - 1];
			event.charge += samples[i] * 20e-6;
			event.end = i + 1;
		}
		expect(asleep).toBe(samples.length - events.reduce((sum, event) => sum + event.end - event.start, 0));
		expect(events.length).toBeGreaterThanOrEqual(9);
		const starts = new Set(events.map((event, i) => (i === 0 ? 0 : event.start - events[i - 1].start)));
		expect(starts.size).toBeGreaterThan(3);
		for (const event of events) {
			const edges = (event.end - event.start) * 20e-6 - 2.98e-3;
			expect(edges).toBeGreaterThan(-1e-9);
			expect(edges).toBeLessThan(41e-6);
			expect(Math.abs((event.charge - edges * 1.61e-6) * 3.3 - 28.24e-6)).toBeLessThan(1e-14);
		}
		const largest = samples.reduce((most, value) => Math.max(most, value));
		expect(largest).toBeGreaterThan(9.5e-3);
		expect(largest).toBeLessThan(10.5e-3);
	});

	it('draws the same charge at every sample rate', () => {
		const charges = [1, 2, 4, 5, 10, 25, 50].map((samplesPerMs) => {
			const load = parseLoad('ble');
			load.seed?.(3);
			return run(load, 3, 3000, samplesPerMs).charge;
		});
		for (const charge of charges) expect(Math.abs(charge / charges[0] - 1)).toBeLessThan(1e-12);
	});
});

describe('the sensor node', () => {
	it('sleeps at µA, reads every second, reports every fifth time', () => {
		const { perMs, lines, pulses, peak } = run(parseLoad('sensor'), 3.3, 20_500);
		expect(lines[0].text).toBe('Sensor node ready');
		expect(lines.filter((line) => line.text.startsWith('T=')).length).toBe(21);
		expect(lines.filter((line) => line.text.startsWith('TX ')).length).toBe(4);
		expect(pulses.length).toBe(4);
		expect(pulses[1] - pulses[0]).toBe(5000);
		expect(peak).toBe(45e-3);
		expect([...perMs].sort((a, b) => a - b)[10_000]).toBe(2.4e-6);
	});
});

describe('the tracker', () => {
	it('boots once, then connects, transmits and sleeps in cycles of 15 s at 45 to 55 mA and 2 to 4 J at 4 V', () => {
		const load = parseLoad('tracker');
		load.seed?.(5);
		const { perMs, lines, pulses } = run(load, 4, 80_000);
		expect(lines.map((line) => line.text).slice(0, 7)).toEqual(['Ready', 'Connecting...', 'OK', 'Entering sleep mode', 'Connecting...', 'OK', 'Entering sleep mode']);
		expect(lines.filter((line) => line.text === 'Ready').length).toBe(1);
		const energy = (from: number, to: number) => perMs.subarray(from, to).reduce((sum, value) => sum + value * 4 * 1e-3, 0);
		const starts = lines.filter((line) => line.text === 'Connecting...').map((line) => line.ms);
		expect(starts.length).toBe(6);
		expect(pulses.length).toBe(6);
		for (let i = 1; i < starts.length; i++) {
			expect(starts[i] - starts[i - 1]).toBe(15_000);
			expect(pulses[i] - pulses[i - 1]).toBe(15_000);
			for (const cycle of [energy(starts[i - 1], starts[i]), energy(pulses[i - 1], pulses[i])]) {
				expect(cycle).toBeGreaterThan(2);
				expect(cycle).toBeLessThan(4);
				expect(cycle / 4 / 15).toBeGreaterThan(45e-3);
				expect(cycle / 4 / 15).toBeLessThan(55e-3);
			}
		}
	});

	it('draws more current as its voltage falls', () => {
		const charge = (voltage: number) => run(parseLoad('tracker'), voltage, 5000).charge;
		expect(charge(3.2) / charge(4)).toBeCloseTo(4 / 3.2, 9);
	});

	it('browns out below 2.9 V and boots again from 3.1 V', () => {
		const load = parseLoad('tracker');
		run(load, 4, 4000);
		const brownOut = run(load, 2.89, 100);
		expect(brownOut.lines).toEqual([]);
		expect(brownOut.peak).toBeLessThan(10e-6);
		expect(run(load, 3.05, 3000).lines).toEqual([]);
		expect(run(load, 3.2, 3000).lines.map((line) => line.text)).toEqual(['Ready', 'Connecting...']);
		expect(run(load, 2.95, 100).peak).toBeGreaterThan(0.05);
	});

	it('answers AT commands once it is ready', () => {
		const load = parseLoad('tracker');
		const ask = (text: string, voltage = 3.8) => {
			load.uart?.receive(new TextEncoder().encode(text));
			return run(load, voltage, 1).lines.map((line) => line.text);
		};
		expect(ask('AT\r')).toEqual([]);
		run(load, 3.8, 2400);
		expect(ask('AT\r')).toEqual(['OK']);
		expect(ask('a')).toEqual([]);
		expect(ask('t\r\n')).toEqual(['OK']);
		expect(ask('ATI\r')).toEqual(['Microjoule simulated tracker', 'Revision: 1.4.2', 'OK']);
		expect(ask('AT+CSQ\r')[0]).toMatch(/^\+CSQ: \d+,99$/);
		expect(ask('AT+CBC\r')).toEqual(['+CBC: 3800', 'OK']);
		expect(ask('AT+NOPE\rconstructor\r')).toEqual(['ERROR', 'ERROR']);
	});
});
