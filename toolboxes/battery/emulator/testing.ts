/** For tests of emulation: simulated instruments on an engine's bench, with supplies that place batteries in them, or that treat them as real ones. */

import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { VirtualClock } from '../../../drivers/clock.ts';
import { MicrojouleError } from '../../../drivers/errors.ts';
import type { Link } from '../../../drivers/link.ts';
import type { Simulator, SimulatorOptions } from '../../../drivers/simulator/simulator.ts';
import { Bench } from '../../../engine/acquisition/bench.ts';
import { simulated } from '../../../engine/acquisition/testing.ts';
import { Project } from '../../../engine/project/project.ts';
import { Gate } from '../../licensing/gate.ts';
import { libraryProfiles } from '../profile/library/library.ts';
import { Supplies, type SupplyChange } from './supplies.ts';

export interface EmulationSetup {
	readonly supplies: Supplies;
	readonly bench: Bench;
	readonly clock: VirtualClock;
	readonly project: Project;
	readonly devices: readonly { readonly id: string; readonly simulator: Simulator }[];
	readonly changes: SupplyChange[];
	/** How often each profile is in use. */
	readonly uses: Map<string, number>;
	setLicence(open: boolean): void;
}

export interface EmulationOptions {
	/** The instruments count as real ones. */
	readonly host?: boolean;
	readonly wrap?: (link: Link) => Link;
}

export async function emulation(options: readonly Partial<SimulatorOptions>[], { host = false, wrap }: EmulationOptions = {}): Promise<EmulationSetup> {
	const setup = await simulated(options, { wrap });
	const project = await Project.create(join(setup.folder, 'project'));
	const { clock, decoder } = setup;
	const bench = await Bench.create({ project, decoder, clock, openPath: async () => setup.devices[0].instrument, discover: async () => [] });
	for (const { instrument } of setup.devices) {
		await instrument.set({ main: false });
		await bench.add(instrument);
	}
	let open = true;
	const gate = new Gate(() => ({ open, until: null, reason: open ? null : 'it was returned' }));
	const uses = new Map<string, number>();
	const devices = setup.devices.map(({ instrument, simulator }) => ({ id: instrument.identity.id, simulator }));
	const supplies = new Supplies({
		bench,
		gate,
		clock,
		profiles: {
			async get(wanted) {
				const found = libraryProfiles.find(({ id, name, battery }) => [id, name, battery.model].includes(wanted));
				if (found) return found;
				throw new MicrojouleError('NOT_FOUND', `There is no battery profile ${wanted}.`);
			},
			use(id) {
				uses.set(id, (uses.get(id) ?? 0) + 1);
				let used = 1;
				return {
					[Symbol.dispose]: () => {
						uses.set(id, (uses.get(id) ?? 0) - used);
						used = 0;
					},
				};
			},
		},
		placeSource: (id) => (host ? undefined : devices.find((device) => device.id === id)?.simulator.source),
	});
	const changes: SupplyChange[] = [];
	supplies.on((change) => changes.push(change));
	onTestFinished(async () => {
		supplies.close();
		await bench.shutdown();
	});
	const setLicence = (licensed: boolean) => {
		open = licensed;
		gate.changed();
	};
	return { supplies, bench, clock, project, devices, changes, uses, setLicence };
}

/** Mean of a channel over the next `durationS` s. */
export async function meanOf({ bench, clock }: EmulationSetup, device: string, channel: string, durationS: number): Promise<number> {
	let sum = 0;
	let count = 0;
	const leave = bench.taps.add({
		samples: (from, _start, column) => {
			if (from.device !== device || from.id !== channel) return;
			for (const value of column) sum += value;
			count += column.length;
		},
		event: () => {},
	});
	await clock.delay(durationS);
	leave();
	return sum / count;
}
