/** Net, tax and total of an order or a quote. */

import { money } from '../format.ts';

export function Totals({ net, tax, taxRate, total, currency }: { net: number; tax: number; taxRate: number; total: number; currency: string }) {
	return (
		<dl className="totals">
			<dt>Net</dt>
			<dd>{money(net, currency)}</dd>
			<dt>Tax, {taxRate} %</dt>
			<dd>{money(tax, currency)}</dd>
			<dt className="total">Total</dt>
			<dd className="total" data-role="total">
				{money(total, currency)}
			</dd>
		</dl>
	);
}
