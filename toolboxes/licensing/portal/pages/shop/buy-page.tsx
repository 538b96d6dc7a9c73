/** What to buy: lines of type, term and quantity. The portal computes the price after every change, with the tax of the buyer's country. */

import { Button, Group, NativeSelect, Stack, TextInput } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { call } from '../api.ts';
import { capital, money } from '../format.ts';
import { useAction } from '../parts/action.tsx';
import { Show } from '../parts/loading.tsx';
import { Page } from '../parts/page.tsx';
import { Problem } from '../parts/problem.tsx';
import { useLoaded } from '../parts/use-loaded.ts';
import type { Account, BasketLine, Prices, Quote } from '../types.ts';
import { openCheckout } from './open-checkout.ts';
import { Totals } from './totals.tsx';

export default function BuyPage() {
	const prices = useLoaded<Prices>('/prices');
	const account = useLoaded<Account>('/account');
	return (
		<Page title="Buy licences">
			{account.value ? <Show loaded={prices}>{(value) => <Basket prices={value} country={account.value?.country ?? null} />}</Show> : <Show loaded={account}>{() => null}</Show>}
		</Page>
	);
}

interface TypedLine {
	readonly key: number;
	readonly type: string;
	readonly term: string;
	/** As typed. */
	readonly quantity: string;
}

/** Undefined while it is no whole number from 1. */
function asBasketLine({ type, term, quantity }: TypedLine): BasketLine | undefined {
	const number = Number(quantity);
	return Number.isInteger(number) && number >= 1 ? { type, term, quantity: number } : undefined;
}

function Basket({ prices, country: known }: { prices: Prices; country: string | null }) {
	const types = [...new Set(prices.products.map(({ type }) => type))];
	const termsOf = (type: string) => prices.products.filter((product) => product.type === type).map(({ term }) => term);
	const nextKey = useRef(1);
	const [lines, setLines] = useState<readonly TypedLine[]>(() => [{ key: 0, type: types[0], term: termsOf(types[0])[0], quantity: '1' }]);
	const [country, setCountry] = useState(known ?? '');
	const [currency, setCurrency] = useState(prices.default);
	const [quote, setQuote] = useState<Quote>();
	const [problem, setProblem] = useState<string>();
	const addButton = useRef<HTMLButtonElement>(null);
	const buying = useAction();

	const wanted = lines.map(asBasketLine);
	const complete = country !== '' && wanted.length > 0 && wanted.every((line) => line !== undefined);
	const request = complete ? JSON.stringify({ lines: wanted, country, currency }) : undefined;
	useEffect(() => {
		if (request === undefined) return setQuote(undefined);
		const abort = new AbortController();
		call<Quote>('POST', '/orders/quote', JSON.parse(request), abort.signal).then(
			(value) => {
				setQuote(value);
				setProblem(undefined);
			},
			(error: Error) => {
				if (abort.signal.aborted) return;
				setQuote(undefined);
				setProblem(error.message);
			},
		);
		return () => abort.abort();
	}, [request]);

	const change = (key: number, part: Partial<TypedLine>) => setLines(lines.map((line) => (line.key === key ? { ...line, ...part } : line)));
	const add = () => setLines([...lines, { key: nextKey.current++, type: types[0], term: termsOf(types[0])[0], quantity: '1' }]);
	const remove = (key: number) => {
		setLines(lines.filter((line) => line.key !== key));
		addButton.current?.focus();
	};
	const buy = () => buying.run(async () => openCheckout((await call<{ checkoutUrl: string }>('POST', '/orders', JSON.parse(request as string))).checkoutUrl));

	return (
		<Stack>
			<div className="card">
				<h2>Licences</h2>
				{lines.map(({ key, type, term, quantity }, index) => (
					<fieldset key={key} className="lines" aria-label={`Line ${index + 1}`}>
						<div className="line">
							<NativeSelect
								label="Type"
								data={types}
								value={type}
								onChange={({ currentTarget: { value } }) => change(key, { type: value, term: termsOf(value).find((each) => each === term) ?? termsOf(value)[0] })}
							/>
							<NativeSelect
								label="Term"
								data={termsOf(type).map((value) => ({ value, label: capital(value) }))}
								value={term}
								onChange={({ currentTarget: { value } }) => change(key, { term: value })}
							/>
							<TextInput
								label="Quantity"
								inputMode="numeric"
								value={quantity}
								error={wanted[index] ? undefined : 'A whole number from 1.'}
								onChange={({ currentTarget: { value } }) => change(key, { quantity: value.trim() })}
							/>
							<span className="price">{quote?.lines[index] && money(quote.lines[index].net, quote.currency)}</span>
							<Button variant="default" disabled={lines.length === 1} aria-label={`Remove line ${index + 1}`} onClick={() => remove(key)}>
								Remove
							</Button>
						</div>
					</fieldset>
				))}
				<Button ref={addButton} variant="default" mt="md" onClick={add}>
					Add a line
				</Button>
			</div>
			<div className="card">
				<h2>Price</h2>
				<Group mb="md" align="flex-end">
					<NativeSelect
						label="Country"
						required
						value={country}
						data={[{ value: '', label: 'Choose…' }, ...prices.taxes.map(({ country: value, name }) => ({ value, label: name }))]}
						onChange={({ currentTarget: { value } }) => setCountry(value)}
					/>
					<NativeSelect label="Currency" data={[...prices.currencies]} value={currency} onChange={({ currentTarget: { value } }) => setCurrency(value)} />
				</Group>
				<div aria-live="polite">{quote ? <Totals {...quote} /> : country === '' && <p className="empty">Choose the country, on which the tax depends.</p>}</div>
				<Problem>{problem ?? buying.problem}</Problem>
				<Group justify="flex-end" mt="md">
					<Button disabled={!quote || !complete} loading={buying.busy} onClick={() => void buy()}>
						Buy
					</Button>
				</Group>
			</div>
		</Stack>
	);
}
