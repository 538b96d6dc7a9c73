/**
 * The zips of EM•Scope captures: `…/current.f32.bin`, little-endian float32 in A, beside `…/emscope.yaml`, whose `sampling_rate` states
 * the rate in Hz and `sample_count` the length. Unpacked as it is read, twice: the description may come after the samples.
 */

import { createReadStream } from 'node:fs';
import { Unzip, UnzipInflate, UnzipPassThrough } from 'fflate';
import { MicrojouleError, messageOf } from '../../../drivers/errors.ts';
import { type Candidate, notReadable, type ReadableFormat, type Source, type SourceItem, titles } from '../source.ts';
import { floats } from './raw.ts';

const samplesName = /(^|\/)current\.f32\.bin$/;
const yamlName = /(^|\/)emscope\.yaml$/;
const longestYaml = 1 << 20;

export const zip: ReadableFormat = {
	name: 'zip',
	title: titles.zip,
	matches: ({ head }) => head[0] === 0x50 && head[1] === 0x4b && head[2] === 3 && head[3] === 4,
	async open(file, options) {
		let yaml = '';
		let found = false;
		for await (const bytes of unpacked(file.path, yamlName, (name) => {
			found ||= samplesName.test(name);
		})) {
			yaml += new TextDecoder().decode(bytes);
			if (yaml.length > longestYaml) throw notReadable(file.path, 'its emscope.yaml is too long to be one');
		}
		if (yaml === '' || !found) throw notReadable(file.path, 'the zip holds no current.f32.bin with an emscope.yaml');
		const stated = (key: string) => new RegExp(`^\\s*${key}:\\s*(\\S+)\\s*$`, 'm').exec(yaml)?.[1];
		const rate = options.rate ?? Number(stated('sampling_rate') ?? Number.NaN);
		if (!(rate > 0)) throw notReadable(file.path, 'its emscope.yaml states no sampling_rate');
		const created = Date.parse(stated('creation_date') ?? '');
		return zipSource(file, rate, Number(stated('sample_count') ?? Number.NaN), Number.isNaN(created) ? undefined : new Date(created).toISOString());
	},
};

function zipSource({ path, bytes }: Candidate, rate: number, count: number, start: string | undefined): Source {
	const notes: string[] = [];
	let samplesRead = 0;
	async function* items(): AsyncGenerator<SourceItem> {
		for await (const samples of floats(unpacked(path, samplesName), path)) {
			samplesRead += samples.length;
			yield { channel: 0, samples };
		}
		if (count > 0 && count !== samplesRead) notes.push(`emscope.yaml states ${count} samples`);
	}
	const share = () => Math.min(1, samplesRead / (count > 0 ? count : bytes));
	return { channels: [{ id: 'mc', label: 'Main current', unit: 'A', rate, firstS: 0 }], start, notes, items, share };
}

/** The contents of the first file of that name, in pieces. `onName` hears of every file. */
async function* unpacked(path: string, wanted: RegExp, onName: (name: string) => void = () => {}): AsyncGenerator<Uint8Array> {
	const ready: Uint8Array[] = [];
	let state: 'before' | 'inside' | 'after' = 'before';
	const unzip = new Unzip((file) => {
		onName(file.name);
		if (state !== 'before' || !wanted.test(file.name)) return;
		state = 'inside';
		file.ondata = (error, bytes, final) => {
			if (error) throw error;
			if (bytes.length > 0) ready.push(bytes);
			if (final) state = 'after';
		};
		file.start();
	});
	unzip.register(UnzipInflate);
	unzip.register(UnzipPassThrough);
	try {
		for await (const piece of createReadStream(path, { highWaterMark: 1 << 16 })) {
			unzip.push(piece as Uint8Array);
			yield* ready.splice(0);
		}
		unzip.push(new Uint8Array(0), true);
	} catch (error) {
		throw error instanceof MicrojouleError ? error : notReadable(path, `the zip cannot be unpacked (${messageOf(error)})`, error);
	}
	yield* ready;
	if ((state as string) === 'inside') throw notReadable(path, 'the zip is cut off');
}
