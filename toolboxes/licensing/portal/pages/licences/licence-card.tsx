/** One licence: what it is, who has it, and what may be done with it. */

import { Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { call, part } from '../api.ts';
import { capital, date, soon } from '../format.ts';
import { ActionButton } from '../parts/action.tsx';
import { say } from '../status.tsx';
import type { Licence, Subscription } from '../types.ts';
import { stateInWords, stateOf } from './licence-state.ts';
import { UserForm } from './user-form.tsx';

interface Props {
	readonly licence: Licence;
	/** The user's name. */
	readonly me: string;
	/** If it renews, and the user pays for that. */
	readonly subscription: Subscription | undefined;
	readonly onCancel: (subscription: Subscription) => Promise<void>;
	readonly reload: () => Promise<void>;
}

export function LicenceCard({ licence, me, subscription, onCancel, reload }: Props) {
	const { id, type, term, expires, expired, mine, owner, sharedWith, reservedTo } = licence;
	const [asking, setAsking] = useState<'move' | 'share'>();
	const name = `${type} licence ${id}`;
	const url = `/licences/${id}`;
	const returnable = reservedTo !== null && reservedTo.returningUntil === null && (mine || reservedTo.user === me);
	/** When it renews, ISO 8601. The licence itself works some days longer, should the payment fail. */
	const renewal = subscription?.status === 'active' && !expired ? subscription.periodEnd : undefined;

	const giveBack = async () => {
		const { licence: after } = await call<{ licence: Licence }>('POST', `${url}/return`);
		const until = after.reservedTo?.returningUntil;
		say(until ? `${name} is free at ${soon(until)} at the latest: its computer cannot be reached.` : `${name} is free.`);
		await reload();
	};
	const stopSharing = async (user: string) => {
		await call('DELETE', `${url}/share/${part(user)}`);
		say(`${name} is no longer shared with ${user}.`);
		await reload();
	};
	const give = async (user: string) => {
		if (asking === 'move') {
			await call('POST', `${url}/move`, { user });
			say(`${name} now belongs to ${user}.`);
		} else {
			await call('POST', `${url}/share`, { user });
			say(`${name} is shared with ${user}.`);
		}
		setAsking(undefined);
		await reload();
	};

	return (
		<li className="card" data-licence={id} aria-label={name}>
			<Stack gap="sm">
				<Group gap="xs" wrap="nowrap" align="center">
					<span className="circle" data-state={stateOf(licence, me)} aria-hidden="true" />
					<h2 style={{ margin: 0 }}>
						{type}{' '}
						<Text span c="dimmed" fw={400}>
							{id}
						</Text>
					</h2>
				</Group>
				<Text size="sm" data-role="state">
					{stateInWords(licence, me)}
				</Text>
				<dl className="facts">
					<dt>Term</dt>
					<dd>{capital(term)}</dd>
					<dt>{expired ? 'Expired' : renewal ? 'Renews' : 'Expires'}</dt>
					<dd>{expires === null ? 'Never' : date(renewal ?? expires)}</dd>
					{!mine && (
						<>
							<dt>Owner</dt>
							<dd>{owner}</dd>
						</>
					)}
					{subscription?.status === 'failing' && (
						<>
							<dt>Renewal</dt>
							<dd>The payment failed and is tried again until then.</dd>
						</>
					)}
				</dl>
				{sharedWith.length > 0 && (
					<div>
						<Text size="sm" c="dimmed" id={`shared-${id}`}>
							Shared with
						</Text>
						<ul className="shares" aria-labelledby={`shared-${id}`}>
							{sharedWith.map((user) => (
								<li key={user}>
									<span>{user}</span>
									<ActionButton aria-label={`Stop sharing ${name} with ${user}`} action={() => stopSharing(user)}>
										Stop sharing
									</ActionButton>
								</li>
							))}
						</ul>
					</div>
				)}
				<Group gap="xs">
					{returnable && (
						<ActionButton variant="filled" aria-label={`Return ${name}`} action={giveBack}>
							Return
						</ActionButton>
					)}
					{mine && (
						<>
							<Button
								variant="default"
								size="xs"
								aria-label={`Move to user… ${name}`}
								aria-expanded={asking === 'move'}
								disabled={reservedTo !== null}
								title={reservedTo === null ? undefined : 'A licence can be moved while it is not reserved.'}
								onClick={() => setAsking(asking === 'move' ? undefined : 'move')}
							>
								Move to user…
							</Button>
							<Button
								variant="default"
								size="xs"
								aria-label={`Share with user… ${name}`}
								aria-expanded={asking === 'share'}
								onClick={() => setAsking(asking === 'share' ? undefined : 'share')}
							>
								Share with user…
							</Button>
						</>
					)}
					{subscription && (
						<ActionButton aria-label={`Cancel renewal of ${name}`} action={() => onCancel(subscription)}>
							Cancel renewal
						</ActionButton>
					)}
				</Group>
				{asking && <UserForm key={asking} kind={asking} licence={name} onUser={give} onCancel={() => setAsking(undefined)} />}
			</Stack>
		</li>
	);
}
