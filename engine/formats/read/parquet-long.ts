/**
 * Parquet of other programs in long form: a row a sample, with columns `channel`, a time and `value`, perhaps `device` and `unit`. Channels may
 * come one after the other or mixed. The file is gone through twice: once for which channels there are and how fast each is, once for the samples.
 */

import type { FileMetaData } from 'hyparquet';
import { MicrojouleError } from '../../../drivers/errors.ts';
import { notReadable, type Source, type SourceChannel, type SourceItem, type SourceOptions } from '../source.ts';
import { estimateRate, TimeBase } from '../time-base.ts';
import { type Layout, unitOfChannel } from './layout.ts';
import { guarded, numeric, pieces, type ReadColumn, seconds } from './parquet-columns.ts';

/** The names of the columns, as the file spells them. */
export interface LongColumns {
	readonly channel: string;
	readonly value: string;
	readonly device: string | undefined;
	readonly unit: string | undefined;
}

interface Series {
	readonly id: string;
	readonly device: string | undefined;
	readonly unitText: string | undefined;
	/** s, of its first rows. */
	readonly timesS: number[];
}

const probeRows = 4096;
const blockSamples = 1 << 14;
/** A pause of more samples than this is taken for damage. */
const mostMissing = 2 ** 30;

/** The columns of a long file; undefined for a file that is not one. */
export function longColumns(names: readonly string[]): LongColumns | undefined {
	const named = (word: string) => names.find((name) => name.toLowerCase() === word);
	const [channel, value] = [named('channel'), named('value')];
	return channel === undefined || value === undefined ? undefined : { channel, value, device: named('device'), unit: named('unit') };
}

/** `time` is the time column and its unit. Throws INVALID_VALUE where a channel's unit or rate must be stated, DAMAGED for a file that cannot be one. */
export async function longSource(
	path: string,
	metadata: FileMetaData,
	read: ReadColumn,
	columns: LongColumns,
	time: { readonly name: string; readonly perUnit: NonNullable<Layout['time']>['perUnit'] },
	options: SourceOptions,
): Promise<Source> {
	const found = await survey(metadata, read, columns, time);
	if (found.size === 0) throw notReadable(path, 'it holds no rows');
	const channels: SourceChannel[] = [];
	for (const series of found.values()) {
		const channel = channelOf(path, series, options);
		// Of two currents of one device the first becomes mc, the other keeps its own name.
		const taken = channels.some(({ id, deviceName }) => id === channel.id && deviceName === channel.deviceName);
		channels.push(taken ? { ...channel, id: series.id.replace(/[^A-Za-z0-9._-]+/g, '-') } : channel);
	}
	const perUnits = [...found.values()].map(({ id, unitText }) => unitOfChannel(id, unitText)?.perUnit ?? 1);
	const places = new Map([...found.keys()].map((key, place) => [key, place]));
	const notes: string[] = [];
	const rows = Number(metadata.num_rows) || 1;
	let done = 0;
	async function* items(): AsyncGenerator<SourceItem> {
		const bases = channels.map(({ rate }) => new TimeBase(rate));
		const blocks = channels.map(() => new Float32Array(blockSamples));
		const lengths = channels.map(() => 0);
		const take = (channel: number): SourceItem => {
			const samples = blocks[channel].subarray(0, lengths[channel]);
			lengths[channel] = 0;
			return { channel, samples };
		};
		for (const [from, to] of pieces(metadata)) {
			const [ids, devices, times, values] = await Promise.all([
				read(columns.channel, from, to),
				columns.device === undefined ? undefined : read(columns.device, from, to),
				read(time.name, from, to),
				read(columns.value, from, to),
			]);
			for (let k = 0; k < to - from; k++) {
				const channel = places.get(keyOf(devices?.[k], ids[k])) as number;
				let missing = bases[channel].place(seconds(times[k], time.perUnit), false);
				if (Number.isNaN(missing)) throw notReadable(path, `time runs backwards, or is none, in row ${from + k + 1} of ${channels[channel].id}`);
				if (missing > mostMissing) throw notReadable(path, `the time of row ${from + k + 1} leaves out ${missing} samples`);
				if (missing < 0) continue;
				while (missing > 0) {
					const lost = Math.min(missing, blockSamples - lengths[channel]);
					blocks[channel].fill(Number.NaN, lengths[channel], lengths[channel] + lost);
					lengths[channel] += lost;
					missing -= lost;
					if (lengths[channel] === blockSamples) yield take(channel);
				}
				blocks[channel][lengths[channel]++] = numeric(values[k]) / perUnits[channel];
				if (lengths[channel] === blockSamples) yield take(channel);
			}
			done = to;
		}
		for (const channel of channels.keys()) if (lengths[channel] > 0) yield take(channel);
		for (const [channel, base] of bases.entries()) notes.push(...base.notes().map((note) => `${channels[channel].id}: ${note}`));
	}
	return { channels, notes, items: () => guarded(path, items()), share: () => done / rows };
}

async function survey(metadata: FileMetaData, read: ReadColumn, columns: LongColumns, time: { readonly name: string; readonly perUnit: number }): Promise<Map<string, Series>> {
	const found = new Map<string, Series>();
	for (const [from, to] of pieces(metadata)) {
		const [ids, devices, units] = await Promise.all([columns.channel, columns.device, columns.unit].map((name) => (name === undefined ? undefined : read(name, from, to))));
		let times: ArrayLike<unknown> | undefined;
		for (let k = 0; k < to - from; k++) {
			const key = keyOf(devices?.[k], ids?.[k]);
			let series = found.get(key);
			if (!series) {
				series = { id: String(ids?.[k]), device: text(devices?.[k]), unitText: text(units?.[k]), timesS: [] };
				found.set(key, series);
			}
			if (series.timesS.length >= probeRows) continue;
			times ??= await read(time.name, from, to); // only where a channel is still new
			series.timesS.push(seconds(times[k], time.perUnit));
		}
	}
	return found;
}

function channelOf(path: string, { id, device, unitText, timesS }: Series, options: SourceOptions): SourceChannel {
	const unit = unitOfChannel(id, unitText);
	if (!unit)
		throw new MicrojouleError(
			'INVALID_VALUE',
			`${path} does not say in which unit the channel "${id}" is${unitText === undefined ? '' : ` ("${unitText}" is none)`}: give it a column "unit" (A, mA, V, W, …), or call the channel mc, mv, mp or such as current_mA.`,
			{ path, channel: id },
		);
	const firstS = timesS[0];
	if (timesS.some((value) => Number.isNaN(value))) throw notReadable(path, `its time column holds something that is no time, at the channel ${id}`);
	if (options.rate === undefined && timesS.length < 2) throw notReadable(path, `the channel ${id} has fewer than two samples, so no rate; state --rate`);
	const rate = options.rate ?? estimateRate(Float64Array.from(timesS), 1e-9).rate;
	return { id: unit.id, label: unit.label, unit: unit.unit, rate, firstS, deviceName: device };
}

function keyOf(device: unknown, channel: unknown): string {
	return `${text(device) ?? ''}\0${channel}`;
}

function text(value: unknown): string | undefined {
	return value === null || value === undefined || value === '' ? undefined : String(value);
}
