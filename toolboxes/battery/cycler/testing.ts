/** For tests of runs: a bench of simulated instruments, each with a cell at its terminals, on a virtual clock. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { ArcInstrument } from '../../../drivers/arc/instrument.ts';
import { VirtualClock } from '../../../drivers/clock.ts';
import type { InstrumentKind } from '../../../drivers/instrument.ts';
import { openSerialLink } from '../../../drivers/serial-link.ts';
import { parseLoad } from '../../../drivers/simulator/loads/catalogue.ts';
import { MemoryBinding } from '../../../drivers/simulator/memory-binding.ts';
import { createSimulator, type Simulator } from '../../../drivers/simulator/simulator.ts';
import type { VoltageSource } from '../../../drivers/simulator/source.ts';
import { Bench } from '../../../engine/acquisition/bench.ts';
import { DecodePool } from '../../../engine/decode/pool.ts';
import { Project } from '../../../engine/project/project.ts';
import { Gate } from '../../licensing/gate.ts';
import { Cell } from '../cell.ts';
import { CellModel } from '../profile/model.ts';
import type { BatteryProfile } from '../profile/profile.ts';

/** A small coin cell: 5 mAh, a knee at its end, a resistance that trebles. */
export const smallCell: BatteryProfile = {
	id: '4a3b7c52-5a0e-4a5e-9b57-0d7f3f3a9c01',
	name: 'small cell',
	battery: { model: 'small', nominalCapacityC: 18 },
	tables: [
		{
			id: 'small',
			temperatureC: 20,
			usedC: Float64Array.of(0, 1.8, 3.6, 7.2, 10.8, 14.4, 16.2, 17.1, 17.55, 18),
			openCircuitV: Float64Array.of(3.2, 3.05, 3.0, 2.97, 2.93, 2.87, 2.79, 2.68, 2.58, 2.2),
			resistanceOhm: Float64Array.of(12, 12.5, 13, 14, 15.5, 18, 22, 27, 32, 38),
			pairs: [],
		},
	],
};

export interface CellOnBench {
	readonly id: string;
	readonly simulator: Simulator;
	readonly cell: Cell;
}

export interface CellBench {
	readonly bench: Bench;
	readonly clock: VirtualClock;
	readonly gate: Gate;
	/** Locks the toolbox. */
	lock(): void;
	readonly cells: readonly CellOnBench[];
	readonly folder: string;
}

export interface CellBenchOptions {
	readonly kind?: InstrumentKind;
	/** One instrument for each. */
	readonly cells?: readonly Cell[];
	/** In place of the cells themselves. */
	readonly sources?: readonly VoltageSource[];
	readonly noise?: boolean;
}

export const freshCell = (profile: BatteryProfile = smallCell, usedC = 0): Cell => new Cell(new CellModel(profile), { usedC });

/** Closed, and its folder gone, when the test is over. */
export async function cellBench({ kind = 'ace', cells = [freshCell()], sources = cells, noise = true }: CellBenchOptions = {}): Promise<CellBench> {
	const clock = new VirtualClock();
	const folder = mkdtempSync(join(tmpdir(), 'microjoule-cycler-'));
	const decoder = new DecodePool();
	const project = await Project.openOrCreate(join(folder, 'project'));
	const bench = await Bench.create({ project, decoder, clock, openPath: () => Promise.reject(new Error('no ports here')), discover: async () => [] });
	const placed: CellOnBench[] = [];
	for (const [index, cell] of cells.entries()) {
		const simulator = createSimulator({ kind, load: parseLoad('none'), cell: sources[index], noise, seed: index + 1, clock, name: `cell ${index + 1}`, supply: 'dc' });
		const binding = new MemoryBinding();
		const instrument = await ArcInstrument.open(await openSerialLink(simulator.attachMemory(binding), { binding }), clock, { simulated: true });
		await bench.add(instrument);
		placed.push({ id: instrument.identity.id, simulator, cell });
	}
	onTestFinished(async () => {
		await bench.shutdown();
		for (const { simulator } of placed) await simulator.close();
		await project.close();
		await decoder.close();
		rmSync(folder, { recursive: true, force: true });
	});
	let open = true;
	const gate = new Gate(() => ({ open, until: null, reason: open ? null : 'the licence was returned' }));
	return {
		bench,
		clock,
		gate,
		cells: placed,
		folder,
		lock() {
			open = false;
			gate.changed();
		},
	};
}
