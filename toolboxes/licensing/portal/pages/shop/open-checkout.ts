/** Goes to where an order is paid: a page of this portal, or the payment provider's. */

import { navigate, ownPath } from '../router.tsx';
import type { Order } from '../types.ts';

export function openCheckout({ checkoutUrl, reference }: Pick<Order, 'checkoutUrl' | 'reference'>): void {
	const own = ownPath(checkoutUrl ?? `/checkout/${reference}`);
	if (own) navigate(own);
	else location.assign(checkoutUrl as string);
}
