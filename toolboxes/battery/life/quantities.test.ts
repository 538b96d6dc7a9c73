import { describe, expect, it } from 'vitest';
import { chargeOf, currentOrPower, durationOf, quantityOf, shareOf, temperatureOf } from './quantities.ts';

describe('quantities of a battery', () => {
	it('are read with their units', () => {
		expect(chargeOf('3350mAh', 'x')).toBeCloseTo(12_060, 9);
		expect(chargeOf('2.6 Ah', 'x')).toBeCloseTo(9360, 9);
		expect(chargeOf('810 C', 'x')).toBe(810);
		expect(chargeOf(810, 'x')).toBe(810);
		expect(durationOf('9.9s', 'x')).toBe(9.9);
		expect(durationOf('100ms', 'x')).toBe(0.1);
		expect(durationOf('2 d', 'x')).toBe(172_800);
		expect(durationOf('10y', 'x')).toBe(315_576_000);
		expect(shareOf('5 %', 'x')).toBe(0.05);
		expect(shareOf('0.05', 'x')).toBe(0.05);
		expect(quantityOf('470u', 'F', 'x')).toBeCloseTo(470e-6, 12);
		expect(currentOrPower('2u', 'x')).toEqual({ currentA: 2e-6 });
		expect(currentOrPower('8 mA', 'x')).toEqual({ currentA: 0.008 });
		expect(currentOrPower('1e-6', 'x')).toEqual({ currentA: 1e-6 });
		expect(currentOrPower('5mW', 'x')).toEqual({ powerW: 0.005 });
	});

	it('may be temperatures, one or a schedule', () => {
		expect(temperatureOf('-10', 'x')).toBe(-10);
		expect(temperatureOf('-10:25%,20:75%', 'x')).toEqual([
			{ temperatureC: -10, share: 0.25 },
			{ temperatureC: 20, share: 0.75 },
		]);
		expect(temperatureOf('-10:8h,20:16h', 'x')).toEqual([
			{ temperatureC: -10, durationS: 28_800 },
			{ temperatureC: 20, durationS: 57_600 },
		]);
	});

	it.each([
		['a charge of Wh', () => chargeOf('3 Wh', '--capacity'), /--capacity is "3 Wh"/],
		['a charge without digits', () => chargeOf('mAh', '--capacity'), /--capacity is "mAh"/],
		['a current in V', () => currentOrPower('3 V', '--phase tx'), /--phase tx is "3 V"/],
		['a time in mA', () => durationOf('3 mA', '--phase tx'), /--phase tx is "3 mA"/],
		['a temperature in K', () => temperatureOf('300 K', '--temperature'), /--temperature is "300 K"/],
		['a share in V', () => shareOf('3 V', '--margin'), /--margin is "3 V"/],
	])('%s is refused', (_, read, message) => {
		expect(read).toThrow(message);
		expect(read).toThrow(expect.objectContaining({ code: 'INVALID_VALUE' }));
	});
});
