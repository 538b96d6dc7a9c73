/** Renewals that the account pays for licences which it has moved to others: they are cancelled here, since the licences themselves are no longer seen. */

import { Title } from '@mantine/core';
import { capital, date, money } from '../format.ts';
import { ActionButton } from '../parts/action.tsx';
import { Records } from '../parts/records.tsx';
import type { Subscription } from '../types.ts';

export function MovedRenewals({ subscriptions, onCancel }: { subscriptions: readonly Subscription[]; onCancel: (subscription: Subscription) => Promise<void> }) {
	if (subscriptions.length === 0) return null;
	return (
		<section>
			<Title order={2} size="h4" mt="md" mb="xs">
				Paid for others
			</Title>
			<Records
				label="Renewals paid for others"
				rows={subscriptions}
				id={({ id }) => id}
				empty=""
				columns={[
					{ title: 'Licence', cell: ({ type, licence }) => `${type} ${licence}` },
					{ title: 'Owner', cell: ({ owner }) => owner },
					{ title: 'Term', cell: ({ term }) => capital(term) },
					{ title: 'Renews', cell: ({ periodEnd }) => date(periodEnd) },
					{ title: 'Net', number: true, cell: ({ price, currency }) => money(price, currency) },
					{
						title: 'Action',
						cell: (subscription) => (
							<ActionButton aria-label={`Cancel renewal of ${subscription.type} licence ${subscription.licence}`} action={() => onCancel(subscription)}>
								Cancel renewal
							</ActionButton>
						),
					},
				]}
			/>
		</section>
	);
}
