/** Goes to where an order is paid: a page of this portal, or the payment provider's. */

import { navigate, ownPath } from '../router.tsx';

export function openCheckout(url: string): void {
	const own = ownPath(url);
	if (own) navigate(own);
	else location.assign(url);
}
