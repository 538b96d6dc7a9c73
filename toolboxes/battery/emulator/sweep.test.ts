/**
 * The emulator against what others measured: currents of an emulator on a real Arc Pro into resistors (its voltages were its own set-points, its currents are
 * independent), and the average supply voltage of a beacon on a modelled coin cell. The leads there had about 0.6 Ω and the resistors are not precise.
 */

import { describe, expect, it } from 'vitest';
import { models } from '../../../drivers/models.ts';
import { Bench } from '../../../drivers/simulator/bench.ts';
import { parseLoad } from '../../../drivers/simulator/loads/catalogue.ts';
import { Resistor } from '../../../drivers/simulator/loads/resistor.ts';
import { Cell } from '../cell.ts';
import { libraryProfiles } from '../profile/library/library.ts';
import { CellModel } from '../profile/model.ts';

/** Profile, load in Ω, measured current in A. */
const measured: readonly (readonly [name: string, ohm: number, currentA: number])[] = [
	['CR2032-Energizer-(25)', 1000, 3.203e-3],
	['CR2032-Energizer-(25)', 100, 29.38e-3],
	['CR2032-Energizer-(25)', 50, 55.86e-3],
	['CR2032-Energizer-(25)', 25, 90.91e-3],
	['CR2032-Energizer-(25)', 12, 139.5e-3],
	['CR123A-GP-(25)', 12, 258.6e-3],
	['CR2-Panasonic-(25)', 12, 262.8e-3],
	['AA-Varta-(25)', 12, 127.4e-3],
	['AAA-Duracell-(25)', 12, 128.8e-3],
	['LiPo-ICP632136HPST-Renata-WiFi-(-10)', 20, 185.4e-3],
	['LiPo-ICP632136HPST-Renata-WiFi-(-10)', 25, 151.9e-3],
	['LiPo-ICP632136HPST-Renata_WiFi-5', 20, 196.8e-3],
];
const leadsOhm = 0.6;

const profileOf = (name: string) => libraryProfiles.find((profile) => profile.name === name) ?? expect.fail(name);
const modelOf = (name: string) => new CellModel(profileOf(name));

/** A with the emulated cell, fresh, into a resistor. */
function emulatedA(name: string, ohm: number): number {
	const bench = new Bench({ model: models.ace, seed: 1, noise: false, load: new Resistor(ohm), source: new Cell(modelOf(name)) });
	Object.assign(bench.controls, { main: true, maxCurrent: 5 });
	bench.advance(100, 50);
	const { current } = bench.advance(100, 50);
	return current.reduce((sum, value) => sum + value, 0) / current.length;
}

const median = (values: readonly number[]) => {
	const sorted = values.toSorted((a, b) => a - b);
	return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
};

it('agrees with independently measured currents, with and without the leads', () => {
	const rows = measured.map(([name, ohm, currentA]) => ({ name, ohm, bare: emulatedA(name, ohm) / currentA - 1, leads: emulatedA(name, ohm + leadsOhm) / currentA - 1 }));
	const percent = (share: number) => `${(100 * share).toFixed(1)} %`.padStart(8);
	for (const { name, ohm, bare, leads } of rows) console.log(`${name.padEnd(40)}${String(ohm).padStart(5)} Ω  without leads ${percent(bare)}   with leads ${percent(leads)}`);
	const errors = (which: 'bare' | 'leads') => rows.map((row) => Math.abs(row[which]));
	console.log(`median of the magnitudes: without leads ${percent(median(errors('bare')))}, with leads ${percent(median(errors('leads')))}`);
	expect(median(errors('bare'))).toBeLessThan(0.03);
	expect(median(errors('leads'))).toBeLessThan(0.03);
	// Of a collapse at 140 mA nobody measured the resistance.
	for (const { ohm, bare, leads } of rows) if (ohm !== 12) expect(Math.min(Math.abs(bare), Math.abs(leads))).toBeLessThan(0.05);
});

describe('a BLE beacon on a CR2032', () => {
	it.each([
		[90, 2.9637],
		[50, 2.941],
		[10, 2.6022],
	])('has an average supply voltage at %i percent of charge of %s V', (soc, expected) => {
		const model = modelOf('CR2032-Energizer-(25)');
		const cell = new Cell(model, { usedC: model.capacityC * (1 - soc / 100) });
		const bench = new Bench({ model: models.ace, seed: 1, noise: true, load: parseLoad('ble'), source: cell });
		bench.controls.main = true;
		bench.advance(2000, 1);
		let voltage = 0;
		let current = 0;
		const spanS = 20;
		for (let ms = 0; ms < spanS * 1000; ms += 50) {
			const output = bench.advance(50, 50);
			for (const value of output.voltage) voltage += value;
			for (const value of output.current) current += value;
		}
		const samples = spanS * 50_000;
		console.log(`${soc} %: ${(voltage / samples).toFixed(4)} V at ${((current / samples) * 1e6).toFixed(2)} µA`);
		expect(current / samples).toBeCloseTo(10e-6, 6);
		expect(Math.abs(voltage / samples - expected)).toBeLessThan(0.01);
	});
});

describe('a sensor node on a CR2032', () => {
	const run = (soc: number) => {
		const model = modelOf('CR2032-Energizer-(25)');
		const bench = new Bench({ model: models.arc, seed: 1, noise: true, load: parseLoad('sensor'), source: new Cell(model, { usedC: model.capacityC * (1 - soc / 100) }) });
		Object.assign(bench.controls, { main: true, uart: true });
		let text = '';
		for (let second = 0; second < 21; second++) for (const { bytes } of bench.advance(1000, 4).uart) text += new TextDecoder().decode(bytes);
		return { starts: text.match(/Sensor node ready/g)?.length ?? 0, reports: text.match(/TX \d/g) ?? [] };
	};

	it('runs while the cell is fresh', () => {
		expect(run(100)).toEqual({ starts: 1, reports: ['TX 1', 'TX 2', 'TX 3', 'TX 4'] });
	});

	it('browns out with its radio at 8 % and starts anew, again and again', () => {
		const { starts, reports } = run(8);
		expect(starts).toBeGreaterThan(3);
		expect(new Set(reports)).toEqual(new Set(['TX 1']));
	});

	it('does not even start at 3 %', () => {
		expect(run(3)).toEqual({ starts: 0, reports: [] });
	});
});
