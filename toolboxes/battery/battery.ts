/**
 * The battery toolbox of a running engine: its profiles, the supply of each device, discharges that make profiles. Whoever serves it, over HTTP or to
 * scripts, comes through here. Works only while the gate is open: when it closes, what is emulated becomes a constant voltage on an output that stays as
 * it is, and discharges end with the output off.
 */

import { join } from 'node:path';
import type { Clock } from '../../drivers/clock.ts';
import { MicrojouleError } from '../../drivers/errors.ts';
import type { Bench } from '../../engine/acquisition/bench.ts';
import type { Gate } from '../licensing/gate.ts';
import { occupy } from './cycler/occupied.ts';
import type { Runs } from './cycler/runs.ts';
import { parseScript } from './cycler/script.ts';
import type { Emulator } from './emulator/emulator.ts';
import { type EmulatorChoice, type PlaceSource, Supplies } from './emulator/supplies.ts';
import { ProfileStore } from './profile/profile-store.ts';
import { Profiler, runsFolder } from './profiler/profiler.ts';
import { ProfilingSession } from './profiler/protocol-profiling.ts';
import type { BatteryChange, ChangeEmulator, Run, SetSupply, StartRun, StartValidation, Supply } from './schemas.ts';
import { Validation } from './validation/validation.ts';

export interface BatteryOptions {
	readonly bench: Bench;
	readonly gate: Gate;
	readonly clock: Clock;
	/** Profiles and runs lie there. */
	readonly dataFolder: string;
	/** What puts a source in place of a simulated device's power box; undefined for any other device. */
	readonly placeSource: (deviceId: string) => PlaceSource | undefined;
}

export class Battery implements AsyncDisposable {
	readonly bench: Bench;
	readonly gate: Gate;
	readonly profiles: ProfileStore;
	readonly supplies: Supplies;
	/** Discharges that make profiles. */
	readonly profiler: Profiler;
	/** Cycles that show what a cell gives and takes. */
	readonly validation: Validation;
	readonly #clock: Clock;
	readonly #sessions = new Map<string, ProfilingSession>();
	/** Changes of the list of profiles. */
	#revision = 0;

	/** DISK. */
	static async open(options: BatteryOptions): Promise<Battery> {
		const profiles = await ProfileStore.open(join(options.dataFolder, 'battery-profiles'));
		return new Battery(options, profiles);
	}

	private constructor({ bench, gate, clock, dataFolder, placeSource }: BatteryOptions, profiles: ProfileStore) {
		this.bench = bench;
		this.gate = gate;
		this.#clock = clock;
		this.profiles = profiles;
		this.supplies = new Supplies({ bench, gate, clock, profiles, placeSource });
		const folder = runsFolder(dataFolder);
		this.profiler = new Profiler({ bench, gate, clock, profiles, folder });
		this.validation = new Validation({ bench, gate, clock, folder });
		profiles.on(() => this.#revision++);
	}

	/** A script's discharge of the cell at a device. INVALID_VALUE while a battery is emulated there. */
	profiling(deviceId: string): ProfilingSession {
		this.#requirePowerBox(deviceId);
		let session = this.#sessions.get(deviceId);
		if (!session) {
			session = new ProfilingSession({ bench: this.bench, gate: this.gate, clock: this.#clock, deviceId });
			this.#sessions.set(deviceId, session);
		}
		return session;
	}

	/** Switches the output off. NO_LICENCE, NOT_FOUND, INVALID_VALUE; DEVICE_BUSY while a cell is discharged there. */
	async emulate(deviceId: string, choice: EmulatorChoice): Promise<Emulator> {
		using _held = occupy(this.bench, deviceId);
		return await this.supplies.setEmulator(deviceId, choice);
	}

	/** Switches the output off. As `emulate`. */
	async setSupply(deviceId: string, supply: SetSupply): Promise<Supply> {
		if (supply.mode === 'power-box') await this.supplies.setPowerBox(deviceId);
		else await this.emulate(deviceId, supply);
		return this.supplies.status(deviceId);
	}

	/** The output stays as it is; all is checked before anything is changed. NOT_FOUND where nothing is emulated, INVALID_VALUE. */
	async changeEmulator(deviceId: string, { profileId, keep, soc, usedC, tracking }: ChangeEmulator): Promise<Supply> {
		const emulator = this.supplies.get(deviceId);
		if (!emulator) throw new MicrojouleError('NOT_FOUND', `The supply of ${deviceId} is the power box: no battery is emulated there.`, { id: deviceId });
		if (soc !== undefined && usedC !== undefined)
			throw new MicrojouleError('INVALID_VALUE', `soc is ${soc} % and usedC ${usedC} C; they exclude each other, so give one of them.`, { soc, usedC });
		if (profileId !== undefined && usedC !== undefined)
			throw new MicrojouleError('INVALID_VALUE', `usedC is ${usedC} C of another profile; change the profile first, then what is used of it.`, { profileId, usedC });
		if (profileId !== undefined) emulator.updateProfile(await this.profiles.get(profileId), keep === 'soc' ? 'keep_soc' : 'reset');
		if (soc !== undefined) emulator.setSoc(soc);
		if (usedC !== undefined) emulator.setUsedC(usedC);
		if (tracking !== undefined) emulator.tracking = tracking;
		return this.supplies.status(deviceId);
	}

	/** Starts to profile a cell on each device. NO_LICENCE, NOT_FOUND, NOT_SUPPORTED, INVALID_VALUE, ALREADY_EXISTS, DEVICE_BUSY, DISK. */
	profile(asked: StartRun): Promise<Run> {
		for (const device of asked.devices) this.#requirePowerBox(device);
		return this.profiler.start(asked);
	}

	/** Starts to validate a cell on each device. As `profile`, with the place in the script. */
	validate({ devices, script: text, name, record = false }: StartValidation): Promise<Run> {
		for (const device of devices) this.#requirePowerBox(device);
		const { name: called = 'validation', script, limits } = parseScript(text, 'script');
		return this.validation.validate({ name: name ?? called, devices, script, limits, cell: {}, record });
	}

	/** Goes on with a run that stopped. As `profile`. */
	resume(id: string): Promise<Run> {
		const runs = this.runsWith(id);
		for (const { deviceId } of runs.get(id).cells) this.#requirePowerBox(deviceId);
		return runs.resume(id);
	}

	/** Of both kinds, latest first. */
	runs(): Run[] {
		return [...this.profiler.list(), ...this.validation.list()].sort((a, b) => b.startedAt.localeCompare(a.startedAt));
	}

	/** Where the run of this id is; where there is none, whoever is asked for it says so. */
	runsWith(id: string): Runs {
		return this.validation.has(id) ? this.validation : this.profiler;
	}

	/** What the page shows. */
	state(): Omit<BatteryChange, 'type'> {
		return { supplies: this.bench.devices().map(({ id }) => this.supplies.status(id)), runs: this.runs(), profiles: this.#revision };
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await Promise.all([...this.#sessions.values()].map((session) => session.close()));
		await Promise.all([this.profiler.close(), this.validation.close()]);
		this.supplies.close();
	}

	/** An instrument that stands for a battery cannot discharge one. */
	#requirePowerBox(deviceId: string): void {
		const emulator = this.supplies.get(deviceId);
		if (emulator)
			throw new MicrojouleError('INVALID_VALUE', `${deviceId} emulates ${emulator.profile.name}; make its supply the power box before a cell is discharged with it.`, {
				id: deviceId,
			});
	}
}
