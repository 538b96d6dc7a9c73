/** The account's licences, its own and those shared with it. Looks again by itself, since engines reserve and return at any time. */

import { Button, Text } from '@mantine/core';
import { Show } from '../parts/loading.tsx';
import { Page } from '../parts/page.tsx';
import { useLoaded } from '../parts/use-loaded.ts';
import { Link } from '../router.tsx';
import { useSession } from '../session.ts';
import type { Licence, Subscription } from '../types.ts';
import { LicenceCard } from './licence-card.tsx';

const everyS = 5;

export function LicencesPage() {
	const user = useSession();
	const licences = useLoaded<{ licences: Licence[] }>('/licences', everyS);
	const subscriptions = useLoaded<{ subscriptions: Subscription[] }>('/subscriptions');
	const reload = async () => void (await Promise.all([licences.reload(), subscriptions.reload()]));
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
				{({ licences: list }) =>
					list.length === 0 ? (
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
									subscription={subscriptions.value?.subscriptions.find((each) => each.licence === licence.id)}
									reload={reload}
								/>
							))}
						</ul>
					)
				}
			</Show>
		</Page>
	);
}
