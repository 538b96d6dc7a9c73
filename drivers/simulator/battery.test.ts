import { describe, expect, it } from 'vitest';
import { models } from '../models.ts';
import { Bench, type BenchControls } from './bench.ts';
import { parseLoad } from './loads/catalogue.ts';
import type { VoltageSource } from './source.ts';

/** A battery whose voltage falls by `voltPerC` with the charge drawn, and which counts. */
class Battery implements VoltageSource {
	drawnC = 0;
	timeS = 0;
	/** Durations of draw() while current flowed. */
	readonly steps = new Set<number>();
	readonly fullV: number;
	readonly resistanceOhm: number;
	readonly voltPerC: number;

	constructor(fullV: number, resistanceOhm: number, voltPerC = 0) {
		this.fullV = fullV;
		this.resistanceOhm = resistanceOhm;
		this.voltPerC = voltPerC;
	}

	get openCircuitV(): number {
		return this.fullV - this.voltPerC * this.drawnC;
	}

	draw(chargeC: number, durationS: number): void {
		this.drawnC += chargeC;
		this.timeS += durationS;
		if (chargeC !== 0) this.steps.add(Math.round(durationS * 1e6));
	}
}

interface Setup {
	readonly source?: VoltageSource;
	readonly cell?: VoltageSource;
	readonly load?: string;
	readonly noise?: boolean;
	readonly model?: 'arc' | 'ace';
	readonly controls?: Partial<BenchControls>;
}

function bench({ source, cell, load = 'none', noise = false, model = 'ace', controls }: Setup): Bench {
	const made = new Bench({ model: models[model], seed: 1, noise, load: parseLoad(load), source, cell });
	Object.assign(made.controls, { main: true, maxCurrent: 5 }, controls);
	return made;
}

const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

describe('an emulated battery', () => {
	it('is told of every sample, and of rest by the millisecond', () => {
		const source = new Battery(3, 10);
		const made = bench({ source, load: 'resistor:90' });
		made.advance(3, 50);
		expect([...source.steps]).toEqual([20]);
		expect(source.timeS).toBeCloseTo(3e-3, 9);
		expect(source.drawnC).toBeCloseTo(0.03 * 3e-3, 7);
		made.controls.main = false;
		const { drawnC } = source;
		expect(new Set(made.advance(2, 50).voltage)).toEqual(new Set([0]));
		expect(source.drawnC).toBe(drawnC);
		expect(source.timeS).toBeCloseTo(5e-3, 9);
	});

	it.each([
		['resistor:20', (v: number) => v / 20],
		['current:0.05', () => 0.05],
		['power:0.1', (v: number) => 0.1 / v],
	])('has V = OCV − I·R with %s, whatever the sample rate', (load, currentOf) => {
		for (const [model, samples] of [
			['arc', 4],
			['ace', 50],
			['ace', 1],
		] as const) {
			const made = bench({ source: new Battery(3, 8), load, model, controls: { supply: 'dc' } });
			made.advance(5, samples);
			const { current, voltage } = made.advance(1, samples);
			expect(mean(current)).toBeCloseTo(currentOf(mean(voltage)), 6);
			expect(mean(voltage)).toBeCloseTo(3 - 8 * mean(current), 6);
		}
	});

	it('collapses under a load that it cannot hold, and recovers', () => {
		const source = new Battery(3, 20);
		const made = bench({ source, load: 'power:0.15' }); // OCV²/4R is 0.1125 W
		const { voltage } = made.advance(10, 50);
		expect(voltage[499]).toBeLessThan(1);
		const short = bench({ source, load: 'current:1' });
		expect(mean(short.advance(10, 50).current)).toBeLessThan(0.16);
	});

	it('rises as any output does, and then follows a step of the load at once', () => {
		const made = bench({ source: new Battery(3, 10), load: 'sensor', noise: true });
		const rising = made.advance(10, 50).voltage;
		expect(rising[50]).toBeCloseTo(0.48, 1);
		made.advance(1090, 50);
		const { current, voltage } = made.advance(20, 50);
		const step = current.findIndex((value) => value > 1e-3);
		expect(step).toBeGreaterThan(0);
		expect(voltage[step - 1]).toBeCloseTo(3, 2);
		expect(voltage[step]).toBeCloseTo(3 - 10 * current[step], 2);
	});

	it('obeys the ceiling, the limit and the cut-off of the instrument', () => {
		const clipped = bench({ model: 'arc', source: new Battery(4.2, 1), load: 'resistor:1000' });
		expect(mean(clipped.advance(1, 4).voltage)).toBeCloseTo(3.75, 6);
		const limited = bench({ source: new Battery(4, 1), load: 'resistor:9', controls: { maxCurrent: 0.1, currentLimitMode: 'limit' } });
		limited.advance(5, 50);
		const { current, voltage } = limited.advance(1, 50);
		expect(mean(current)).toBeCloseTo(0.1, 6);
		expect(mean(voltage)).toBeCloseTo(0.9, 3);
		const cut = bench({ source: new Battery(4, 1), load: 'resistor:9', controls: { maxCurrent: 0.1, currentLimitMode: 'cutoff' } });
		expect(cut.advance(2, 50).overCurrent).toBe(0);
		expect(cut.controls.main).toBe(false);
	});

	it('takes the place of the power box on a live output, and gives it back', () => {
		const made = bench({ load: 'resistor:90', controls: { mainVoltage: 3.3 } });
		expect(mean(made.advance(1, 50).voltage)).toBeCloseTo(3.3, 6);
		const source = new Battery(3, 10);
		made.source(source);
		made.advance(1, 50);
		expect(mean(made.advance(1, 50).voltage)).toBeCloseTo(2.7, 6);
		made.source();
		const { drawnC } = source;
		expect(mean(made.advance(1, 50).voltage)).toBeCloseTo(3.3, 6);
		expect(source.drawnC).toBe(drawnC);
		expect(made.controls.main).toBe(true);
	});

	it('that sags makes a device brown out, again and again, each time held in reset', () => {
		const made = bench({ source: new Battery(2.5, 100), load: 'sensor', controls: { uart: true } }); // 6.5 mA of its start pulls 0.65 V, 13.5 mA of its radio 1.35 V
		let text = '';
		for (let second = 0; second < 20; second++) for (const { bytes } of made.advance(1000, 1).uart) text += new TextDecoder().decode(bytes);
		expect(text.match(/Sensor node ready/g)?.length).toBeGreaterThan(2);
		expect(text).toContain('TX 1');
		expect(text).not.toContain('TX 2');
		const weak = bench({ source: new Battery(2.2, 100), load: 'sensor' });
		const { current } = weak.advance(1000, 50);
		// It never gets beyond its start, which fails a hundred times a second, not with every step.
		const starts = Array.from(current).filter((value, i) => value > 1e-3 && !(current[i - 1] > 1e-3)).length;
		expect(starts).toBeGreaterThan(50);
		expect(starts).toBeLessThan(150);
	});
});

describe('a cell at the terminals', () => {
	it('feeds the load through the ammeter in line', () => {
		const cell = new Battery(3, 10);
		const made = bench({ cell, load: 'resistor:90', controls: { powerRegulation: 'inline', maxCurrent: 0.001 } });
		made.advance(1, 50);
		const { current, voltage } = made.advance(1, 50);
		expect(mean(current)).toBeCloseTo(0.03, 6);
		expect(mean(voltage)).toBeCloseTo(2.7, 6);
		expect([...cell.steps]).toEqual([20]);
	});

	it.each(['inline', 'off', 'voltage', 'current'] as const)('shows its voltage and gives nothing while the output is off (%s)', (powerRegulation) => {
		const cell = new Battery(3, 10);
		const { current, voltage } = bench({ cell, load: 'resistor:90', controls: { main: powerRegulation === 'off', powerRegulation } }).advance(2, 50);
		expect(new Set(current)).toEqual(new Set([0]));
		expect(new Set(voltage)).toEqual(new Set([3]));
		expect(cell).toMatchObject({ drawnC: 0 });
		expect(cell.timeS).toBeCloseTo(2e-3, 9);
	});

	it('is discharged and charged by a constant current, exactly', () => {
		const cell = new Battery(3, 10, 100);
		const made = bench({ cell, controls: { powerRegulation: 'current', mainCurrent: -0.02 } });
		const { current, voltage } = made.advance(50, 50);
		expect(new Set(current)).toEqual(new Set([Math.fround(-0.02)]));
		expect(cell.drawnC).toBeCloseTo(0.02 * 0.05, 12);
		expect(voltage[0]).toBeCloseTo(2.8, 6);
		expect(voltage[2499]).toBeCloseTo(2.8 - 100 * 0.02 * 0.05, 4);
		made.controls.mainCurrent = 0.02;
		expect(made.advance(50, 50).voltage[0]).toBeCloseTo(3 - 0.1 + 0.2, 6);
		expect(cell.drawnC).toBeCloseTo(0, 12);
	});

	it('gives what it has when more is to be sunk, and never less than 0 V', () => {
		const { current, voltage } = bench({ cell: new Battery(3, 10), controls: { powerRegulation: 'current', mainCurrent: -1 } }).advance(1, 50);
		expect(mean(current)).toBeCloseTo(-0.3, 6);
		expect(mean(voltage)).toBeCloseTo(0, 6);
	});

	it('is charged no higher than the instrument supplies', () => {
		const { current, voltage } = bench({ model: 'arc', cell: new Battery(3.7, 1), controls: { powerRegulation: 'current', mainCurrent: 0.2 } }).advance(1, 4);
		expect(mean(voltage)).toBeCloseTo(3.75, 6);
		expect(mean(current)).toBeCloseTo(0.05, 6);
	});

	it('is charged and discharged towards a constant voltage within the limits', () => {
		const cell = new Battery(3, 10);
		const made = bench({ cell, controls: { mainVoltage: 3.2 } });
		expect(mean(made.advance(1, 50).current)).toBeCloseTo(0.02, 6);
		made.controls.mainVoltage = 2.9;
		expect(mean(made.advance(1, 50).current)).toBeCloseTo(-0.01, 6);
		made.controls.mainVoltage = 1; // it sinks no more than 0.1 A by itself
		const sunk = made.advance(1, 50);
		expect(mean(sunk.current)).toBeCloseTo(-0.1, 6);
		expect(mean(sunk.voltage)).toBeCloseTo(2, 6);
		Object.assign(made.controls, { mainVoltage: 4, maxCurrent: 0.05, currentLimitMode: 'limit' });
		const held = made.advance(1, 50);
		expect(mean(held.current)).toBeCloseTo(0.05, 6);
		expect(mean(held.voltage)).toBeCloseTo(3.5, 6);
		made.controls.currentLimitMode = 'cutoff';
		const cut = made.advance(2, 50);
		expect(cut.overCurrent).toBe(0);
		expect(made.controls.main).toBe(false);
		expect(cut.voltage[60]).toBe(3);
	});

	it('the wrong way round shows a negative voltage, and nothing can be sunk from it', () => {
		const cell = new Battery(-3, 10);
		const made = bench({ cell, load: 'resistor:90', controls: { powerRegulation: 'current', mainCurrent: -0.1 } });
		const { current, voltage } = made.advance(1, 50);
		expect([mean(current), mean(voltage)]).toEqual([0, -3]);
		made.controls.powerRegulation = 'inline';
		made.advance(1, 50);
		expect(mean(made.advance(1, 50).current)).toBeCloseTo(-0.03, 6);
	});

	it('without resistance is not shorted by the voltage it has', () => {
		expect(mean(bench({ cell: new Battery(3, 0), controls: { mainVoltage: 3 } }).advance(1, 50).current)).toBeCloseTo(0, 6);
	});
});
