/**
 * Which supply each device has: the power box, a constant voltage that every device begins with, or an emulated battery. In a simulated instrument
 * the battery takes the power box's place and follows every sample; on any other a loop on this computer sets the voltage (`host-loop.ts`).
 *
 *     setEmulator ──► Emulator ── Cell ──┬── placed in the simulated output stage
 *                                        └── HostLoop ──SET──► instrument
 *
 * Setting a supply switches the output off first. When the licence ends, outputs are left as they are: the battery freezes into a power box of its
 * present voltage. Each emulator lives until another supply is set, its device is gone, or the licence is.
 */

import type { Clock } from '../../../drivers/clock.ts';
import { MicrojouleError } from '../../../drivers/errors.ts';
import type { PlacedSource, VoltageSource } from '../../../drivers/simulator/source.ts';
import type { Bench } from '../../../engine/acquisition/bench.ts';
import type { Gate } from '../../licensing/gate.ts';
import type { BatteryProfile } from '../profile/profile.ts';
import type { Supply } from '../schemas.ts';
import { Ceiling, ceilingProblem } from './ceiling.ts';
import { Emulator, type EmulatorSettings } from './emulator.ts';
import { failureOf, HostLoop } from './host-loop.ts';

/** Puts a battery in place of a simulated instrument's power box, or that back. */
export type PlaceSource = (source?: VoltageSource) => PlacedSource;

export interface SuppliesOptions {
	readonly bench: Pick<Bench, 'set' | 'device' | 'instrument' | 'taps' | 'on'>;
	readonly gate: Gate;
	readonly clock: Clock;
	readonly profiles: {
		/** By id or name. NOT_FOUND. */
		get(idOrName: string): Promise<BatteryProfile>;
		/** Marks it as in use until disposed. */
		use(id: string, by: string): Disposable;
	};
	/** Undefined for a device that is not simulated in this process. */
	readonly placeSource: (deviceId: string) => PlaceSource | undefined;
}

export interface EmulatorChoice extends EmulatorSettings {
	/** Id or name. */
	readonly profileId: string;
}

/** A change of a device's supply, or of its battery; `problem` where an emulation ended by itself. */
export interface SupplyChange {
	readonly deviceId: string;
	readonly problem?: string;
}

/** An emulated battery as it is connected. */
interface Connected {
	readonly emulator: Emulator;
	readonly loop?: HostLoop;
	readonly place?: PlaceSource;
	/** V, the power box's own. */
	readonly mainVoltage: number;
}

export class Supplies {
	readonly #options: SuppliesOptions;
	readonly #connected = new Map<string, Connected>();
	/** By device: why its emulation ended by itself, until a supply is set. */
	readonly #endedBecause = new Map<string, string>();
	readonly #listeners = new Set<(change: SupplyChange) => void>();
	readonly #turns = new Map<string, Promise<unknown>>();
	readonly #leave: (() => void)[];

	constructor(options: SuppliesOptions) {
		this.#options = options;
		this.#leave = [
			options.gate.on(() => {
				if (!options.gate.isOpen('battery')) for (const id of [...this.#connected.keys()]) this.#freeze(id);
			}),
			options.bench.on((change) => {
				if (change.type === 'device-closed') this.#end(change.id);
				else if (change.type === 'device' && !change.device.connected) this.#end(change.device.id, `${change.device.name} is gone.`);
			}),
		];
	}

	/** The emulated battery that is the device's supply; undefined: the power box is. */
	get(deviceId: string): Emulator | undefined {
		return this.#connected.get(deviceId)?.emulator;
	}

	/** By its id. NOT_FOUND, also for one that is no longer a supply. */
	emulator(id: string): Emulator {
		for (const { emulator } of this.#connected.values()) if (emulator.id === id) return emulator;
		throw new MicrojouleError('NOT_FOUND', `There is no battery emulator ${id}: none of this id has been set, or another supply has been set since.`, { id });
	}

	status(deviceId: string): Supply {
		const emulator = this.get(deviceId);
		return emulator ? { deviceId, mode: 'battery-emulator', emulator: emulator.status() } : { deviceId, mode: 'power-box', endedBecause: this.#endedBecause.get(deviceId) };
	}

	/** Switches the output off. NOT_FOUND, DEVICE_GONE. */
	setPowerBox(deviceId: string): Promise<void> {
		return this.#inTurn(deviceId, async () => {
			const { bench } = this.#options;
			await bench.set(deviceId, { main: false });
			this.#endedBecause.delete(deviceId);
			const connected = this.#connected.get(deviceId);
			if (!connected) return;
			this.#end(deviceId);
			if (connected.loop) await bench.set(deviceId, { mainVoltage: connected.mainVoltage });
		});
	}

	/** Switches the output off; bad input leaves everything as it is. NO_LICENCE, NOT_FOUND, INVALID_VALUE, DEVICE_GONE. */
	async setEmulator(deviceId: string, { profileId, ...settings }: EmulatorChoice): Promise<Emulator> {
		const { bench, gate, profiles } = this.#options;
		gate.require('battery');
		const name = bench.instrument(deviceId).identity.name;
		const profile = await profiles.get(profileId);
		return this.#inTurn(deviceId, async () => {
			const emulator = new Emulator({
				deviceId,
				profile,
				settings,
				use: (id) => profiles.use(id, name),
				requireLicence: () => gate.require('battery'),
				changed: () => this.#tell({ deviceId }),
			});
			try {
				await bench.set(deviceId, { main: false });
				const mainVoltage = this.#connected.get(deviceId)?.mainVoltage ?? bench.instrument(deviceId).settings.mainVoltage;
				this.#end(deviceId);
				await bench.set(deviceId, { powerRegulation: 'voltage' });
				gate.require('battery'); // it may have closed meanwhile
				await this.#connect(emulator, mainVoltage);
			} catch (error) {
				if (this.get(deviceId) === emulator) this.#end(deviceId);
				emulator.end();
				throw error;
			}
			this.#endedBecause.delete(deviceId);
			this.#tell({ deviceId });
			return emulator;
		});
	}

	/** Called after every change, of an emulator's settings too, but not for the charge that flows. Returns an unsubscriber. Listeners must not throw. */
	on(listener: (change: SupplyChange) => void): () => void {
		this.#listeners.add(listener);
		return () => void this.#listeners.delete(listener);
	}

	/** Ends every emulation. Outputs stay as they are; whoever closes the bench switches them off. Idempotent. */
	close(): void {
		for (const leave of this.#leave.splice(0)) leave();
		for (const id of [...this.#connected.keys()]) this.#end(id);
		this.#listeners.clear();
	}

	[Symbol.dispose](): void {
		this.close();
	}

	async #connect(emulator: Emulator, mainVoltage: number): Promise<void> {
		const { bench, placeSource, clock } = this.#options;
		const { deviceId, cell } = emulator;
		const place = placeSource(deviceId);
		if (place) {
			this.#connected.set(deviceId, { emulator, place, mainVoltage });
			const placed = place(cell);
			emulator.drive = {
				mode: 'simulated',
				get problem() {
					return ceilingProblem(placed.ceilingV, cell.openCircuitV);
				},
			};
			return;
		}
		const loop = new HostLoop({
			instrument: bench.instrument(deviceId),
			taps: bench.taps,
			clock,
			cell,
			failed: (error) => this.#connected.get(deviceId)?.emulator === emulator && this.#end(deviceId, failureOf(error)),
		});
		this.#connected.set(deviceId, { emulator, loop, mainVoltage });
		emulator.drive = loop;
		await loop.begin();
	}

	/** The power box takes over. */
	#end(deviceId: string, problem?: string): void {
		const connected = this.#connected.get(deviceId);
		if (!connected) return;
		this.#connected.delete(deviceId);
		connected.loop?.close();
		connected.place?.();
		connected.emulator.end();
		this.#told(deviceId, problem);
	}

	/** As `#end`, but the voltage stays: a host's loop has set it, a simulated power box is set to it first. */
	#freeze(deviceId: string): void {
		const connected = this.#connected.get(deviceId);
		if (!connected) return;
		const { emulator, place, loop } = connected;
		const problem = 'The licence has ended: the battery is no longer emulated, and the output keeps its voltage.';
		this.#connected.delete(deviceId);
		loop?.close();
		emulator.end();
		if (place)
			void this.#inTurn(deviceId, async () => {
				const instrument = this.#options.bench.instrument(deviceId);
				await new Ceiling(instrument).approach(emulator.cell.openCircuitV);
			})
				.catch(() => {}) // a device that is gone has no voltage
				.finally(() => this.#connected.has(deviceId) || place());
		this.#told(deviceId, problem);
	}

	#told(deviceId: string, problem?: string): void {
		if (problem !== undefined) this.#endedBecause.set(deviceId, problem);
		this.#tell({ deviceId, problem });
	}

	#tell(change: SupplyChange): void {
		for (const listener of this.#listeners) listener(change);
	}

	#inTurn<T>(deviceId: string, work: () => Promise<T>): Promise<T> {
		const turn = (this.#turns.get(deviceId) ?? Promise.resolve()).then(work, work);
		this.#turns.set(
			deviceId,
			turn.catch(() => {}),
		);
		return turn;
	}
}
