/**
 * Which samples a crop keeps, and where the new recording begins. Sample n of a channel is kept when its moment, n / rate plus the channel's
 * offset, lies in [from, to). The new recording begins at the first of these moments (or at `from`, where that lies a sample or more
 * before it); a channel whose own first sample comes later, because it is slower or shifted, says by how much in its offset. No sample is
 * moved against another, none is made up.
 */

import { MicrojouleError } from '../../drivers/errors.ts';
import type { RecordedChannel, RecordingInfo } from '../recording/format.ts';
import { indexAt } from '../recording/range-split.ts';

export interface CropPlan {
	/** s, of the old recording as shown. */
	readonly from: number;
	readonly to: number;
	/** s: this moment of the old recording is 0 in the new one. */
	readonly origin: number;
	/** Samples [first, last) of each channel, and its offset, s, in the new recording. */
	readonly channels: readonly { readonly channel: RecordedChannel; readonly first: number; readonly last: number; readonly offset: number }[];
	/** Old offsets, s, by `<device>.<channel>`; also of channels without samples. */
	readonly offsets: Readonly<Record<string, number>>;
}

/** Below this, in samples, two moments are the same. */
const sameSamples = 1e-6;

/** Throws INVALID_VALUE for a window that is none or holds no sample. */
export function planCrop(
	info: RecordingInfo,
	from: number = Number.NEGATIVE_INFINITY,
	to: number = Number.POSITIVE_INFINITY,
	offsets: Readonly<Record<string, number>> = {},
): CropPlan {
	if (Number.isNaN(from) || Number.isNaN(to)) throw new MicrojouleError('INVALID_VALUE', 'An edge of the crop is not a number; give times in s.', { from, to });
	const kept = info.channels.map((channel) => {
		const { rate, count } = channel;
		const shift = offsets[`${channel.device}.${channel.id}`] ?? 0;
		const clip = (index: number) => Math.min(Math.max(index, 0), count);
		const first = clip(indexAt(from - shift, rate));
		return { channel, shift, first, last: Math.max(first, clip(indexAt(to - shift, rate))) };
	});
	const filled = kept.filter(({ first, last }) => last > first);
	if (filled.length === 0)
		throw new MicrojouleError('INVALID_VALUE', `Cropping the recording ${info.id} to ${from} … ${to} s would keep nothing; it has ${extent(info, offsets)}.`, { from, to });
	const begin = ({ channel, shift, first }: (typeof kept)[number]) => first / channel.rate + shift;
	const earliest = Math.min(...filled.map(begin));
	const start = Math.max(from, Math.min(0, ...kept.map(({ shift }) => shift)));
	const stepS = 1 / Math.max(...filled.map(({ channel }) => channel.rate));
	const origin = earliest - start < stepS ? earliest : start;
	const channels = kept.map((each) => {
		const later = each.last > each.first ? begin(each) - origin : 0;
		return { channel: each.channel, first: each.first, last: each.last, offset: later * each.channel.rate < sameSamples ? 0 : later };
	});
	return { from, to, origin, channels, offsets };
}

function extent(info: RecordingInfo, offsets: Readonly<Record<string, number>>): string {
	const filled = info.channels.filter(({ count }) => count > 0);
	if (filled.length === 0) return 'no samples';
	const shift = ({ device, id }: RecordedChannel) => offsets[`${device}.${id}`] ?? 0;
	const begins = filled.map(shift);
	const ends = filled.map((channel) => shift(channel) + channel.count / channel.rate);
	return `samples from ${Math.min(...begins)} to ${Math.max(...ends)} s`;
}
