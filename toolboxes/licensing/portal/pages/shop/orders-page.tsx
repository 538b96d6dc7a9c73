/** The account's orders and their invoices. */

import { money, time } from '../format.ts';
import { Show } from '../parts/loading.tsx';
import { Page } from '../parts/page.tsx';
import { Records } from '../parts/records.tsx';
import { useLoaded } from '../parts/use-loaded.ts';
import { Link } from '../router.tsx';
import type { Order } from '../types.ts';
import { InvoiceLink } from './invoice-link.tsx';
import { statusInWords } from './order-state.ts';

export default function OrdersPage() {
	const orders = useLoaded<{ orders: Order[] }>('/orders');
	return (
		<Page title="Orders">
			<Show loaded={orders}>
				{({ orders: list }) => (
					<Records
						label="Orders"
						rows={list}
						id={({ reference }) => reference}
						empty="Nothing was ordered yet."
						columns={[
							{ title: 'Ordered', cell: ({ reference, created }) => <Link to={`/orders/${reference}`}>{time(created)}</Link> },
							{
								title: 'Licences',
								cell: ({ lines, renewal }) => lines.map(({ type, term, quantity }) => `${quantity} × ${type}, ${term}${renewal ? ', renewed' : ''}`).join('; '),
							},
							{ title: 'Status', cell: ({ status }) => statusInWords(status) },
							{ title: 'Total', number: true, cell: ({ total, currency }) => money(total, currency) },
							{ title: 'Invoice', cell: (order) => <InvoiceLink order={order} /> },
						]}
					/>
				)}
			</Show>
		</Page>
	);
}
