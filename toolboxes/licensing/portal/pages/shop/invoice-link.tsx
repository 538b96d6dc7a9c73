/** Opens an order's invoice, a document of its own that prints, in another tab. */

import { Anchor } from '@mantine/core';
import { part } from '../api.ts';
import type { Order } from '../types.ts';

export function InvoiceLink({ order: { reference, invoice } }: { order: Order }) {
	if (invoice === null) return 'None yet';
	return (
		<Anchor href={`/api/orders/${part(reference)}/invoice`} target="_blank" rel="noopener" underline="always" aria-label={`Invoice ${invoice}, opens in a new tab`}>
			Invoice {invoice}
		</Anchor>
	);
}
