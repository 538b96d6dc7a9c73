import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultPriceFile, money, PriceList, sumsOf } from './prices.ts';

const prices = PriceList.read();
const basket = (lines: { type: string; term: string; quantity: number }[], country = 'DE', currency = 'EUR') => ({ lines, country, currency });

describe('the price list', () => {
	it('adds up lines and the tax of the country', () => {
		const lines = [
			{ type: 'Automation', term: 'monthly', quantity: 2 },
			{ type: 'Battery', term: 'perpetual', quantity: 1 },
		];
		expect(prices.quote(basket(lines))).toMatchObject({ net: 2 * 4900 + 179_000, taxRate: 19, tax: 35_872, total: 224_672, currency: 'EUR' });
		expect(prices.quote(basket(lines)).lines[0]).toEqual({ type: 'Automation', term: 'monthly', quantity: 2, unitNet: 4900, net: 9800 });
		expect(prices.quote(basket(lines, 'US', 'USD'))).toMatchObject({ net: 2 * 5400 + 197_000, taxRate: 0, tax: 0, currency: 'USD' });
	});

	it('rounds the tax once, half a cent up, exactly', () => {
		expect(sumsOf([{ unitNet: 50, quantity: 1 }], 25, 'EUR').tax).toBe(13); // 12.5
		expect(sumsOf([{ unitNet: 1_000_000, quantity: 5 }], 8.1, 'CHF').tax).toBe(405_000);
		fc.assert(
			fc.property(fc.integer({ min: 1, max: 1e8 }), fc.integer({ min: 1, max: 100 }), fc.integer({ min: 0, max: 10_000 }), (unitNet, quantity, hundredths) => {
				const exact = (BigInt(unitNet * quantity) * BigInt(hundredths) * 2n + 10_000n) / 20_000n;
				expect(sumsOf([{ unitNet, quantity }], hundredths / 100, 'EUR').tax).toBe(Number(exact));
			}),
		);
	});

	it.each([
		[[{ type: 'Enterprise', term: 'monthly', quantity: 1 }], 'DE', 'EUR', 'type "Enterprise"'],
		[[{ type: 'Automation', term: 'weekly', quantity: 1 }], 'DE', 'EUR', '"weekly" licence'],
		[[{ type: 'Automation', term: 'monthly', quantity: 0 }], 'DE', 'EUR', 'quantity is 0'],
		[[{ type: 'Automation', term: 'monthly', quantity: 1.5 }], 'DE', 'EUR', 'quantity is 1.5'],
		[[{ type: 'Automation', term: 'monthly', quantity: -1 }], 'DE', 'EUR', 'quantity is -1'],
		[
			[
				{ type: 'Automation', term: 'monthly', quantity: 60 },
				{ type: 'Battery', term: 'monthly', quantity: 41 },
			],
			'DE',
			'EUR',
			'at most 100 licences, not 101',
		],
		[[], 'DE', 'EUR', 'not 0'],
		[Array.from({ length: 21 }, () => ({ type: 'Automation', term: 'monthly', quantity: 1 })), 'DE', 'EUR', 'not 21'],
		[[{ type: 'Automation', term: 'monthly', quantity: 1 }], 'XX', 'EUR', 'country "XX"'],
		[[{ type: 'Automation', term: 'monthly', quantity: 1 }], 'DE', 'GBP', 'not in "GBP"'],
		[[{ type: 'constructor', term: 'toString', quantity: 1 }], 'DE', 'EUR', 'type "constructor"'],
	])('refuses what it does not sell: %j to %s in %s', (lines, country, currency, message) => {
		expect(() => prices.quote(basket(lines, country, currency))).toThrow(expect.objectContaining({ code: 'INVALID_VALUE', message: expect.stringContaining(message) }));
	});

	it.each([
		['currencies: [EUR, USD]', 'currencies: []', 'currencies'],
		['currencies: [EUR, USD]', 'currencies: [EUR, CHF]', 'prices.Automation.monthly has no price in CHF'],
		['  Battery:', '  Batery:', 'prices.Batery is no licence type'],
		['    yearly: { EUR: 49000', '    annual: { EUR: 49000', 'prices.Automation.annual is no term'],
		['EUR: 4900,', 'EUR: 49.5,', 'prices.Automation.monthly.EUR'],
		['  DE: 19', '  DE: 190', 'taxes.DE'],
		['  DE: 19', '  DE: 19.125', 'taxes.DE is 19.125 and has more than two decimals'],
		['  DE: 19', '  Germany: 19', 'taxes.Germany is no country code'],
		['untaxed: [', 'untaxed: [ DE,', 'DE twice'],
		['maximumQuantity: 100', 'maximumQuantity: 0', 'maximumQuantity'],
		['seller:', 'vendor:', 'the file'],
	])('names the place where its file is wrong: %s → %s', (good, bad, message) => {
		const file = readFileSync(defaultPriceFile, 'utf8');
		expect(file).toContain(good);
		expect(() => new PriceList(file.replace(good, bad))).toThrow(expect.objectContaining({ code: 'INVALID_VALUE', message: expect.stringContaining(message) }));
	});

	it('says which file is missing', () => {
		expect(() => PriceList.read('/nowhere/prices.yaml')).toThrow(expect.objectContaining({ code: 'NOT_FOUND', message: expect.stringContaining('/nowhere/prices.yaml') }));
	});

	it('names every country in words, once', () => {
		const names = prices.taxes.map(({ name }) => name);
		expect(new Set(names).size).toBe(names.length);
		for (const { country, name } of prices.taxes) expect(name).not.toBe(country);
		expect(prices.taxes.find(({ country }) => country === 'FI')).toEqual({ country: 'FI', name: 'Finland', rate: 25.5 });
	});

	it('writes money as people read it', () => {
		expect([money(5831, 'EUR'), money(5831, 'USD'), money(5831, 'JPY')]).toEqual(['€58.31', '$58.31', '¥5,831']);
	});
});
