/**
 * Time stamps of logs. A format is `iso`, a unit (`s`, `ms`, `us`, `ns`: a plain number of it), or a pattern as strptime knows it: `%m-%d %H:%M:%S.%f`.
 * A stamp without a year gets the one that brings it nearest to the recording; one without a zone is of the zone that the converter names.
 */

export interface TimePlace {
	/** `local` (this computer's), `utc`, or `+02:00`. */
	readonly zone: string;
	/** ms since 1970. */
	readonly around: number;
}

/** s, since 1970 where the stamp has a date or is a wall clock's number; undefined for what does not fit. */
export type TimeReader = (stamp: string) => number | undefined;

const units: Readonly<Record<string, number>> = { s: 1, ms: 1e-3, us: 1e-6, ns: 1e-9 };
const isoPattern = '%Y-%m-%d[T ]%H:%M:%S(?:[.,]%f)?(?: ?%z)?';
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** What a directive stands for. Their expressions cannot overlap with one another's repetition: matching is linear. */
const directives: Readonly<Record<string, string>> = {
	Y: '(?<Y>\\d{4})',
	m: '(?<m>\\d{1,2})',
	b: '(?<b>[A-Za-z]{3})',
	d: '(?<d>\\d{1,2})',
	H: '(?<H>\\d{1,2})',
	M: '(?<M>\\d{1,2})',
	S: '(?<S>\\d{1,2})',
	f: '(?<f>\\d{1,9})',
	z: '(?<z>Z|UTC|[+-]\\d\\d:?\\d\\d)',
};

/** The first of the formats that fits decides. `refuse` throws, saying what is wrong with a format. */
export function compileTimeFormats(formats: readonly string[], place: TimePlace, refuse: (problem: string) => never): TimeReader {
	const readers = formats.map((format): TimeReader => {
		if (format in units) return (stamp) => (/^\s*[+-]?\d+(\.\d+)?\s*$/.test(stamp) ? Number(stamp) * units[format] : undefined);
		const expression = format === 'iso' ? fill(isoPattern) : expressionOf(format, refuse);
		return (stamp) => {
			const fields = expression.exec(stamp.trim())?.groups;
			return fields && secondsOf(fields, place);
		};
	});
	return (stamp) => {
		for (const reader of readers) {
			const seconds = reader(stamp);
			if (seconds !== undefined) return seconds;
		}
		return undefined;
	};
}

function expressionOf(format: string, refuse: (problem: string) => never): RegExp {
	const used = [...format.matchAll(/%(.?)/g)].map(([, letter]) => letter);
	for (const letter of used)
		if (letter !== '%' && !Object.hasOwn(directives, letter))
			refuse(
				`the time format "${format}" has %${letter}; known are ${Object.keys(directives)
					.map((each) => `%${each}`)
					.join(' ')} and %%, "iso", and the units ${Object.keys(units).join(', ')}`,
			);
	const twice = used.find((letter, index) => letter !== '%' && used.indexOf(letter) !== index);
	if (twice !== undefined) refuse(`the time format "${format}" has %${twice} twice`);
	for (const [letter, ...or] of [['d'], ['m', 'b'], ['H'], ['M']])
		if (![letter, ...or].some((each) => used.includes(each))) refuse(`the time format "${format}" has no %${[letter, ...or].join(' or %')}; without it a time is not known`);
	return fill(format.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/ +/g, ' +'));
}

function fill(pattern: string): RegExp {
	return new RegExp(`^${pattern.replace(/%(.)/g, (_, letter: string) => (letter === '%' ? '%' : directives[letter]))}$`);
}

/** s since 1970; undefined for a day or an hour that there is not. */
function secondsOf(fields: Readonly<Record<string, string | undefined>>, { zone, around }: TimePlace): number | undefined {
	const month = fields.b === undefined ? Number(fields.m) : months.indexOf(fields.b.toLowerCase()) + 1;
	const [day, hour, minute, second] = [Number(fields.d), Number(fields.H), Number(fields.M), Number(fields.S ?? 0)];
	if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) return undefined;
	const shiftS = zoneShiftS(fields.z ?? zone);
	const at = (year: number) => {
		const made = shiftS === undefined ? new Date(year, month - 1, day, hour, minute, second) : new Date(Date.UTC(year, month - 1, day, hour, minute, second));
		return made.getTime() / 1000 - (shiftS ?? 0);
	};
	const fraction = fields.f === undefined ? 0 : Number(`0.${fields.f}`);
	if (fields.Y !== undefined) return at(Number(fields.Y)) + fraction;
	const year = new Date(around).getUTCFullYear();
	const away = (seconds: number) => Math.abs(seconds - around / 1000);
	return [year - 1, year + 1].map(at).reduce((best, other) => (away(other) < away(best) ? other : best), at(year)) + fraction;
}

/** s east of Greenwich; undefined: this computer's zone. */
function zoneShiftS(zone: string): number | undefined {
	if (zone === 'local') return undefined;
	const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(zone) ?? [];
	return sign === undefined ? 0 : (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60);
}
