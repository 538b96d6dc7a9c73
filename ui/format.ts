/** Figures for people: SI values to scaled units with a sensible number of digits, durations, uncertainties. Pure functions. */

const prefixes = ['f', 'p', 'n', 'µ', 'm', '', 'k', 'M', 'G'] as const;
const unitPrefix = prefixes.indexOf('');
export const noValue = '–';

/** Units that are never scaled. */
const plainUnits = new Set(['°C', '%', '']);

/** The power of a thousand a magnitude is written with. `significant` digits may round it up to the next one: 999.96 µA is 1.000 mA. */
function exponentOf(magnitude: number, unit: string, significant: number): number {
	if (magnitude === 0 || !Number.isFinite(magnitude) || plainUnits.has(unit)) return 0;
	const rounded = Number(magnitude.toPrecision(significant));
	return Math.min(prefixes.length - 1 - unitPrefix, Math.max(-unitPrefix, Math.floor(Math.log10(rounded) / 3 + 1e-9)));
}

function prefixOf(exponent: number): string {
	return prefixes[exponent + unitPrefix];
}

/** Minus as the typographic sign, of the width of a plus. */
function signed(text: string): string {
	return text.replace('-', '−');
}

/** `0.0123456, 'A'` is `12.35 mA`. What is not a number is a dash. */
export function quantity(value: number | null | undefined, unit: string, significant = 4): string {
	if (value === null || value === undefined || !Number.isFinite(value)) return noValue;
	const exponent = exponentOf(Math.abs(value), unit, significant);
	const scaled = value / 1000 ** exponent;
	const digits = Math.abs(scaled) >= 1 ? Math.floor(Math.log10(Math.abs(Number(scaled.toPrecision(significant))))) + 1 : 1;
	const text = value === 0 ? '0' : scaled.toFixed(Math.max(0, significant - digits));
	return `${signed(text)} ${prefixOf(exponent)}${unit}`.trimEnd();
}

/** A half-width, two digits: `± 12 nA`. Undefined where none is known. */
export function plusMinus(uncertainty: number | null | undefined, unit: string): string | undefined {
	if (uncertainty === null || uncertainty === undefined || !Number.isFinite(uncertainty)) return undefined;
	return `± ${quantity(uncertainty, unit, 2)}`;
}

/** Labels for the ticks of an axis: one prefix for all, as many decimals as tell them apart. */
export function tickLabels(ticks: readonly number[], unit: string): string[] {
	const largest = Math.max(...ticks.map(Math.abs), 0);
	const exponent = exponentOf(largest, unit, 12);
	const scale = 1000 ** exponent;
	const step = ticks.length > 1 ? Math.abs(ticks[1] - ticks[0]) / scale : 1;
	const decimals = decimalsOf(step);
	return ticks.map((tick) =>
		Math.abs(tick) < (step * scale) / 1000 ? `0 ${prefixOf(exponent)}${unit}` : `${signed((tick / scale).toFixed(decimals))} ${prefixOf(exponent)}${unit}`,
	);
}

/** As few decimals as write the step of an axis exactly. */
function decimalsOf(step: number): number {
	let decimals = 0;
	while (decimals < 9 && Math.abs(Math.round(step * 10 ** decimals) / (step * 10 ** decimals) - 1) > 1e-6) decimals++;
	return decimals;
}

/** A duration or point in time: scaled below a minute, `h:mm:ss` above. */
export function duration(seconds: number, significant = 4): string {
	if (!Number.isFinite(seconds)) return noValue;
	if (Math.abs(seconds) < 60) return quantity(seconds, 's', significant);
	const whole = Math.floor(Math.abs(seconds));
	return `${seconds < 0 ? '−' : ''}${clock(whole)}`;
}

/** `m:ss`, or `h:mm:ss` from an hour on. */
export function clock(seconds: number): string {
	const whole = Math.max(0, Math.floor(seconds));
	const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
	const two = (part: number) => String(part).padStart(2, '0');
	return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** What a person typed: a decimal point or comma, and an optional prefix and unit (`500m`, `3,3 V`, `20 mA`). NaN when it is no number. */
export function parseQuantity(text: string, unit: string): number {
	const match = /^([+\-−]?\d*(?:[.,]\d*)?(?:e[+-]?\d+)?)\s*([munpµk]?)([a-zΩ°]*)$/i.exec(text.trim());
	if (!match || !/\d/.test(match[1])) return Number.NaN;
	const [, number, prefix, given] = match;
	if (given !== '' && given.toLowerCase() !== unit.toLowerCase()) return Number.NaN;
	const exponents: Record<string, number> = { k: 3, m: -3, u: -6, µ: -6, n: -9, p: -12 };
	const exponent = prefix === '' ? 0 : (exponents[prefix.toLowerCase()] ?? Number.NaN);
	// Through the decimal text, not a multiplication: 20 mA is 0.02, not 0.020000000000000004.
	const [mantissa, power = '0'] = String(Number(number.replace(',', '.').replace('−', '-'))).split('e');
	return Number(`${mantissa}e${Number(power) + exponent}`);
}
