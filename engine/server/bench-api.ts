/**
 * The bench as the server sees it: the open instruments, the running measurement, the recorder and the project's recordings. The server
 * knows nothing else of the engine, and the engine nothing of the server. Units are SI; methods reject with MicrojouleError.
 */

import type { Channel, Instrument, InstrumentIdentity } from '../../drivers/instrument.ts';
import type { SettingSpec, Settings, SettingsChange } from '../../drivers/settings.ts';
import type { ChannelChoice } from '../acquisition/bench.ts';
import type { LiveHub } from '../acquisition/live.ts';
import type { AcquisitionEvent } from '../acquisition/tap.ts';
import type { ActiveProject, ProjectStatus } from '../project/active-project.ts';
import type { RecordingReader } from '../recording/reader.ts';
import type { ChannelStatistics } from '../recording/statistics.ts';
import type { View } from '../recording/view.ts';

export interface MeasuredChannel extends Channel {
	/** Whether the running measurement includes it. */
	readonly measured: boolean;
	/** Hz, at present. 0 for logs. */
	readonly rate: number;
}

/** An open instrument. A new object for every change. */
export interface DeviceState extends InstrumentIdentity {
	readonly connected: boolean;
	readonly measuring: boolean;
	readonly settings: Readonly<Settings>;
	readonly settingSpecs: readonly SettingSpec[];
	readonly channels: readonly MeasuredChannel[];
	/** Samples of the main current lost since the measurement began. */
	readonly lost: number;
	readonly failedChecksums: number;
	/** True rate / nominal rate − 1 against the host's clock, and its standard uncertainty; null on a virtual clock or while too early to tell. */
	readonly clock: { readonly deviation: number; readonly uncertainty: number } | null;
}

/** An instrument found but not (necessarily) open. */
export interface FoundInstrument {
	readonly path: string;
	readonly title: string;
	readonly serial: string;
	readonly open: boolean;
}

export interface RecordingSummary {
	readonly id: string;
	readonly name: string;
	/** ISO 8601, UTC, of sample 0. */
	readonly start: string;
	/** s. */
	readonly duration: number;
	/** False while recording, and after a crash. */
	readonly finished: boolean;
	/** Samples lost, over all channels. */
	readonly lost: number;
	readonly channels: readonly {
		readonly device: string;
		readonly id: string;
		readonly label: string;
		readonly unit: string;
		readonly rate: number;
		readonly count: number;
		/** s that a range switch needs to settle, where known. */
		readonly settleS?: number;
	}[];
}

export interface RecordingInProgress {
	readonly id: string;
	readonly name: string;
	/** ISO 8601, UTC. */
	readonly startedAt: string;
	/** s recorded so far. */
	readonly duration: number;
}

export type BenchChange =
	/** A device was opened or has changed: output, settings, connection, losses, clock. */
	| { readonly type: 'device'; readonly device: DeviceState }
	| { readonly type: 'device-closed'; readonly id: string }
	/** A recording started, or stopped (null). */
	| { readonly type: 'recording'; readonly recording: RecordingInProgress | null }
	/** The active project has changed, or is another one; null when none is. */
	| { readonly type: 'project'; readonly project: ProjectStatus | null }
	/** Lines were appended to a user log. */
	| { readonly type: 'log'; readonly recording: string; readonly log: string }
	/** The list of recordings is another one. */
	| { readonly type: 'recordings' }
	| { readonly type: 'event'; readonly device: string; readonly event: AcquisitionEvent };

export interface BenchApi {
	readonly hub: LiveHub;
	readonly recording: RecordingInProgress | null;
	/** The project that recordings go to, and everything that edits it. */
	readonly projects: ActiveProject;

	devices(): readonly DeviceState[];
	/** Instruments that could be opened; empty where discovery is not possible. */
	discover(): Promise<readonly FoundInstrument[]>;
	/** Opens an instrument and lets it measure. */
	open(path: string): Promise<DeviceState>;
	/** Switches the output off and closes. NOT_FOUND. */
	close(id: string): Promise<void>;
	/** Validates and applies; resolves to the settings in force. NOT_FOUND, INVALID_VALUE, DEVICE_REJECTED. */
	set(id: string, change: SettingsChange): Promise<Readonly<Settings>>;
	/** Another name, kept. NOT_FOUND, ALREADY_EXISTS. */
	rename(id: string, name: string): Promise<DeviceState>;
	/** Off for `offS` s, then on again; resolves when that is over. NOT_FOUND; INVALID_VALUE where it is off. */
	powerCycle(id: string, offS: number): Promise<Readonly<Settings>>;
	/** Switches every output off. */
	outputsOff(): Promise<readonly DeviceState[]>;
	/** Channels measured beside those that always are, and rates, Hz; while recording from the next recording on. NOT_FOUND, INVALID_VALUE. */
	choose(id: string, choice: ChannelChoice): Promise<void>;
	choice(id: string): ChannelChoice;
	/** The instrument itself, for its present values. NOT_FOUND, DEVICE_GONE. */
	instrument(id: string): Instrument;
	/** Sends text to the UART of the device under test. NOT_FOUND, DEVICE_GONE, DEVICE_REJECTED. */
	writeUart(id: string, text: string): Promise<void>;
	/** Present levels of the digital inputs, as far as they are known, by channel. NOT_FOUND. */
	levels(id: string): Readonly<Record<string, 0 | 1>>;

	/** Oldest first. */
	recordings(): readonly RecordingSummary[];
	/** While recording: ends that one and starts the next without a gap. */
	startRecording(options: { readonly name?: string }): Promise<RecordingSummary>;
	/** NOT_RECORDING. Outputs stay as they are. */
	stopRecording(): Promise<RecordingSummary>;
	/** NOT_FOUND; DEVICE_BUSY while it is being recorded. */
	deleteRecording(id: string): Promise<void>;
	/** Runs a question on a recording, also the one in progress; the reader is valid until `use` is done. NOT_FOUND. */
	reading<T>(recordingId: string, use: (reader: RecordingReader) => Promise<T>): Promise<T>;
	/** Of all channels, over [from, to) clipped to the data; to the end where `to` is undefined. */
	statistics(recordingId: string, from?: number, to?: number): Promise<readonly ChannelStatistics[]>;
	/** At most `points` points of `<device>.<channel>` that cover [from, to), clipped to the data. */
	view(recordingId: string, channelKey: string, from: number, to: number, points: number): Promise<View>;

	/** Returns an unsubscriber. Listeners are called in the order of the changes and must not throw. */
	on(listener: (change: BenchChange) => void): () => void;
}
