/** What an order holds, line by line. */

import { capital, money } from '../format.ts';
import { Records } from '../parts/records.tsx';
import type { Order } from '../types.ts';

export function OrderLines({ order }: { order: Order }) {
	return (
		<Records
			label="Lines of the order"
			rows={order.lines.map((line, index) => ({ ...line, index }))}
			id={({ index }) => index}
			empty="This order is empty."
			columns={[
				{ title: 'Licence', cell: ({ type }) => type },
				{ title: 'Term', cell: ({ term }) => capital(term) },
				{ title: 'Quantity', number: true, cell: ({ quantity }) => quantity },
				{ title: 'Net', number: true, cell: ({ net }) => money(net, order.currency) },
			]}
		/>
	);
}
