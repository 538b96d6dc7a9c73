/**
 * What has happened at the devices since the page was opened: levels of the digital pins, lines of the UART, faults, gaps. Kept bounded: the last
 * changes of each pin and the last lines. Outside React; lists are told a few times a second, pictures read what is there when they are drawn.
 */

import { api } from '../api.ts';
import type { Bench } from '../bench.ts';
import { Store } from '../store.ts';
import type { AcquisitionEvent, DeviceState } from '../types.ts';

export interface LiveLine {
	/** Grows by one a line. */
	readonly number: number;
	readonly device: string;
	/** s of the device's time. */
	readonly time: number;
	/** ms on the computer's clock, when it came. */
	readonly at: number;
	readonly type: 'log' | 'fault' | 'gap' | 'disconnect' | 'sent';
	readonly text: string;
}

/** A pin's changes, oldest first, in arrays that stay the same. */
export interface LivePin {
	readonly device: string;
	readonly channel: string;
	readonly times: number[];
	/** 1 for each. */
	readonly counts: number[];
	readonly levels: (0 | 1)[];
	/** Before the first of them; null where nothing is known. */
	before: 0 | 1 | null;
}

/** s of changes that are kept, and how many of a pin at most. */
const keptS = 65;
const mostChanges = 8192;
const mostLines = 5000;
const tellMs = 100;
/** s a device's time may fall back without being another measurement. */
const fallS = 1;

export class LiveEvents {
	/** Told of new lines and levels, a few times a second. */
	readonly news = new Store<{ readonly count: number }>({ count: 0 });
	readonly pins = new Map<string, LivePin>();
	#lines: LiveLine[] = [];
	#number = 0;
	readonly #newest = new Map<string, number>();
	readonly #known = new Set<string>();
	#timer: number | undefined;

	constructor(bench: Bench) {
		bench.onEvent((device, event) => this.#happened(device, event));
		let before: unknown;
		bench.subscribe(() => {
			const { devices, connection } = bench.state();
			if (connection !== 'open') this.#known.clear();
			else if (devices !== before) {
				for (const id of this.#known) if (!devices.some((device) => device.id === id)) this.#forget(id);
				for (const device of devices) this.#meet(device);
			}
			before = connection === 'open' ? devices : undefined;
		});
	}

	/** Oldest first. */
	get lines(): readonly LiveLine[] {
		return this.#lines;
	}

	/** Present level of a pin; null where it is not known. */
	level(device: string, channel: string): 0 | 1 | null {
		const pin = this.pins.get(`${device}.${channel}`);
		return pin?.levels.at(-1) ?? pin?.before ?? null;
	}

	/** What somebody sent to a UART from here. */
	sent(device: string, text: string): void {
		this.#add({ device, time: this.#newest.get(device) ?? 0, type: 'sent', text });
	}

	clearLines(device: string): void {
		this.#lines = this.#lines.filter((line) => line.device !== device);
		this.#tell();
	}

	/** The inputs' levels are asked for once; what happens later comes by itself. */
	#meet({ id, settings }: DeviceState): void {
		if (this.#known.has(id)) return;
		this.#known.add(id);
		for (const output of ['gpo1', 'gpo2'] as const) this.#pin(id, output).before ??= settings[output] ? 1 : 0;
		api.levels(id).then(
			(levels) => {
				for (const [channel, level] of Object.entries(levels)) {
					const pin = this.#pin(id, channel);
					if (pin.times.length === 0) pin.before = level;
				}
				this.#tell();
			},
			() => {}, // it has gone meanwhile
		);
	}

	#forget(device: string): void {
		this.#known.delete(device);
		this.#newest.delete(device);
		for (const [key, pin] of this.pins) if (pin.device === device) this.pins.delete(key);
		this.#tell();
	}

	#happened(device: string, event: AcquisitionEvent): void {
		const newest = this.#newest.get(device) ?? Number.NEGATIVE_INFINITY;
		// Another measurement: its time begins anew.
		if (event.time < newest - fallS) this.#restart(device);
		this.#newest.set(device, Math.max(event.time, this.#newest.get(device) ?? event.time));
		switch (event.type) {
			case 'edge':
				this.#change(device, event.channel, event.time, event.level);
				break;
			case 'setting':
				if (event.setting === 'gpo1' || event.setting === 'gpo2') this.#change(device, event.setting, event.time, event.value ? 1 : 0);
				break;
			case 'log':
				this.#add({ device, time: event.time, type: 'log', text: event.text });
				break;
			case 'fault':
			case 'disconnect':
				this.#add({ device, time: event.time, type: event.type, text: event.message });
				break;
			case 'gap':
				this.#add({ device, time: event.time, type: 'gap', text: gapText(event) });
		}
	}

	#change(device: string, channel: string, time: number, level: 0 | 1): void {
		const pin = this.#pin(device, channel);
		if ((pin.levels.at(-1) ?? pin.before) === level) return;
		// Only what a measurement states at its very start need not be a change.
		if (pin.before === null && time > 0) pin.before = level === 1 ? 0 : 1;
		pin.times.push(time);
		pin.counts.push(1);
		pin.levels.push(level);
		// Rarely, so that most changes cost nothing but themselves.
		if (pin.times.length > mostChanges || (pin.times.length % 256 === 0 && pin.times[0] < time - keptS)) {
			const recent = pin.times.findIndex((each) => each >= time - keptS);
			const drop = Math.max(recent, pin.times.length - mostChanges / 2, 1);
			pin.before = pin.levels[drop - 1];
			pin.times.splice(0, drop);
			pin.counts.splice(0, drop);
			pin.levels.splice(0, drop);
		}
		this.#tell();
	}

	#pin(device: string, channel: string): LivePin {
		const key = `${device}.${channel}`;
		let pin = this.pins.get(key);
		if (!pin) {
			pin = { device, channel, times: [], counts: [], levels: [], before: null };
			this.pins.set(key, pin);
		}
		return pin;
	}

	#restart(device: string): void {
		this.#newest.delete(device);
		for (const pin of this.pins.values()) {
			if (pin.device !== device) continue;
			pin.before = pin.levels.at(-1) ?? pin.before;
			pin.times.length = 0;
			pin.counts.length = 0;
			pin.levels.length = 0;
		}
		// Their times mean nothing any more; the lines stay to be read.
		this.#lines = this.#lines.map((line) => (line.device === device ? { ...line, time: Number.NaN } : line));
	}

	#add(line: Omit<LiveLine, 'number' | 'at'>): void {
		this.#lines.push({ ...line, number: ++this.#number, at: Date.now() });
		if (this.#lines.length > mostLines * 1.2) this.#lines = this.#lines.slice(-mostLines);
		this.#tell();
	}

	#tell(): void {
		this.#timer ??= window.setTimeout(() => {
			this.#timer = undefined;
			this.news.set({ count: this.news.state.count + 1 });
		}, tellMs);
	}
}

/** What was lost, and why. */
export function gapText({ duration, reason }: { readonly duration: number; readonly reason: string }): string {
	const why = reason === 'checksum' ? 'damaged on the way' : reason === 'damaged' ? 'damaged on the disk' : 'lost';
	return `${duration < 1 ? `${Number((duration * 1000).toPrecision(4))} ms` : `${Number(duration.toPrecision(4))} s`} of samples ${why}`;
}
