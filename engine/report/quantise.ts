/**
 * Columns of numbers as 16 bits each, for a report's page: a value is `low + code · span / 65534` of its block, where `low` and `span` are float32 and stand
 * before the block's codes. What a block does not span costs no precision, so a sleeping current keeps its digits beside a transmit burst. Little-endian.
 * `viewer.ts` reads them.
 */

/** Values a block has. */
export const blockValues = 64;
const largest = 65_534;
/** Not a number: nothing was measured. */
const nothing = 65_535;
/** The smallest float32. */
const least32 = 2 ** -149;

/** Which way a value may be off, by at most span / 65534: a minimum is never shown too high, a maximum never too low. */
export type Rounding = 'down' | 'up' | 'nearest';

export function quantise(values: ArrayLike<number>, rounding: Rounding): Buffer {
	const blocks = Math.ceil(values.length / blockValues);
	const bytes = Buffer.alloc(blocks * 8 + values.length * 2);
	let at = 0;
	for (let first = 0; first < values.length; first += blockValues) {
		const end = Math.min(values.length, first + blockValues);
		const [low, span] = limits(values, first, end);
		bytes.writeFloatLE(low, at);
		bytes.writeFloatLE(span, at + 4);
		at += 8;
		for (let k = first; k < end; k++, at += 2) bytes.writeUInt16LE(codeOf(values[k], low, span, rounding), at);
	}
	return bytes;
}

function codeOf(value: number, low: number, span: number, rounding: Rounding): number {
	if (Number.isNaN(value)) return nothing;
	if (span === 0) return 0;
	const decoded = (code: number) => low + (code * span) / largest;
	let code = Math.min(largest, Math.max(0, Math.round(((value - low) / span) * largest)));
	if (rounding === 'down' && code > 0 && decoded(code) > value) code--;
	if (rounding === 'up' && code < largest && decoded(code) < value) code++;
	return code;
}

/** The block's smallest value and span as float32 that enclose all of it. */
function limits(values: ArrayLike<number>, first: number, end: number): [low: number, span: number] {
	let low = Number.POSITIVE_INFINITY;
	let high = Number.NEGATIVE_INFINITY;
	for (let k = first; k < end; k++) {
		if (values[k] < low) low = values[k];
		if (values[k] > high) high = values[k];
	}
	if (low > high) return [0, 0];
	const below = Math.fround(low) <= low ? Math.fround(low) : Math.fround(low - Math.max(Math.abs(low) * 2 ** -23, least32));
	let span = Math.fround(high - below);
	while (below + span < high) span = Math.fround(span * (1 + 2 ** -22) + least32);
	return [below, span];
}
