import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addMonths, periodEnd } from './calendar.ts';

const day = (time: number | undefined) => (time === undefined ? undefined : new Date(time).toISOString().slice(0, 10));

it('goes from 31 January over the end of February back to the 31st', () => {
	const anchor = Date.UTC(2026, 0, 31, 12, 30);
	const ends: number[] = [];
	for (let time = anchor; ends.length < 13; time = ends.at(-1) as number) ends.push(periodEnd('monthly', anchor, time) as number);
	expect(ends.map(day)).toEqual(
		['2026-02-28', '2026-03-31', '2026-04-30', '2026-05-31', '2026-06-30', '2026-07-31', '2026-08-31', '2026-09-30', '2026-10-31', '2026-11-30', '2026-12-31'].concat([
			'2027-01-31',
			'2027-02-28',
		]),
	);
	expect(new Date(ends[0]).toISOString()).toBe('2026-02-28T12:30:00.000Z');
});

it('knows leap years', () => {
	expect(day(periodEnd('monthly', Date.UTC(2028, 0, 30), Date.UTC(2028, 0, 30)))).toBe('2028-02-29');
	expect(day(periodEnd('yearly', Date.UTC(2028, 1, 29), Date.UTC(2028, 1, 29)))).toBe('2029-02-28');
	expect(day(periodEnd('yearly', Date.UTC(2028, 1, 29), Date.UTC(2031, 1, 28)))).toBe('2032-02-29');
	expect(day(addMonths(Date.UTC(2099, 10, 30), 3))).toBe('2100-02-28');
});

it('has no period for a perpetual licence', () => {
	expect(periodEnd('perpetual', 0, 0)).toBeUndefined();
});

it('has periods of 28 to 31 days, each beginning where the last one ended', () => {
	fc.assert(
		fc.property(fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2100, 0) }), fc.integer({ min: 0, max: 60 }), (anchor, count) => {
			const start = addMonths(anchor, count);
			const end = periodEnd('monthly', anchor, start) as number;
			expect(end).toBe(addMonths(anchor, count + 1));
			const days = (end - start) / 86_400_000;
			expect(days).toBeGreaterThanOrEqual(28);
			expect(days).toBeLessThanOrEqual(31);
			expect(new Date(end).getUTCDate()).toBeLessThanOrEqual(new Date(anchor).getUTCDate());
		}),
	);
});
