/**
 * A tap: whoever wants the decoded samples of a running measurement — the recorder, the live hub, a subscriber. Index is time: sample n
 * of a channel lies n / rate seconds after the measurement's start on that device; a lost sample is NaN, never a shift.
 */

import type { InstrumentEvent } from '../../drivers/instrument.ts';

/** What happened besides samples, with the time in seconds of the device's own samples since the start. */
export type AcquisitionEvent =
	| InstrumentEvent
	/** Lost frames: every channel of the device has NaN from `time` for `duration` s; `damaged`: on the disk, and only the channel named. */
	| { readonly type: 'gap'; readonly time: number; readonly duration: number; readonly reason: 'lost' | 'checksum' | 'damaged'; readonly channel?: string }
	/** A digital channel's level from `time` on; the first one states the initial level. */
	| { readonly type: 'edge'; readonly time: number; readonly channel: string; readonly level: 0 | 1 }
	/** The main current was measured in another range from `time` on. */
	| { readonly type: 'range'; readonly time: number; readonly channel: string; readonly range: string };

export interface TapChannel {
	readonly device: string;
	readonly id: string;
	readonly unit: string;
	/** Hz. */
	readonly rate: number;
}

export interface Tap {
	/**
	 * Consecutive samples of one channel, the first at index `start` since the measurement's start. The column belongs to the caller and
	 * is reused: copy what must outlive the call (or the returned promise, which holds up the device's stream: back-pressure).
	 */
	samples(channel: TapChannel, start: number, column: Float32Array): void | Promise<void>;
	/** Events arrive in the order of their device's stream. */
	event(device: string, event: AcquisitionEvent): void;
}
