/** One order. Until the payment provider has told the portal, it looks again by itself. */

import { Button, Group, Stack, Text } from '@mantine/core';
import { part } from '../api.ts';
import { time } from '../format.ts';
import { Show } from '../parts/loading.tsx';
import { Page } from '../parts/page.tsx';
import { useLoaded } from '../parts/use-loaded.ts';
import { Link, navigate } from '../router.tsx';
import type { PageProps } from '../routes.ts';
import type { Order } from '../types.ts';
import { InvoiceLink } from './invoice-link.tsx';
import { OrderLines } from './order-lines.tsx';
import { canBePaid, statusInWords } from './order-state.ts';
import { Totals } from './totals.tsx';

const everyS = 2;

export default function OrderPage({ params: { reference } }: PageProps) {
	const order = useLoaded<Order>(`/orders/${part(reference)}`, everyS);
	return (
		<Page title="Order">
			<Show loaded={order}>
				{(value) => (
					<Stack>
						<div className="card">
							<dl className="facts">
								<dt>Reference</dt>
								<dd>{value.reference}</dd>
								<dt>Ordered</dt>
								<dd>{time(value.created)}</dd>
								<dt>Status</dt>
								<dd>
									<span role="status">{statusInWords(value.status)}</span>
								</dd>
								<dt>Invoice</dt>
								<dd>
									<InvoiceLink order={value} />
								</dd>
							</dl>
						</div>
						<OrderLines order={value} />
						<Totals {...value} />
						{value.status === 'paid' && (
							<Text>
								The licences are yours, and a confirmation was mailed. <Link to="/licences">Show the licences.</Link>
							</Text>
						)}
						{canBePaid(value.status) && (
							<Group>
								<Button onClick={() => navigate(`/checkout/${part(reference)}`)}>Pay</Button>
							</Group>
						)}
					</Stack>
				)}
			</Show>
		</Page>
	);
}
