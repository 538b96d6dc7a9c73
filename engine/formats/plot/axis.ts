/** An axis: limits, round ticks, and the scaled unit in which they are written. */

import { scaleOf } from '../units.ts';

export interface Axis {
	/** SI. */
	readonly from: number;
	readonly to: number;
	readonly ticks: readonly { readonly at: number; readonly text: string }[];
	/** `mA`, `µs`, …; what the ticks' texts are in. */
	readonly unit: string;
}

/** About `wanted` ticks at 1, 2 or 5 times a power of ten. The limits are kept as they are. */
export function axis(from: number, to: number, unit: string, wanted: number): Axis {
	const span = to - from;
	const raw = span / wanted;
	const power = 10 ** Math.floor(Math.log10(raw));
	const step = ([1, 2, 5].find((factor) => factor * power >= raw * 0.9999) ?? 10) * power;
	const scalable = unit !== '' && unit !== '°C';
	const magnitude = Math.max(Math.abs(from), Math.abs(to));
	// Seconds are not written as ks.
	const [scale, prefix] = scalable ? scaleOf(unit === 's' ? Math.min(magnitude, 1) : magnitude) : [1, ''];
	const decimals = Math.min(12, Math.max(0, -Math.floor(Math.log10(step / scale) + 1e-9)));
	const first = Math.ceil(from / step - 1e-9);
	const last = Math.floor(to / step + 1e-9);
	const ticks = Array.from({ length: Math.max(0, last - first + 1) }, (_, k) => ({
		at: (first + k) * step,
		text: (((first + k) * step) / scale).toFixed(decimals).replace(/^-(0(\.0+)?)$/, '$1'),
	}));
	return { from, to, ticks, unit: `${prefix}${unit}` };
}

/** Limits of values with some room around, and with zero where it is near; never empty. */
export function roomy(min: number, max: number): [number, number] {
	if (!(min <= max)) return [0, 1];
	const span = max - min || Math.abs(max) || 1;
	const low = min >= 0 && min < span ? 0 : min - 0.05 * span;
	const high = max <= 0 && -max < span ? 0 : max + 0.05 * span;
	return low < high ? [low, high] : [0, 1];
}
