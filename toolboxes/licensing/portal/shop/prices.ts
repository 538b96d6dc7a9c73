/**
 * The price list: a YAML file with what is sold, for how much, in which currencies, and the tax of each country. Read once at the start and
 * checked there; `docs/reference/portal-prices.md` explains it. Money is integers in the smallest unit of a currency (cents).
 */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { parse } from 'yaml';
import { MicrojouleError, messageOf } from '../../../../drivers/errors.ts';
import { type LicenceType, licenceTypes, type Term, terms } from '../../licence.ts';

/** More lines are a mistake, or an attack. */
const maxLines = 20;

const strict = { additionalProperties: false };
const text = Type.String({ minLength: 1, maxLength: 200 });
const price = Type.Record(Type.String(), Type.Integer({ minimum: 1, maximum: 100_000_000 }));
const country = Type.String({ pattern: '^[A-Z]{2}$' });
const priceFileSchema = Type.Object(
	{
		seller: Type.Object({ name: text, address: Type.Array(text, { maxItems: 10 }), taxNumber: text }, strict),
		currencies: Type.Array(Type.String({ pattern: '^[A-Z]{3}$' }), { minItems: 1, uniqueItems: true }),
		maximumQuantity: Type.Integer({ minimum: 1, maximum: 1000 }),
		prices: Type.Record(Type.String(), Type.Record(Type.String(), price)),
		taxes: Type.Record(Type.String(), Type.Number({ minimum: 0, maximum: 100 })),
		untaxed: Type.Array(country),
	},
	strict,
);
type PriceFile = Static<typeof priceFileSchema>;

/** What a buyer puts into the basket. */
export interface BasketLine {
	readonly type: string;
	readonly term: string;
	readonly quantity: number;
}

export interface Basket {
	readonly lines: readonly BasketLine[];
	readonly country: string;
	readonly currency: string;
}

export interface PricedLine {
	readonly type: LicenceType;
	readonly term: Term;
	readonly quantity: number;
	readonly unitNet: number;
	readonly net: number;
}

export interface Sums {
	readonly currency: string;
	readonly net: number;
	/** Percent. */
	readonly taxRate: number;
	readonly tax: number;
	readonly total: number;
}

export interface Quote extends Sums {
	readonly lines: readonly PricedLine[];
}

export interface Product {
	readonly type: LicenceType;
	readonly term: Term;
	/** Net, by currency. */
	readonly price: Readonly<Record<string, number>>;
}

export interface Tax {
	readonly country: string;
	/** The country's English name. */
	readonly name: string;
	/** Percent. */
	readonly rate: number;
}

export const defaultPriceFile = fileURLToPath(new URL('./prices.yaml', import.meta.url));

export class PriceList {
	readonly seller: PriceFile['seller'];
	readonly currencies: readonly string[];
	readonly products: readonly Product[];
	/** By country's name. */
	readonly taxes: readonly Tax[];
	readonly #maximumQuantity: number;

	/** NOT_FOUND; INVALID_VALUE with the place in the file. */
	static read(file = defaultPriceFile): PriceList {
		let content: string;
		try {
			content = readFileSync(file, 'utf8');
		} catch (error) {
			throw new MicrojouleError('NOT_FOUND', `The price list ${file} cannot be read: ${messageOf(error)}`, { file }, error);
		}
		return new PriceList(content, file);
	}

	constructor(content: string, file = 'prices.yaml') {
		const { seller, currencies, maximumQuantity, prices, taxes, untaxed } = checked(content, file);
		this.seller = seller;
		this.currencies = currencies;
		this.#maximumQuantity = maximumQuantity;
		this.products = Object.entries(prices).flatMap(([type, byTerm]) =>
			Object.entries(byTerm).map(([term, amounts]) => ({ type: type as LicenceType, term: term as Term, price: amounts })),
		);
		const names = new Intl.DisplayNames('en', { type: 'region' });
		this.taxes = [...Object.entries(taxes), ...untaxed.map((code): [string, number] => [code, 0])]
			.map(([code, rate]) => ({ country: code, name: names.of(code) ?? code, rate }))
			.sort((a, b) => a.name.localeCompare(b.name, 'en'));
	}

	/** What a basket costs now. INVALID_VALUE: not sold, not to that country, not in that currency, or too many. */
	quote({ lines, country, currency }: Basket): Quote {
		const taxRate = this.taxRate(country);
		if (taxRate === undefined) throw refused(`Nothing is sold to the country "${country}"; choose one of the price list.`, { country });
		if (!this.currencies.includes(currency)) throw refused(`Prices are in ${this.currencies.join(' or ')}, not in "${currency}".`, { currency, choices: this.currencies });
		if (lines.length < 1 || lines.length > maxLines) throw refused(`An order has 1 to ${maxLines} lines, not ${lines.length}.`, { lines: lines.length });
		const priced = lines.map(({ type, term, quantity }): PricedLine => {
			const product = this.products.find((each) => each.type === type && each.term === term);
			if (!product) throw refused(`There is no "${term}" licence of type "${type}" to buy; choose one of the price list.`, { type, term });
			if (!Number.isInteger(quantity) || quantity < 1) throw refused(`The quantity is ${quantity}; it is a whole number from 1.`, { quantity });
			const unitNet = product.price[currency];
			return { type: product.type, term: product.term, quantity, unitNet, net: unitNet * quantity };
		});
		const quantity = priced.reduce((sum, line) => sum + line.quantity, 0);
		if (quantity > this.#maximumQuantity)
			throw refused(`An order holds at most ${this.#maximumQuantity} licences, not ${quantity}; split it.`, { quantity, maximum: this.#maximumQuantity });
		return { lines: priced, ...sumsOf(priced, taxRate, currency) };
	}

	/** Percent; undefined where nothing is sold to. */
	taxRate(country: string): number | undefined {
		return this.taxes.find((tax) => tax.country === country)?.rate;
	}
}

/** Adds up, and rounds the tax of the sum once, half a cent up. */
export function sumsOf(lines: readonly { readonly unitNet: number; readonly quantity: number }[], taxRate: number, currency: string): Sums {
	const net = lines.reduce((sum, { unitNet, quantity }) => sum + unitNet * quantity, 0);
	// In hundredths of a percent, so that both factors are integers and the product is exact.
	const tax = Math.round((net * Math.round(taxRate * 100)) / 10_000);
	return { currency, net, taxRate, tax, total: net + tax };
}

/** An amount as people read it: `€58.31`. */
export function money(amount: number, currency: string): string {
	const format = new Intl.NumberFormat('en', { style: 'currency', currency });
	return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}

function checked(content: string, file: string): PriceFile {
	const wrong = (place: string, problem: string) => new MicrojouleError('INVALID_VALUE', `${file}: ${place} ${problem}.`, { file, place });
	let list: unknown;
	try {
		list = parse(content);
	} catch (error) {
		throw new MicrojouleError('INVALID_VALUE', `${file} is no YAML: ${messageOf(error)}`, { file }, error);
	}
	if (!Value.Check(priceFileSchema, list)) {
		const [first] = Value.Errors(priceFileSchema, list);
		throw wrong(first?.instancePath.replaceAll('/', '.').replace(/^\./, '') || 'the file', first?.message ?? 'is not what it should be');
	}
	for (const [type, byTerm] of Object.entries(list.prices)) {
		if (!Object.hasOwn(licenceTypes, type)) throw wrong(`prices.${type}`, `is no licence type; types are ${Object.keys(licenceTypes).join(', ')}`);
		for (const [term, amounts] of Object.entries(byTerm)) {
			if (!terms.includes(term as Term)) throw wrong(`prices.${type}.${term}`, `is no term; terms are ${terms.join(', ')}`);
			for (const currency of list.currencies) if (amounts[currency] === undefined) throw wrong(`prices.${type}.${term}`, `has no price in ${currency}`);
		}
	}
	const countries = [...Object.keys(list.taxes), ...list.untaxed];
	for (const [code, rate] of Object.entries(list.taxes)) if (Number((rate * 100).toFixed(6)) % 1 !== 0) throw wrong(`taxes.${code}`, `is ${rate} and has more than two decimals`);
	for (const code of countries) if (!Value.Check(country, code)) throw wrong(`taxes.${code}`, 'is no country code of two capitals');
	const twice = countries.find((code, index) => countries.indexOf(code) !== index);
	if (twice) throw wrong('taxes', `and untaxed name ${twice} twice`);
	return list;
}

function refused(message: string, details: Record<string, unknown>): MicrojouleError {
	return new MicrojouleError('INVALID_VALUE', message, details);
}
