/** An order's status in words. */

import type { Order } from '../types.ts';

const words: Record<Order['status'], string> = { draft: 'Not paid', pending: 'Waiting for the payment', paid: 'Paid', declined: 'Payment declined', cancelled: 'Cancelled' };

export function statusInWords(status: Order['status']): string {
	return words[status];
}

export function canBePaid(status: Order['status']): boolean {
	return status === 'draft' || status === 'pending' || status === 'declined';
}
