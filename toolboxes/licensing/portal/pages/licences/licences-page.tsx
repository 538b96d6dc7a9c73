/** The account's licences, its own and those shared with it. Looks again by itself, since engines reserve and return at any time. */

import { Button, Stack, Text } from '@mantine/core';
import { call } from '../api.ts';
import { Show } from '../parts/loading.tsx';
import { Page } from '../parts/page.tsx';
import { useLoaded } from '../parts/use-loaded.ts';
import { Link } from '../router.tsx';
import { useSession } from '../session.ts';
import { say } from '../status.tsx';
import type { Licence, Subscription } from '../types.ts';
import { LicenceCard } from './licence-card.tsx';
import { MovedRenewals } from './moved-renewals.tsx';

const everyS = 5;

export function LicencesPage() {
	const user = useSession();
	const licences = useLoaded<{ licences: Licence[] }>('/licences', everyS);
	const subscriptions = useLoaded<{ subscriptions: Subscription[] }>('/subscriptions');
	const reload = async () => void (await Promise.all([licences.reload(), subscriptions.reload()]));
	const renewing = (subscriptions.value?.subscriptions ?? []).filter(({ status }) => status === 'active' || status === 'failing');
	const cancel = async ({ id, type, licence }: Subscription) => {
		await call('POST', `/subscriptions/${id}/cancel`);
		say(`${type} licence ${licence} does not renew any more.`);
		await reload();
	};
	return (
		<Page
			title="Licences"
			actions={
				<Button variant="default" size="xs" onClick={() => void reload()}>
					Refresh
				</Button>
			}
		>
			<Show loaded={licences}>
				{({ licences: list }) => (
					<Stack>
						{list.length === 0 ? (
							<Text>
								There are no licences yet. <Link to="/buy">Buy one</Link>, or ask a colleague to share one with “{user?.name}”.
							</Text>
						) : (
							<ul className="licences" aria-label="Licences">
								{list.map((licence) => (
									<LicenceCard
										key={licence.id}
										licence={licence}
										me={user?.name ?? ''}
										subscription={renewing.find((each) => each.licence === licence.id)}
										onCancel={cancel}
										reload={reload}
									/>
								))}
							</ul>
						)}
						<MovedRenewals subscriptions={renewing.filter(({ licence }) => !list.some(({ id }) => id === licence))} onCancel={cancel} />
					</Stack>
				)}
			</Show>
		</Page>
	);
}
