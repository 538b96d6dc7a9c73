/** Units as files spell them, turned into SI, and SI turned into scaled units for axes and tables. */

const prefixes: Readonly<Record<string, number>> = { G: 1e-9, M: 1e-6, k: 1e-3, '': 1, m: 1e3, u: 1e6, µ: 1e6, μ: 1e6, n: 1e9, p: 1e12 };
const times: Readonly<Record<string, number>> = { s: 1, sec: 1, seconds: 1, ms: 1e3, us: 1e6, µs: 1e6, μs: 1e6, ns: 1e9, min: 1 / 60, h: 1 / 3600 };
const temperatures = ['°C', 'degC'];

/** An SI unit, and how many of the file's units make one: value / perUnit is SI. */
export interface Unit {
	readonly unit: string;
	readonly perUnit: number;
}

/** `uA` → A, 10⁶. Undefined for what is no unit of a channel. */
export function channelUnit(text: string): Unit | undefined {
	if (temperatures.includes(text)) return { unit: '°C', perUnit: 1 };
	const unit = text.slice(-1);
	const perUnit = 'AVW'.includes(unit) && unit !== '' ? perUnitOf(text, unit) : undefined;
	return perUnit === undefined ? undefined : { unit, perUnit };
}

/** `uJ`, J → 10⁶: how many of a scaled unit make one. Undefined for what is no such unit. */
export function perUnitOf(text: string, unit: string): number | undefined {
	const prefix = text.slice(0, text.length - unit.length);
	return text.endsWith(unit) && Object.hasOwn(prefixes, prefix) ? prefixes[prefix] : undefined;
}

/** `ms` → s, 10³. */
export function timeUnit(text: string): Unit | undefined {
	const perUnit = times[text];
	return perUnit === undefined ? undefined : { unit: 's', perUnit };
}

/** Scales for people, largest first. */
export const scales: readonly (readonly [number, string])[] = [
	[1e9, 'G'],
	[1e6, 'M'],
	[1e3, 'k'],
	[1, ''],
	[1e-3, 'm'],
	[1e-6, 'µ'],
	[1e-9, 'n'],
	[1e-12, 'p'],
];

/** The scale in which a magnitude reads as 1 to 999. */
export function scaleOf(magnitude: number): readonly [number, string] {
	if (magnitude === 0) return [1, ''];
	return scales.find(([limit]) => magnitude >= limit * 0.9999995) ?? [1e-12, 'p'];
}
