/**
 * What a trigger waits for, and the watcher that finds it among samples and events. Watchers look at whole columns and tell the exact sample; they start
 * nothing. A lost sample (NaN) fulfils no condition and interrupts every hold.
 */

import { RE2JS } from 're2js';
import { MicrojouleError, messageOf } from '../../drivers/errors.ts';
import type { DeviceState } from '../server/bench-api.ts';
import type { AcquisitionEvent } from './tap.ts';

/** Levels are in the channel's unit. */
export type Condition =
	/** The value is above (or below) a level for `holdS` s without interruption; 0: one sample is enough. */
	| { readonly type: 'level'; readonly device: string; readonly channel: string; readonly above: boolean; readonly level: number; readonly holdS: number }
	/** The value passes a level, having been beyond `hysteresis` on the other side of it. */
	| { readonly type: 'edge'; readonly device: string; readonly channel: string; readonly rising: boolean; readonly level: number; readonly hysteresis: number }
	/** A digital input changes. */
	| { readonly type: 'digital'; readonly device: string; readonly channel: string; readonly rising: boolean }
	/** A UART line has this text in it, or matches this pattern (RE2 syntax). */
	| { readonly type: 'text'; readonly device: string; readonly text: string; readonly pattern: boolean }
	/** Somebody says so. */
	| { readonly type: 'manual' };

/** Finds one condition in one device's stream, over and over. */
export interface Watcher {
	readonly device?: string;
	readonly channel?: string;
	/** Index in `column`, at or after `from`, of the sample that fulfils the condition; −1 where none does. `rate` in Hz. */
	scan(column: Float32Array, from: number, rate: number): number;
	/** Whether an event of the device fulfils it. */
	event(event: AcquisitionEvent): boolean;
	/** Forgets what it has seen. */
	reset(): void;
}

/** Throws INVALID_VALUE for a pattern that is none. */
export function watcherOf(condition: Condition): Watcher {
	switch (condition.type) {
		case 'level':
			return new LevelWatcher(condition);
		case 'edge':
			return new EdgeWatcher(condition);
		case 'digital':
			return new DigitalWatcher(condition);
		case 'text':
			return new TextWatcher(condition);
		case 'manual':
			return { scan: () => -1, event: () => false, reset: () => {} };
	}
}

class LevelWatcher implements Watcher {
	readonly device: string;
	readonly channel: string;
	readonly #condition: Extract<Condition, { type: 'level' }>;
	/** Samples the condition has held for. */
	#held = 0;

	constructor(condition: Extract<Condition, { type: 'level' }>) {
		this.device = condition.device;
		this.channel = condition.channel;
		this.#condition = condition;
	}

	scan(column: Float32Array, from: number, rate: number): number {
		const { above, level, holdS } = this.#condition;
		const needed = Math.max(1, Math.round(holdS * rate));
		let held = this.#held;
		for (let index = from; index < column.length; index++) {
			const value = column[index];
			held = (above ? value > level : value < level) ? held + 1 : 0;
			if (held < needed) continue;
			this.#held = 0;
			return index;
		}
		this.#held = held;
		return -1;
	}

	event(): boolean {
		return false;
	}

	reset(): void {
		this.#held = 0;
	}
}

class EdgeWatcher implements Watcher {
	readonly device: string;
	readonly channel: string;
	readonly #condition: Extract<Condition, { type: 'edge' }>;
	/** It has been far enough on the other side. */
	#ready = false;

	constructor(condition: Extract<Condition, { type: 'edge' }>) {
		this.device = condition.device;
		this.channel = condition.channel;
		this.#condition = condition;
	}

	scan(column: Float32Array, from: number): number {
		const { rising, level, hysteresis } = this.#condition;
		const far = rising ? level - hysteresis : level + hysteresis;
		let ready = this.#ready;
		for (let index = from; index < column.length; index++) {
			const value = column[index];
			if (rising ? value < far : value > far) ready = true;
			else if (ready && (rising ? value >= level : value <= level)) {
				this.#ready = false;
				return index;
			}
		}
		this.#ready = ready;
		return -1;
	}

	event(): boolean {
		return false;
	}

	reset(): void {
		this.#ready = false;
	}
}

class DigitalWatcher implements Watcher {
	readonly device: string;
	readonly #condition: Extract<Condition, { type: 'digital' }>;
	#level: 0 | 1 | undefined;

	constructor(condition: Extract<Condition, { type: 'digital' }>) {
		this.device = condition.device;
		this.#condition = condition;
	}

	scan(): number {
		return -1;
	}

	event(event: AcquisitionEvent): boolean {
		const { channel, rising } = this.#condition;
		if (event.type !== 'edge' || event.channel !== channel) return false;
		// A measurement's first event states the level it begins with; that is no change.
		const changed = this.#level === undefined ? event.time > 0 : event.level !== this.#level;
		this.#level = event.level;
		return changed && event.level === (rising ? 1 : 0);
	}

	reset(): void {
		this.#level = undefined;
	}
}

class TextWatcher implements Watcher {
	readonly device: string;
	readonly #matches: (line: string) => boolean;

	constructor({ device, text, pattern }: Extract<Condition, { type: 'text' }>) {
		this.device = device;
		const compiled = pattern ? compile(text) : undefined;
		this.#matches = (line) => compiled?.matcher(line).find() ?? line.includes(text);
	}

	scan(): number {
		return -1;
	}

	event(event: AcquisitionEvent): boolean {
		return event.type === 'log' && event.channel === 'rx' && this.#matches(event.text);
	}

	reset(): void {}
}

function compile(text: string): RE2JS {
	try {
		return RE2JS.compile(text);
	} catch (error) {
		throw new MicrojouleError('INVALID_VALUE', `"${text}" is no pattern: ${messageOf(error)}. Patterns are in RE2 syntax; without one, plain text is looked for.`, { text });
	}
}

/** `Main current of Arc above 0.01 A for 0.5 s`. */
export function conditionText(condition: Condition, devices: readonly DeviceState[]): string {
	if (condition.type === 'manual') return 'by hand';
	const device = devices.find(({ id }) => id === condition.device);
	const name = device?.name ?? condition.device;
	if (condition.type === 'text') return `${condition.pattern ? 'pattern' : 'text'} "${condition.text}" from ${name}`;
	const channel = device?.channels.find(({ id }) => id === condition.channel);
	const what = `${channel?.label ?? condition.channel} of ${name}`;
	if (condition.type === 'digital') return `${what} ${condition.rising ? 'rises' : 'falls'}`;
	const level = `${condition.level} ${channel?.unit ?? ''}`.trim();
	if (condition.type === 'edge') return `${what} ${condition.rising ? 'rises' : 'falls'} through ${level}`;
	return `${what} ${condition.above ? 'above' : 'below'} ${level}${condition.holdS > 0 ? ` for ${condition.holdS} s` : ''}`;
}
