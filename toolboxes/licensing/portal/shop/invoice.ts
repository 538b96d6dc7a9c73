/** An invoice, to read and to print. */

import { document, html } from './document.ts';
import type { Order } from './orders.ts';
import { money, type PriceList } from './prices.ts';

export interface InvoiceFacts {
	readonly number: number;
	readonly buyer: string;
	readonly seller: PriceList['seller'];
	/** How it was paid. */
	readonly remark: string | undefined;
}

export function invoicePage({ reference, lines, country, currency, net, taxRate, tax, total, paid }: Order, { number, buyer, seller, remark }: InvoiceFacts): string {
	const amount = (value: number) => `<td class="number">${html(money(value, currency))}</td>`;
	const rows = lines.map(
		({ type, term, quantity, unitNet, net: lineNet }) => `<tr><td>${html(type)}, ${html(term)}</td><td class="number">${quantity}</td>${amount(unitNet)}${amount(lineNet)}</tr>`,
	);
	const sums = [
		['Net', net],
		[`Tax, ${taxRate} %`, tax],
		['Total', total],
	] as const;
	return document(
		`Invoice ${number}`,
		`<p>${[seller.name, ...seller.address, `Tax number: ${seller.taxNumber}`].map(html).join('<br>')}</p>
<p>To: ${html(buyer)}, ${html(country)}</p>
<p>Date: ${paid?.slice(0, 10)}<br>Order: ${html(reference)}</p>
<table>
<thead><tr><th scope="col">Licences</th><th scope="col" class="number">Quantity</th><th scope="col" class="number">Each</th><th scope="col" class="number">Net</th></tr></thead>
<tbody>
${rows.join('\n')}
${sums.map(([name, value]) => `<tr><th scope="row" colspan="3">${html(name)}</th>${amount(value)}</tr>`).join('\n')}
</tbody>
</table>
<p>${html(remark ?? 'Paid.')}</p>`,
	);
}
