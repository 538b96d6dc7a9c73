import { describe, expect, it } from 'vitest';
import { clock, duration, parseQuantity, plusMinus, quantity, tickLabels } from './format.ts';

describe('quantity', () => {
	it.each([
		[0.0123456, 'A', '12.35 mA'],
		[1.61e-6, 'A', '1.610 µA'],
		[999.96e-6, 'A', '1.000 mA'],
		[3.3, 'V', '3.300 V'],
		[-0.2, 'A', '−200.0 mA'],
		[0, 'A', '0 A'],
		[40e-9, 'W', '40.00 nW'],
		[1234.5, 'J', '1.234 kJ'],
		[23.456, '°C', '23.46 °C'],
		[1e-18, 'A', '0.001 fA'],
		[Number.NaN, 'A', '–'],
		[null, 'A', '–'],
		[undefined, 'A', '–'],
	])('%s %s is %s', (value, unit, text) => expect(quantity(value, unit)).toBe(text));

	it('shows an uncertainty with two digits, or none', () => {
		expect(plusMinus(50.4e-9, 'A')).toBe('± 50 nA');
		expect(plusMinus(null, 'A')).toBeUndefined();
	});
});

describe('axes and times', () => {
	it('labels ticks with one prefix', () => {
		expect(tickLabels([0, 0.0025, 0.005, 0.0075], 'A')).toEqual(['0 mA', '2.5 mA', '5.0 mA', '7.5 mA']);
		expect(tickLabels([-0.001, 0, 0.001], 'A')).toEqual(['−1 mA', '0 mA', '1 mA']);
	});

	it('writes times', () => {
		expect(duration(0.00298)).toBe('2.980 ms');
		expect(duration(75)).toBe('1:15');
		expect(clock(3725)).toBe('1:02:05');
	});
});

describe('parseQuantity', () => {
	it.each([
		['3.3', 'V', 3.3],
		['3,3 V', 'V', 3.3],
		['20mA', 'A', 0.02],
		['500m', 'A', 0.5],
		['1e-3', 'A', 0.001],
		['-5', 'A', -5],
		['', 'V', Number.NaN],
		['abc', 'V', Number.NaN],
		['3 A', 'V', Number.NaN],
		['3.3.3', 'V', Number.NaN],
	])('%s in %s is %s', (text, unit, value) => expect(parseQuantity(text, unit)).toBe(value));
});
