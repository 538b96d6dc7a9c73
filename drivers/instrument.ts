/**
 * What every instrument is to the rest of the house: an identity, channels, settings, and a measurement that yields batches of
 * sample frames (still raw bytes) and typed events. Nothing here knows a protocol, and nothing here decodes a sample.
 *
 * Units are SI. Sourcing is positive, sinking negative. A measurement's time is counted in the device's own samples: sample n of a
 * channel lies n / rate seconds after the measurement's first frame.
 */

import type { SettingSpec, Settings, SettingsChange } from './settings.ts';

export type InstrumentKind = 'arc' | 'ace';

export interface InstrumentIdentity {
	/** Unique and stable: `arc-<serial>`. */
	readonly id: string;
	readonly kind: InstrumentKind;
	/** For people; unique among the open instruments after the registry has had its say. */
	readonly name: string;
	readonly serial: string;
	readonly hardwareVersion: string;
	readonly firmwareVersion: string;
	/** Path of the link. */
	readonly port: string;
	readonly simulated: boolean;
}

/** One range of a measured quantity: valid for |value| up to `span`. Accuracy is ±(gain·|value| + offset). */
export interface Range {
	readonly name: 'fine' | 'middle' | 'coarse';
	/** Largest magnitude, in the channel's unit. */
	readonly span: number;
	/** Relative. */
	readonly gain: number;
	/** In the channel's unit. */
	readonly offset: number;
	/** One standard deviation of a sample, in the channel's unit. */
	readonly noise: number;
	/** Quantisation step, in the channel's unit. */
	readonly step: number;
}

export interface Channel {
	/** Otii's short name: `mc`, `mv`, `mp`, … */
	readonly id: string;
	readonly label: string;
	readonly unit: 'A' | 'V' | 'W' | '°C' | '';
	/** analog: a uniform column. digital: a uniform column on the wire, edges as events. log: text lines as events. */
	readonly kind: 'analog' | 'digital' | 'log';
	/** Selectable sample rates in Hz, ascending; one entry when fixed. Empty for logs. */
	readonly rates: readonly number[];
	/** Hz. 0 for logs. */
	readonly defaultRate: number;
	/** Accuracy per range, finest first; empty where unknown. */
	readonly ranges: readonly Range[];
	/** For a current channel: its rail's voltage and power channels. */
	readonly rail?: { readonly voltage: string; readonly power: string };
	/** For a current channel that ranges automatically: the time a switch needs to settle, s. */
	readonly settleS?: number;
	/** Channels that the device brings in together with this one. */
	readonly brings?: readonly string[];
}

/** Where one channel's samples lie in a frame. */
export interface LayoutChannel {
	readonly id: string;
	/** Byte offset of the first float32 in the frame. */
	readonly offset: number;
	/** Consecutive samples a frame, oldest first. */
	readonly count: number;
	/** Hz. */
	readonly rate: number;
}

/**
 * The layout all frames of one batch share. Packed frames of the Arc family: an 8-byte header (magic, u16 length, u16 sum of the
 * payload's bytes mod 65536), then the payload. `counterOffset` is where the u32 frame counter lies.
 */
export interface FrameLayout {
	readonly frameBytes: number;
	readonly counterOffset: number;
	/** Frames a second, nominal: a frame that is missing is 1 / frameRate s of every channel. */
	readonly frameRate: number;
	readonly channels: readonly LayoutChannel[];
}

/** A pooled piece of memory. Whoever holds it fills or reads it and passes it on; the last one releases it. */
export interface BatchBuffer {
	/** May lie over shared memory. */
	readonly bytes: Uint8Array;
	release(): void;
}

/** Consecutive frames of one layout, in the order received, checksums not yet verified, gaps only visible in the counters. */
export interface FrameBatch {
	readonly buffer: BatchBuffer;
	readonly layout: FrameLayout;
	/** Number of frames; the bytes used are frames × layout.frameBytes. */
	readonly frames: number;
	/** Clock.now() when the batch's last frame was complete in the driver. */
	readonly arrivedAt: number;
}

/** Time of an event, in seconds of the device's own samples since the measurement's first frame. */
interface At {
	readonly time: number;
}

export type InstrumentEvent =
	| ({ readonly type: 'log'; readonly channel: string; readonly text: string } & At)
	| ({ readonly type: 'setting'; readonly setting: string; readonly value: unknown } & At)
	| ({ readonly type: 'fault'; readonly fault: 'over-current' | 'rejected' | 'device'; readonly message: string } & At)
	| ({ readonly type: 'disconnect'; readonly message: string } & At);

/** Where a measurement delivers to. The engine implements it. */
export interface MeasurementSink {
	/** A free buffer of at least `byteLength` bytes, or undefined when all are in use: the driver then pauses its link until `freed`. */
	take(byteLength: number): BatchBuffer | undefined;
	/** Calls back once as soon as a buffer is free again. */
	freed(callback: () => void): void;
	/** Takes over the batch and its buffer. */
	batch(batch: FrameBatch): void;
	/** Events come in the order of the stream: after every batch whose frames precede them has been handed over. */
	event(event: InstrumentEvent): void;
}

export interface MeasurementPlan {
	/** Channels to measure, each with its rate in Hz (omitted: the channel's present rate). */
	readonly channels: readonly { readonly id: string; readonly rate?: number }[];
	/** Largest time a sample may wait in the driver, in s (default 0.05). Batches fill up to `batchBytes` before. */
	readonly latency?: number;
	/** Default 1 MiB. */
	readonly batchBytes?: number;
}

/** `inactive`: asked for, but the sense pins are not at the output. `cal_invalid`: the calibration it needs is missing. */
export type FourWireState = 'cal_invalid' | 'disabled' | 'inactive' | 'active';

/** Counters since the link was opened; they never decrease. */
export interface LinkStatistics {
	readonly bytes: number;
	readonly frames: number;
	/** Frames whose checksum failed in the driver (sample frames of the fast path are checked by the decoder). */
	readonly failedChecksums: number;
	/** Bytes that belonged to no frame. */
	readonly unframedBytes: number;
}

/** An open instrument. Methods reject with MicrojouleError. */
export interface Instrument extends AsyncDisposable {
	readonly identity: InstrumentIdentity;
	readonly channels: readonly Channel[];
	/** Every setting, described: type, unit, range, brief. */
	readonly settingSpecs: readonly SettingSpec[];
	/** The values last known to be in force. */
	readonly settings: Readonly<Settings>;
	readonly linkStatistics: LinkStatistics;
	readonly measuring: boolean;

	/** Changes the name in its identity; the instrument itself does not hear of it. */
	rename(name: string): void;
	/**
	 * Validates all of `change`, then applies it in the order that is safe for a device under test (range, limit, limit mode,
	 * regulation, voltage, then output). Rejects with INVALID_VALUE before anything is sent, or DEVICE_REJECTED with
	 * `details.valueInForce`. Resolves to the settings in force.
	 */
	set(change: SettingsChange): Promise<Readonly<Settings>>;
	/** The present value of a sampled channel (SI unit; digital 0 or 1). DEVICE_TIMEOUT when none arrives within 1 s. */
	value(channel: string): Promise<number>;
	/** Level of the RX pin as an input. NOT_SUPPORTED while the UART is on, or where the instrument does not tell. */
	rxLevel(): Promise<boolean>;
	/** Whether the sense pins are used, and whether they lie close enough to the output: within 0.4 V each on an Arc, 0.5 V on an Ace. */
	fourWireState(): Promise<FourWireState>;
	/** Calibrates the instrument's own zero; resolves when done, after seconds. NOT_SUPPORTED where the instrument has no such command. */
	calibrate(): Promise<void>;
	/**
	 * Installs the firmware that comes with the instrument's software, or `image`. Switches the output off first; the instrument is away for
	 * a moment at the end, which a running measurement shows as a gap. `progress` is told the share done, 0 to 1. Resolves when the instrument
	 * is back. NOT_SUPPORTED where nobody knows how.
	 */
	upgradeFirmware(options?: { readonly image?: Uint8Array; readonly progress?: (share: number) => void }): Promise<void>;
	/** A value kept by the instrument under a name of the caller's; undefined when there is none. NOT_SUPPORTED where it has no such store. */
	property(name: string): Promise<unknown>;
	/** Any JSON value, at most 4 KiB as text. Lost when the instrument restarts, unless committed. */
	setProperty(name: string, value: unknown): Promise<void>;
	/** Makes the properties set so far survive a restart. */
	commitProperties(): Promise<void>;
	/** Sends text to the device under test's UART. */
	writeUart(text: string): Promise<void>;
	/**
	 * Starts a measurement; resolves when the first frame has arrived, to the channels really measured (with what the device
	 * brings in) and their rates.
	 */
	start(plan: MeasurementPlan, sink: MeasurementSink): Promise<{ readonly channels: readonly { readonly id: string; readonly rate: number }[] }>;
	/** Stops it; resolves when the last batch has been delivered. Idempotent. Settings, outputs included, stay as they are. */
	stop(): Promise<void>;
	/** Bytes of a sample frame that failed its checksum in the decoder: replies hidden in a damaged frame are still found. */
	rescan(frame: Uint8Array): void;
	/** Events outside a measurement: setting changes, late rejections, the device's departure. Returns an unsubscriber. */
	subscribe(listener: (event: InstrumentEvent) => void): () => void;
	/** Stops, switches the output off unless `keepOutput`, closes the link. Idempotent. */
	close(options?: { keepOutput?: boolean }): Promise<void>;
}
