/**
 * Raw little-endian float32. The rate, and the unit where it is not A, stand in a JSON sidecar `<file>.json`, for example
 * `{"rate": 100000, "unit": "A"}`. Further fields are those that an export writes: `id`, `label`, `from` (s of the first sample), `start`,
 * `ranges`, `rail`, `settleS`, `device` (as in recording.json), and `events`, the name of a file of events beside it.
 */

import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MicrojouleError, messageOf } from '../../../drivers/errors.ts';
import { models } from '../../../drivers/models.ts';
import type { RecordedChannel, RecordedDevice } from '../../recording/format.ts';
import { type Candidate, notReadable, type ReadableFormat, type Source, type SourceChannel, type SourceItem, titles } from '../source.ts';
import { channelUnit } from '../units.ts';
import { eventLines } from './event-lines.ts';

/** What a sidecar may say. */
export interface Sidecar {
	readonly rate?: number;
	readonly unit?: string;
	readonly id?: string;
	readonly label?: string;
	/** s of the first sample. */
	readonly from?: number;
	/** ISO 8601 of time 0. */
	readonly start?: string;
	readonly ranges?: RecordedChannel['ranges'];
	readonly rail?: RecordedChannel['rail'];
	readonly settleS?: number;
	readonly device?: RecordedDevice;
	readonly events?: string;
}

export const raw: ReadableFormat = {
	name: 'raw',
	title: titles.raw,
	matches: ({ path }) => /\.(f32|f32\.bin|bin|raw)$/i.test(path),
	async open(file, options) {
		const sidecar = await readSidecar(`${file.path}.json`);
		const rate = options.rate ?? sidecar.rate;
		if (typeof rate !== 'number' || !(rate > 0))
			throw new MicrojouleError('INVALID_VALUE', `The sample rate of ${file.path} is not known: put {"rate": …, "unit": "A"} into ${file.path}.json, or state it with --rate.`, {
				path: file.path,
			});
		const stated = options.columns?.[0]?.unit ?? sidecar.unit ?? 'A';
		const unit = typeof stated === 'string' ? channelUnit(stated) : undefined;
		if (!unit)
			throw new MicrojouleError('INVALID_VALUE', `The unit of ${file.path} is ${JSON.stringify(stated)}; it must be A, V, W or °C, perhaps with a prefix: mA, uA, nA.`, {
				path: file.path,
				unit: stated,
			});
		if (file.bytes % 4 !== 0) throw notReadable(file.path, `its ${file.bytes} bytes are no whole number of float32 samples`);
		const id = options.columns?.[0]?.id ?? sidecar.id ?? { A: 'mc', V: 'mv', W: 'mp', '°C': 'tp' }[unit.unit] ?? 'mc';
		const { label = models.ace.channels.find((channel) => channel.id === id)?.label ?? id, from = 0, ranges, rail, settleS, device } = sidecar;
		return rawSource(file, { id, label, unit: unit.unit, rate, firstS: from, device, ranges, rail, settleS }, unit.perUnit, sidecar);
	},
};

function rawSource({ path, bytes }: Candidate, channel: SourceChannel, perUnit: number, sidecar: Sidecar): Source {
	let done = 0;
	async function* items(): AsyncGenerator<SourceItem> {
		for await (const samples of floats(createReadStream(path, { highWaterMark: 1 << 18 }), path)) {
			if (perUnit !== 1) for (let k = 0; k < samples.length; k++) samples[k] /= perUnit;
			done += samples.byteLength;
			yield { channel: 0, samples };
		}
		if (sidecar.events !== undefined) yield* eventLines(join(dirname(path), sidecar.events), channel.device?.id);
	}
	return { channels: [channel], start: sidecar.start, notes: [], items, share: () => done / bytes };
}

/** Pieces of bytes as little-endian float32, in blocks of their own memory. Throws DAMAGED when a sample is cut off at the end. */
export async function* floats(pieces: AsyncIterable<Uint8Array>, path: string): AsyncGenerator<Float32Array> {
	let rest = new Uint8Array(0);
	try {
		for await (const piece of pieces) {
			const whole = (rest.length + piece.length) & ~3;
			const samples = new Float32Array(whole / 4);
			const bytes = new Uint8Array(samples.buffer);
			bytes.set(rest.subarray(0, whole));
			const taken = Math.max(0, whole - rest.length);
			bytes.set(piece.subarray(0, taken), Math.min(rest.length, whole));
			const left = new Uint8Array(rest.length + piece.length - whole);
			if (whole === 0) left.set(rest);
			left.set(piece.subarray(taken), left.length - (piece.length - taken));
			rest = left;
			if (samples.length > 0) yield samples;
		}
	} catch (error) {
		throw error instanceof MicrojouleError ? error : notReadable(path, messageOf(error), error);
	}
	if (rest.length > 0) throw notReadable(path, 'its last sample is cut off');
}

async function readSidecar(path: string): Promise<Sidecar> {
	let text: string;
	try {
		text = await readFile(path, 'utf8');
	} catch {
		return {};
	}
	try {
		const sidecar = JSON.parse(text) as Sidecar | null;
		return sidecar && typeof sidecar === 'object' ? sidecar : {};
	} catch (error) {
		throw new MicrojouleError('DAMAGED', `The sidecar ${path} is not valid JSON: ${messageOf(error)}.`, { path }, error);
	}
}
