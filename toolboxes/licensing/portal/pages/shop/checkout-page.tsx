/** Pays an order with the sandbox provider: by card, or at its PayPal-like page. A declined card can be tried again, or another one. */

import { Button, Group, Radio, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { call, part } from '../api.ts';
import { money } from '../format.ts';
import { Form } from '../parts/action.tsx';
import { Show } from '../parts/loading.tsx';
import { Page } from '../parts/page.tsx';
import { useLoaded } from '../parts/use-loaded.ts';
import { Link, navigate } from '../router.tsx';
import type { PageProps } from '../routes.ts';
import type { Order } from '../types.ts';
import { OrderLines } from './order-lines.tsx';
import { Totals } from './totals.tsx';

export default function CheckoutPage({ params: { reference } }: PageProps) {
	const order = useLoaded<Order>(`/orders/${part(reference)}`);
	return (
		<Page title="Checkout">
			<Show loaded={order}>
				{(value) =>
					value.status === 'paid' || value.status === 'cancelled' ? (
						<Text>
							This order is {value.status}. <Link to={`/orders/${part(reference)}`}>Show it.</Link>
						</Text>
					) : (
						<Stack>
							<OrderLines order={value} />
							<Totals {...value} />
							<PaymentForm order={value} />
						</Stack>
					)
				}
			</Show>
		</Page>
	);
}

function PaymentForm({ order: { reference, total, currency } }: { order: Order }) {
	const [method, setMethod] = useState('card');
	const pay = async (card: { number: string; expiry: string; cvc: string } | undefined) => {
		const { confirmUrl } = await call<{ confirmUrl?: string }>('POST', '/sandbox/pay', { reference, method, ...card });
		if (confirmUrl) location.assign(confirmUrl);
		else navigate(`/orders/${part(reference)}`);
	};
	return (
		<div className="card">
			<h2>Payment</h2>
			<Text size="sm" mb="md">
				This portal has no real payment provider: its sandbox moves no money. The number 4242 4242 4242 4242 succeeds.
			</Text>
			<Form
				submit={method === 'card' ? `Pay ${money(total, currency)}` : 'Go to PayPal'}
				more={
					<Button variant="default" onClick={() => navigate('/buy')}>
						Back
					</Button>
				}
				onSubmit={(field) => pay(method === 'card' ? { number: field('number').replaceAll(/\D/g, ''), expiry: field('expiry').trim(), cvc: field('cvc').trim() } : undefined)}
			>
				<Radio.Group label="Pay by" name="method" value={method} onChange={setMethod}>
					<Group mt={4}>
						<Radio value="card" label="Card" />
						<Radio value="paypal" label="PayPal" />
					</Group>
				</Radio.Group>
				{method === 'card' && (
					<>
						<TextInput label="Card number" name="number" required inputMode="numeric" autoComplete="cc-number" pattern="[0-9 ]{12,23}" title="The digits on the card" />
						<Group grow align="flex-start">
							<TextInput
								label="Expiry (MM/YY)"
								name="expiry"
								required
								inputMode="numeric"
								autoComplete="cc-exp"
								pattern="(0[1-9]|1[0-2]) ?/ ?[0-9]{2}"
								title="Month and year, such as 09/30"
							/>
							<TextInput label="Security code" name="cvc" required inputMode="numeric" autoComplete="cc-csc" pattern="[0-9]{3,4}" title="Three or four digits" />
						</Group>
					</>
				)}
			</Form>
		</div>
	);
}
