/** Figures for people: SI values with scaled units, and durations. */

import { scaleOf } from './units.ts';

/** `0.0102834, 'A'` → `10.2834 mA`. The uncertainty, if any, is shown in the same unit with two significant digits. */
export function si(value: number | null | undefined, unit: string, uncertainty?: number | null): string {
	if (value === null || value === undefined || Number.isNaN(value)) return '–';
	if (unit === '°C' || unit === '') return `${Number(value.toPrecision(6))} ${unit}`.trim();
	const magnitude = Math.abs(value);
	const [scale, prefix] = scaleOf(magnitude);
	const scaled = value / scale;
	if (uncertainty === undefined || uncertainty === null || !(uncertainty > 0)) return `${Number(scaled.toPrecision(6))} ${prefix}${unit}`;
	const scaledUncertainty = uncertainty / scale;
	const decimals = Math.min(9, Math.max(0, 1 - Math.floor(Math.log10(scaledUncertainty))));
	return `${scaled.toFixed(decimals)} ± ${scaledUncertainty.toFixed(decimals)} ${prefix}${unit}`;
}

/** `75.5` → `1 min 15.5 s`. */
export function duration(seconds: number): string {
	if (seconds < 60) return `${Number(seconds.toPrecision(7))} s`;
	const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Number((seconds % 60).toFixed(3))];
	return [parts[0] && `${parts[0]} h`, parts[1] && `${parts[1]} min`, parts[2] && `${parts[2]} s`].filter(Boolean).join(' ');
}
