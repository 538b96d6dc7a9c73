/** Recordings for tests: a temporary folder, a description, samples in, a reader out. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { assumedSettings } from '../../drivers/arc/setting-codes.ts';
import { models } from '../../drivers/models.ts';
import type { Settings } from '../../drivers/settings.ts';
import { formatVersion, type RecordedChannel, type RecordedEvent, type RecordingInfo } from './format.ts';
import { RecordingReader } from './reader.ts';
import { RecordingWriter, type WriterOptions } from './writer.ts';

export const device = 'arc-1';

export const settings: Settings = { ...assumedSettings, main: true, mainVoltage: 3.3, maxCurrent: 1 };

/** A number from anywhere in the interval; fc.double would nearly always be next to 0. */
export function between(min: number, max: number): fc.Arbitrary<number> {
	return fc.integer({ min: 0, max: 1_000_000 }).map((part) => min + ((max - min) * part) / 1e6);
}

export function temporaryFolder(): { path: string; remove(): void } {
	const path = mkdtempSync(join(tmpdir(), 'microjoule-'));
	return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** A channel of the Arc at a rate of one's own. */
export function arcChannel(id: string, rate: number, more: Partial<RecordedChannel> = {}): RecordedChannel {
	const known = models.arc.channels.find((channel) => channel.id === id);
	if (!known) throw new Error(`no channel ${id}`);
	return { device, id, label: known.label, unit: known.unit, rate, count: 0, ranges: known.ranges, rail: known.rail, settleS: known.settleS, ...more };
}

export function recordingInfo(channels: RecordedChannel[], more: Partial<RecordingInfo> = {}): RecordingInfo {
	return {
		version: formatVersion,
		id: '001',
		name: 'Test',
		start: '2026-01-02T03:04:05.000Z',
		offset: 0,
		software: 'microjoule test',
		devices: [{ id: device, kind: 'arc', name: 'Arc', serial: '1', hardwareVersion: '1', firmwareVersion: '1', simulated: true, settings }],
		channels,
		finished: false,
		...more,
	};
}

/** Records whole columns in pieces of `piece` samples and opens the result. */
export async function recorded(
	folder: string,
	channels: (RecordedChannel & { samples: ArrayLike<number> })[],
	events: RecordedEvent[] = [],
	options: WriterOptions & { piece?: number; info?: Partial<RecordingInfo> } = {},
): Promise<RecordingReader> {
	const info = recordingInfo(
		channels.map(({ samples: _, ...channel }) => channel),
		options.info,
	);
	const writer = await RecordingWriter.create(folder, info, { flushIntervalS: 0, ...options });
	for (const event of events) writer.event(event);
	for (const { id, samples } of channels) {
		const column = Float32Array.from(samples);
		const piece = options.piece ?? (column.length || 1);
		for (let at = 0; at < column.length; at += piece) await writer.append(device, id, column.subarray(at, at + piece));
	}
	await writer.close();
	return RecordingReader.open(folder);
}
