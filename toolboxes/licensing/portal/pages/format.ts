/** Times, money and names as people read them. */

const dates = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium' });
const times = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
const clocks = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short' });

/** ISO 8601 → `24 Nov 2026`. */
export function date(iso: string): string {
	return dates.format(new Date(iso));
}

/** ISO 8601 → `24 Nov 2026, 11:43`. */
export function time(iso: string): string {
	return times.format(new Date(iso));
}

/** ISO 8601 → `11:43` on this day, else with the date. */
export function soon(iso: string): string {
	const at = new Date(iso);
	return at.toDateString() === new Date().toDateString() ? clocks.format(at) : times.format(at);
}

/** An amount in the smallest unit of its currency, such as cents. */
export function money(amount: number, currency: string): string {
	const format = new Intl.NumberFormat('en', { style: 'currency', currency });
	return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}

/** 1500 → `1.5 kB`. */
export function size(bytes: number): string {
	const units = ['B', 'kB', 'MB'];
	const step = bytes < 1000 ? 0 : bytes < 1e6 ? 1 : 2;
	return `${Number((bytes / 1000 ** step).toPrecision(3))} ${units[step]}`;
}

export function capital(word: string): string {
	return word.charAt(0).toUpperCase() + word.slice(1);
}

/** `1 licence`, `3 licences`. */
export function count(number: number, noun: string): string {
	return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
