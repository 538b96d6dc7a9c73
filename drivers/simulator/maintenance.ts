/**
 * What a simulated device does on its own for a while: calibrate its zero, install firmware and restart; and its store of properties, of which a
 * restart loses what was not committed. Durations are those of a real device's class; the commands are ours.
 */

import { parameter, status } from '../arc/protocol.ts';
import type { InstrumentKind } from '../instrument.ts';
import type { SimulatedIdentity } from './identity.ts';

/** Device time, ms. */
const calibrationMs = 3000;
const transferMs = 6000;
const restartMs = 1500;
/** What the upgrade installs. */
const bundledFirmware: Readonly<Record<InstrumentKind, string>> = { arc: '3.2.0', ace: '1.1.0' };
const mostProperties = 256;

export interface MaintenanceOptions {
	readonly kind: InstrumentKind;
	readonly identity: SimulatedIdentity;
	/** The zero has been calibrated. */
	calibrated(): void;
	/** The device loses its outputs: it restarts. */
	restart(): void;
}

export class Maintenance {
	firmwareVersion: string;
	/** Between going down and coming back: deaf and mute. */
	restarting = false;
	readonly #options: MaintenanceOptions;
	#calibrationEndMs = Number.POSITIVE_INFINITY;
	/** Of the transfer, then of the restart. */
	#upgradeEndMs = Number.POSITIVE_INFINITY;
	#properties = new Map<string, string>();
	#committed = new Map<string, string>();

	constructor(options: MaintenanceOptions) {
		this.#options = options;
		this.firmwareVersion = options.identity.firmwareVersion;
	}

	/** When something happens next, in ms of device time. */
	get nextMs(): number {
		return Math.min(this.#calibrationEndMs, this.#upgradeEndMs);
	}

	/** Lets what is due by `nowMs` happen. */
	due(nowMs: number): void {
		if (nowMs >= this.#calibrationEndMs) {
			this.#calibrationEndMs = Number.POSITIVE_INFINITY;
			this.#options.calibrated();
		}
		if (nowMs < this.#upgradeEndMs) return;
		if (this.restarting) {
			this.restarting = false;
			this.#upgradeEndMs = Number.POSITIVE_INFINITY;
			this.firmwareVersion = bundledFirmware[this.#options.kind];
		} else {
			this.restarting = true;
			this.#upgradeEndMs += restartMs;
			this.#calibrationEndMs = Number.POSITIVE_INFINITY;
			this.#properties = new Map(this.#committed);
			this.#options.restart();
		}
	}

	/** Whether the parameter is one of those kept here. */
	has(command: number): boolean {
		return command === parameter.firmwareUpgrade || (command === parameter.calibration && this.#options.kind === 'arc');
	}

	/** Share done in per mille, 0 when nothing is under way. */
	get(command: number, nowMs: number): number {
		const [endMs, durationMs] = command === parameter.calibration ? [this.#calibrationEndMs, calibrationMs] : [this.#upgradeEndMs, transferMs];
		return endMs === Number.POSITIVE_INFINITY ? 0 : Math.min(999, Math.max(1, Math.round((1 - (endMs - nowMs) / durationMs) * 1000)));
	}

	/** Begins it; returns the status. */
	set(command: number, value: number, nowMs: number): number {
		if (value !== 1) return status.outOfRange;
		if (this.nextMs < Number.POSITIVE_INFINITY) return status.busy;
		if (command === parameter.calibration) this.#calibrationEndMs = nowMs + calibrationMs;
		else this.#upgradeEndMs = nowMs + transferMs;
		return status.ok;
	}

	/** JSON text; undefined when there is none of that name. */
	property(name: string): string | undefined {
		return this.#properties.get(name);
	}

	/** False when the store is full. */
	setProperty(name: string, json: string): boolean {
		if (this.#properties.size >= mostProperties && !this.#properties.has(name)) return false;
		this.#properties.set(name, json);
		return true;
	}

	commit(): void {
		this.#committed = new Map(this.#properties);
	}
}
