/**
 * An emulated battery: which cell a device's supply stands for, how many of them, and how much of it is used. It owns the `Cell`, which whoever makes the
 * voltage draws from, and marks the profile as in use. It is its device's supply until another is set; after that every change is refused.
 *
 * What was set is what is read, to the last digit, until charge has flowed: 23 % is 23, not 22.999999999999996.
 */

import { randomUUID } from 'node:crypto';
import { MicrojouleError } from '../../../drivers/errors.ts';
import { Cell } from '../cell.ts';
import { CellModel } from '../profile/model.ts';
import type { BatteryProfile } from '../profile/profile.ts';
import type { EmulatorStatus } from '../schemas.ts';

export interface EmulatorSettings {
	/** Cells in series, default 1. */
	readonly series?: number;
	/** Strings in parallel, default 1. */
	readonly parallel?: number;
	/** °C; default: the profile's table nearest to 20 °C. */
	readonly temperatureC?: number;
	/** C used since full, of the whole pack. Excludes `soc`. */
	readonly usedC?: number;
	/** State of charge, %. Without it and `usedC` the battery is full. */
	readonly soc?: number;
	/** Whether it discharges while current flows; default true. */
	readonly tracking?: boolean;
}

/** What another profile takes over: the state of charge, or nothing, so that it is full. */
export type CarryOver = 'keep_soc' | 'reset';

/** How its voltage is made. */
export interface EmulatorDrive {
	readonly mode: 'simulated' | 'host';
	/** Hz, of the loop on this computer. */
	readonly rateHz?: number;
	/** What keeps the output from being the battery, in words. */
	readonly problem?: string;
}

export interface EmulatorOptions {
	readonly deviceId: string;
	readonly profile: BatteryProfile;
	readonly settings: EmulatorSettings;
	/** Marks a profile as in use until disposed. */
	readonly use: (profileId: string) => Disposable;
	/** Throws NO_LICENCE. */
	readonly requireLicence: () => void;
	/** Told after every change that somebody asked for. */
	readonly changed: () => void;
}

const mostCells = 1000;
/** Share of the capacity: a state of charge that was set is read back as it was until so much has flowed. A script compares it with the output on. */
const readBack = 1e-5;

export class Emulator {
	/** UUID. */
	readonly id = randomUUID();
	readonly deviceId: string;
	readonly series: number;
	readonly parallel: number;
	/** °C */
	readonly temperatureC: number | undefined;
	readonly cell: Cell;
	drive: EmulatorDrive = { mode: 'simulated' };
	readonly #options: EmulatorOptions;
	#profile: BatteryProfile;
	#use: Disposable;
	#ended = false;
	/** The state of charge that was set, %, good while the cell has used about `usedC`. */
	#told: { readonly soc: number; readonly usedC: number } | undefined;

	/** Throws INVALID_VALUE. */
	constructor(options: EmulatorOptions) {
		const { profile, settings, deviceId } = options;
		const { series = 1, parallel = 1, usedC, soc, tracking = true } = settings;
		requireCells('series', series);
		requireCells('parallel', parallel);
		if (soc !== undefined && usedC !== undefined)
			throw new MicrojouleError('INVALID_VALUE', `The battery is given a state of charge, ${soc} %, and a used charge, ${usedC} C; give one of them.`, { soc, usedC });
		this.#options = options;
		this.#profile = profile;
		this.deviceId = deviceId;
		this.series = series;
		this.parallel = parallel;
		this.temperatureC = settings.temperatureC;
		if (settings.temperatureC !== undefined && !(settings.temperatureC >= -273.15 && Number.isFinite(settings.temperatureC)))
			throw new MicrojouleError('INVALID_VALUE', `The temperature is ${settings.temperatureC} °C; it must be above −273.15 °C.`, { temperatureC: settings.temperatureC });
		const model = this.#modelOf(profile);
		this.cell = new Cell(model, { tracking });
		if (soc !== undefined) this.#charge(requireSoc(soc));
		else this.cell.usedC = requireUsed(usedC ?? 0, model);
		this.#use = options.use(profile.id);
	}

	get profile(): BatteryProfile {
		return this.#profile;
	}

	/** C, of the whole pack. */
	get usedC(): number {
		return this.cell.usedC;
	}

	/** State of charge, %. */
	get soc(): number {
		const { cell } = this;
		const told = this.#told;
		return told && Math.abs(cell.usedC - told.usedC) <= readBack * cell.model.capacityC ? told.soc : 100 * cell.stateOfCharge;
	}

	/** Whether it discharges while current flows. */
	get tracking(): boolean {
		return this.cell.tracking;
	}

	set tracking(on: boolean) {
		this.#require();
		this.cell.tracking = on;
		this.#options.changed();
	}

	/** The output stays as it is. Throws INVALID_VALUE; NO_LICENCE; NOT_FOUND when it is no longer its device's supply. */
	setSoc(soc: number): void {
		this.#require();
		this.#charge(requireSoc(soc));
		this.#options.changed();
	}

	/** C, of the whole pack. The output stays as it is. Throws as `setSoc`. */
	setUsedC(usedC: number): void {
		this.#require();
		this.cell.usedC = requireUsed(usedC, this.cell.model);
		this.#told = undefined;
		this.#options.changed();
	}

	/** Another profile in its place, also on a live output. Throws as `setSoc`. */
	updateProfile(profile: BatteryProfile, mode: CarryOver): void {
		this.#require();
		const model = this.#modelOf(profile);
		const use = this.#options.use(profile.id);
		const soc = mode === 'keep_soc' ? this.soc : 100;
		this.#use[Symbol.dispose]();
		this.#use = use;
		this.#profile = profile;
		this.cell.become(model, 0);
		this.#charge(soc);
		this.#options.changed();
	}

	status(): EmulatorStatus {
		const { cell, drive } = this;
		const { capacityC } = cell.model;
		return {
			id: this.id,
			profileId: this.#profile.id,
			profileName: this.#profile.name,
			series: this.series,
			parallel: this.parallel,
			temperatureC: this.temperatureC,
			usedC: this.usedC,
			soc: this.soc,
			capacityC,
			tracking: this.tracking,
			openCircuitV: cell.openCircuitV,
			resistanceOhm: cell.model.resistanceOhm(cell.usedC),
			empty: cell.usedC >= capacityC,
			mode: drive.mode,
			rateHz: drive.rateHz,
			problem: drive.problem,
		};
	}

	/** It is no longer its device's supply. Idempotent. */
	end(): void {
		this.#ended = true;
		this.#use[Symbol.dispose]();
	}

	#require(): void {
		this.#options.requireLicence();
		if (this.#ended)
			throw new MicrojouleError('NOT_FOUND', `The battery emulator ${this.id} is no longer the supply of ${this.deviceId}: another supply has been set.`, { id: this.id });
	}

	#modelOf(profile: BatteryProfile): CellModel {
		return new CellModel(profile, { temperatureC: this.temperatureC, series: this.series, parallel: this.parallel });
	}

	#charge(soc: number): void {
		this.cell.usedC = this.cell.model.capacityC * (1 - soc / 100);
		this.#told = { soc, usedC: this.cell.usedC };
	}
}

function requireCells(what: 'series' | 'parallel', cells: number): void {
	if (Number.isInteger(cells) && cells >= 1 && cells <= mostCells) return;
	throw new MicrojouleError('INVALID_VALUE', `${what} is ${cells}; it must be a whole number of cells from 1 to ${mostCells}.`, { [what]: cells });
}

function requireSoc(soc: number): number {
	if (soc >= 0 && soc <= 100) return soc;
	throw new MicrojouleError('INVALID_VALUE', `The state of charge is ${soc} %; it must be from 0 to 100 %.`, { soc });
}

function requireUsed(usedC: number, { capacityC }: CellModel): number {
	if (usedC >= 0 && usedC <= capacityC) return usedC;
	throw new MicrojouleError('INVALID_VALUE', `The used charge is ${usedC} C; it must be from 0 to the battery's ${capacityC} C.`, { usedC, capacityC });
}
