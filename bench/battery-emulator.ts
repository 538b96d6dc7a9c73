/**
 * What an emulated battery costs the simulator: a simulated Ace's bench at 50 kS/s (an Arc's at 4 kS/s) with the power box, an emulated CR2032, and the
 * same cell in line and sunk, on a load of pulses and a steady one. Meters with their noise included; the wire, the driver and the engine are not.
 */

import { models } from '../drivers/models.ts';
import { Bench as SimulatedBench } from '../drivers/simulator/bench.ts';
import { parseLoad } from '../drivers/simulator/loads/catalogue.ts';
import { Cell } from '../toolboxes/battery/cell.ts';
import { libraryProfiles } from '../toolboxes/battery/profile/library/library.ts';
import { CellModel } from '../toolboxes/battery/profile/model.ts';
import type { BatteryProfile, RcPair } from '../toolboxes/battery/profile/profile.ts';
import { type BenchOptions, figure, inRounds, type Reporter } from './harness.ts';

/** s of the device's time a run. */
const spanS = 4;

/** The cell with two thirds of its resistance in RC pairs: the dearest model there is. */
function withPairs(profile: BatteryProfile): BatteryProfile {
	const tables = profile.tables.map((table) => {
		const pair = (timeConstantS: number): RcPair => ({ resistanceOhm: table.resistanceOhm.map((ohm) => ohm / 3), timeConstantS: table.usedC.map(() => timeConstantS) });
		return { ...table, pairs: [pair(0.005), pair(2)] };
	});
	return { ...profile, tables };
}

/** Adds the emulator's figures to the benchmark `battery`. */
export async function emulatorFigures(report: Reporter, { rounds }: BenchOptions): Promise<void> {
	const coin = libraryProfiles.find(({ battery }) => battery.model === 'CR2032') as BatteryProfile;
	const cellOf = (profile: BatteryProfile) => new Cell(new CellModel(profile));
	for (const [kind, samplesPerMs] of [
		['ace', 50],
		['arc', 4],
	] as const) {
		for (const load of ['ble', 'resistor:330']) {
			const run = (options: Partial<ConstructorParameters<typeof SimulatedBench>[0]>, controls: Partial<SimulatedBench['controls']> = {}) => {
				const made = new SimulatedBench({ model: models[kind], seed: 1, noise: true, load: parseLoad(load), ...options });
				Object.assign(made.controls, { main: true, mainVoltage: 3 }, controls);
				made.advance(100, samplesPerMs);
				return () => {
					const startedAt = performance.now();
					for (let ms = 0; ms < spanS * 1000; ms += 50) made.advance(50, samplesPerMs);
					return ((performance.now() - startedAt) * 1e6) / (spanS * 1000 * samplesPerMs);
				};
			};
			const runs = await inRounds(
				{
					'power box': run({}),
					'emulated cell': run({ source: cellOf(coin) }),
					'emulated cell, two RC pairs': run({ source: cellOf(withPairs(coin)) }),
					'cell in line': run({ cell: cellOf(coin) }, { powerRegulation: 'inline' }),
					'cell sunk at 1 mA': run({ cell: cellOf(coin) }, { powerRegulation: 'current', mainCurrent: -1e-3 }),
				},
				rounds,
			);
			for (const [name, values] of Object.entries(runs))
				report.figure(figure('battery', `simulated ${kind}, ${load}: ${name}`, 'ns/sample', values, name === 'power box' ? {} : { 'power box': runs['power box'] }));
		}
	}
}
