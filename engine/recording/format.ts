/**
 * The recording format, as types and constants: what lies in `recordings/<id>/`. `docs/reference/recording-format.md` explains it
 * byte by byte. Everything but recording.json is append-only.
 *
 *   recording.json                     provenance and channel list (type RecordingInfo); rewritten atomically at start and stop
 *   <device>.<channel>.f32             raw little-endian float32, no header; lost samples are NaN
 *   <device>.<channel>.<block>.sum     the summary pyramid, one file a level, an array of fixed-size entries; derived, rebuilt when missing
 *   checksums                          text lines `<file> <offset> <length> <crc32 hex>`, one for every append to a column or to the events,
 *                                      and one for recording.json (the last one counts); never rebuilt
 *   events.jsonl                       one JSON object a line (type RecordedEvent)
 */

import type { InstrumentKind, Range } from '../../drivers/instrument.ts';
import type { Settings } from '../../drivers/settings.ts';
import type { AcquisitionEvent } from '../acquisition/tap.ts';

export const formatVersion = 1;

/** Samples an entry covers, per level of the pyramid; each level folds 16 entries of the one below. */
export const levels = [128, 2048, 32_768, 524_288] as const;

/** Bytes of an entry. Level 128: count u32, unused u32, min f32, max f32, sum f64, sumOfSquares f64. */
export const blockEntryBytes = 32;
/**
 * Levels from 2048 on: the same 32 bytes, then the split by range that uncertainties need: middleCount u32, coarseCount u32,
 * middleSum f64, coarseSum f64, switches u32 (changes of range between consecutive valid samples), saturated u32.
 */
export const foldEntryBytes = 64;

export interface RecordedDevice {
	readonly id: string;
	/** `import`: its samples came from a file. */
	readonly kind: InstrumentKind | 'import';
	readonly name: string;
	readonly serial: string;
	readonly hardwareVersion: string;
	readonly firmwareVersion: string;
	readonly simulated: boolean;
	/** Settings at the start; none are known of an import. */
	readonly settings: Readonly<Partial<Settings>>;
	/**
	 * The device's clock against the host's monotonic clock: true rate / nominal rate − 1, and its standard uncertainty, over `span` s. Host
	 * time t after the start lies at sample time t · (1 + deviation) + offset. Absent on a virtual clock or when too short to tell.
	 */
	clock?: { deviation: number; uncertainty: number; span: number; offset: number };
}

export interface RecordedChannel {
	readonly device: string;
	/** `mc`, `mv`, … */
	readonly id: string;
	readonly label: string;
	readonly unit: string;
	/** Hz. */
	readonly rate: number;
	/** Samples, lost ones included. Authoritative only when finished; else the file's length counts. */
	count: number;
	/** Accuracy per range, finest first; empty where unknown. */
	readonly ranges: readonly Range[];
	/** For current channels. */
	readonly rail?: { readonly voltage: string; readonly power: string };
	/** Duration that a range switch needs to settle, s. */
	readonly settleS?: number;
	/** s, by which the project shifts the channel against the others; not part of recording.json. */
	offset?: number;
}

export interface RecordingInfo {
	readonly version: number;
	readonly id: string;
	name: string;
	/** ISO 8601, UTC, of sample 0. */
	start: string;
	/** s, for display against other recordings. */
	offset: number;
	/** `microjoule 0.1.0`. */
	readonly software: string;
	devices: RecordedDevice[];
	channels: RecordedChannel[];
	/** False while recording, and for ever after a crash. */
	finished: boolean;
}

export type RecordedEvent = { readonly device: string } & AcquisitionEvent;
