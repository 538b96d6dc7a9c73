/** A time in words, as long as people would say it: `49.4 days`, `2.31 years`. */

import { yearS } from './battery-model.ts';

const units = [
	['year', yearS],
	['day', 86_400],
	['hour', 3600],
	['minute', 60],
	['second', 1],
] as const;

/** Days up to two years; three significant digits. `like`: in the unit in which that time is told. */
export function inWords(seconds: number, like = seconds): string {
	const [name, unitS] = units.find(([name, s]) => Math.abs(like) >= (name === 'year' ? 2 * s : s * 0.9995)) ?? units[units.length - 1];
	const count = Number((seconds / unitS).toPrecision(3));
	return `${count} ${name}${count === 1 ? '' : 's'}`;
}
