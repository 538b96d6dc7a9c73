/**
 * What is measured of a cell while it is worked on: charge and energy summed over the device's own samples, voltage and current over any window of the
 * last seconds, and the moments, in the samples' own time, at which the settings that make a step took effect. One for a device; a tap of the bench.
 *
 * Every setting that steers the cell goes through `set`: the stream says at which sample it took effect, and a setting that somebody else has
 * changed meanwhile is found out.
 */

import type { Clock } from '../../../drivers/clock.ts';
import type { Settings, SettingsChange } from '../../../drivers/settings.ts';
import type { LiveTap } from '../../../engine/acquisition/fan-out.ts';
import type { AcquisitionEvent, TapChannel } from '../../../engine/acquisition/tap.ts';
import { Integral, Lasting } from './integral.ts';

/** What the meter needs of the bench. */
export interface MeteredBench {
	readonly taps: { add(tap: LiveTap): () => void };
	instrument(id: string): { readonly settings: Readonly<Settings> };
	set(id: string, change: SettingsChange): Promise<unknown>;
}

/** When a change of settings took effect: between these, s of the meter's time. */
export interface Boundary {
	readonly fromS: number;
	readonly toS: number;
}

/** A change of settings that the device has confirmed. */
export interface Change {
	readonly boundary: Promise<Boundary>;
	/** s of the clock, when it was sent. */
	readonly sentAtS: number;
}

interface Expected {
	readonly setting: string;
	readonly value: unknown;
	readonly seen: (timeS: number) => void;
}

interface Received {
	readonly setting: string;
	readonly value: unknown;
	readonly timeS: number;
}

/** Those that act on the cell. */
const steering: readonly string[] = ['main', 'mainVoltage', 'mainCurrent', 'maxCurrent', 'currentLimitMode', 'powerRegulation'];

export class CellMeter implements LiveTap, Disposable {
	/** Called when new samples have come. */
	onSamples: (() => void) | undefined;
	/** Called once for what ends the work: somebody else's setting, a fault, the device's departure. */
	onTrouble: ((reason: string, kind: 'foreign' | 'fault' | 'gone') => void) | undefined;
	/** V, since the last `forget`. */
	readonly voltage = new Lasting();
	/** A, the same. */
	readonly current = new Lasting();
	/** °C, the highest of the temperature channels measured. */
	temperatureC: number | undefined;
	readonly #device: string;
	readonly #bench: MeteredBench;
	readonly #clock: Clock;
	#leave: () => void = () => {};
	readonly #temperatures = new Map<string, number>();
	#charge: Integral | undefined;
	#energy: Integral | undefined;
	#volts: Integral | undefined;
	/** s by which events of the present measurement are to be moved: another measurement began meanwhile. */
	#shiftS = 0;
	#lastAt = 0;
	#arrivedS = 0;
	#expected: Expected[] = [];
	#received: Received[] = [];
	/** Changes under way. */
	#setting = 0;
	#waiting: { timeS: number; resolve: () => void }[] = [];

	constructor(bench: MeteredBench, device: string, clock: Clock) {
		this.#bench = bench;
		this.#device = device;
		this.#clock = clock;
	}

	/** From here on samples are taken in. */
	begin(): void {
		this.#leave = this.#bench.taps.add(this);
	}

	[Symbol.dispose](): void {
		this.#leave();
	}

	/** s, the samples' time: where both current and voltage have come to. */
	get nowS(): number {
		return Math.min(this.#charge?.endS ?? 0, this.#volts?.endS ?? 0);
	}

	/** C out of the cell since the meter began; what was charged is subtracted. */
	get chargeC(): number {
		return -(this.#charge?.total ?? 0);
	}

	/** J, the same. */
	get energyJ(): number {
		return -(this.#energy?.total ?? 0);
	}

	chargeAt(timeS: number): number {
		return -(this.#charge?.at(timeS) ?? 0);
	}

	energyAt(timeS: number): number {
		return -(this.#energy?.at(timeS) ?? 0);
	}

	/** V; NaN while nothing is known. */
	voltageV(fromS: number, toS: number): number {
		return this.#volts?.mean(fromS, toS) ?? Number.NaN;
	}

	/** A out of the cell, negative when charged; NaN while nothing is known. */
	currentA(fromS: number, toS: number): number {
		return this.#charge ? -this.#charge.mean(fromS, toS) : Number.NaN;
	}

	/** s a sample takes, of the slower of current and voltage. */
	get sampleS(): number {
		return 1 / Math.min(this.#charge?.rate ?? 1000, this.#volts?.rate ?? 1000);
	}

	/** s for which no sample came; the current before is taken to have flown on. */
	get lostS(): number {
		return this.#charge?.lostS ?? 0;
	}

	/** What was seen of the cell so far is another step's. */
	forget(): void {
		this.voltage.reset();
		this.current.reset();
	}

	/** Resolves when samples up to `timeS` have come. */
	reached(timeS: number): Promise<void> {
		if (this.nowS >= timeS) return Promise.resolve();
		return new Promise((resolve) => this.#waiting.push({ timeS, resolve }));
	}

	/** Changes settings; resolves when the device has confirmed, to a promise of when they took effect in the samples' time. */
	async set(change: SettingsChange): Promise<Change> {
		const { settings } = this.#bench.instrument(this.#device);
		const before = { ...settings };
		const sentAtS = this.#clock.now();
		this.#setting++;
		const times: Promise<number>[] = [];
		try {
			await this.#bench.set(this.#device, change);
		} finally {
			// In the order in which they are applied, which is that of the events.
			const changed = (Object.keys(change) as (keyof Settings)[]).filter((name) => steering.includes(name) && before[name] !== settings[name]);
			for (const setting of changed) times.push(new Promise((seen) => this.#expected.push({ setting, value: settings[setting], seen })));
			this.#setting--;
			this.#match();
		}
		const unchangedS = this.nowS;
		const boundary = Promise.all(times).then((all) => (all.length === 0 ? { fromS: unchangedS, toS: unchangedS } : { fromS: Math.min(...all), toS: Math.max(...all) }));
		return { boundary, sentAtS };
	}

	samples({ device, id, rate }: TapChannel, start: number, column: Float32Array): void {
		if (device !== this.#device) return;
		if (id === 'mc') {
			this.#charge = this.#placed(this.#charge, rate, start);
			this.#charge.add(column);
			this.current.add(column);
			this.#lastAt = this.#clock.now();
		} else if (id === 'mp') {
			this.#energy = this.#placed(this.#energy, rate, start);
			this.#energy.add(column);
		} else if (id === 'mv') {
			this.#volts = this.#placed(this.#volts, rate, start);
			this.#volts.add(column);
			this.voltage.add(column);
		} else if (id === 'tp' || id === 'tm') {
			this.#temperatures.set(id, column[column.length - 1]);
			this.temperatureC = Math.max(...[...this.#temperatures.values()].filter((value) => !Number.isNaN(value)));
			return;
		} else return;
		this.#arrived();
	}

	event(device: string, event: AcquisitionEvent): void {
		if (device !== this.#device) return;
		if (event.type === 'setting' && steering.includes(event.setting)) {
			this.#received.push({ setting: event.setting, value: event.value, timeS: event.time + this.#shiftS });
			this.#match();
		} else if (event.type === 'fault') this.onTrouble?.(event.message, 'fault');
		else if (event.type === 'disconnect') this.onTrouble?.(event.message, 'gone');
	}

	/** Channels come one after the other: only the last of them says that time has passed. */
	#arrived(): void {
		const { nowS } = this;
		if (nowS === this.#arrivedS) return;
		this.#arrivedS = nowS;
		this.#waiting = this.#waiting.filter(({ timeS, resolve }) => {
			if (timeS > nowS) return true;
			resolve();
			return false;
		});
		this.onSamples?.();
	}

	/** A channel's samples go on where they were. Where a new measurement has begun, because somebody chose other channels, the time between is bridged. */
	#placed(channel: Integral | undefined, rate: number, start: number): Integral {
		const index = () => start + Math.round(this.#shiftS * rate);
		if (!channel) return new Integral(rate, index());
		const nextAt = Math.round(channel.endS * rate);
		if (index() < nextAt) {
			const endS = Math.max(...[this.#charge, this.#energy, this.#volts].map((each) => each?.endS ?? 0));
			this.#shiftS = endS + Math.max(0, this.#clock.now() - this.#lastAt) - start / rate;
		}
		if (channel.rate !== rate) return new Integral(rate, Math.max(index(), nextAt), channel);
		if (index() > channel.next) channel.skipTo(index());
		return channel;
	}

	#match(): void {
		while (this.#expected.length > 0 && this.#received.length > 0) {
			const received = this.#received.shift() as Received;
			// The order within one change is the device's.
			const index = this.#expected.findIndex(({ setting, value }) => setting === received.setting && value === received.value);
			if (index < 0) {
				this.#foreign(received);
				return;
			}
			this.#expected.splice(index, 1)[0].seen(received.timeS);
		}
		if (this.#setting === 0 && this.#received.length > 0) this.#foreign(this.#received.shift() as Received);
	}

	#foreign({ setting, value }: Pick<Received, 'setting' | 'value'>): void {
		this.#received.length = 0;
		this.onTrouble?.(`somebody else has set ${setting} to ${JSON.stringify(value)}`, 'foreign');
	}
}
