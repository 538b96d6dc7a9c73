/** The account: what is known of it, its password, where it is signed in, and its end. */

import { PasswordInput, Stack, Text } from '@mantine/core';
import { call, part } from '../api.ts';
import { date, time } from '../format.ts';
import { ActionButton, Form } from '../parts/action.tsx';
import { Show } from '../parts/loading.tsx';
import { Page } from '../parts/page.tsx';
import { Records } from '../parts/records.tsx';
import { useLoaded } from '../parts/use-loaded.ts';
import { navigate } from '../router.tsx';
import { setUser } from '../session.ts';
import { say } from '../status.tsx';
import type { Account } from '../types.ts';
import { passwordRule } from './password-rule.ts';

export default function AccountPage() {
	const account = useLoaded<Account>('/account');
	return (
		<Page title="Account">
			<Show loaded={account}>
				{({ name, email, admin, created, sessions }) => (
					<Stack gap="lg">
						<section className="card">
							<h2>{name}</h2>
							<dl className="facts">
								<dt>E-mail</dt>
								<dd>{email}</dd>
								<dt>Since</dt>
								<dd>{date(created)}</dd>
								<dt>Role</dt>
								<dd>{admin ? 'Portal administrator' : 'User'}</dd>
							</dl>
						</section>
						<section className="card">
							<h2>Change the password</h2>
							<Form
								submit="Change the password"
								label="Change the password"
								onSubmit={async (field, form) => {
									await call('POST', '/account/password', { current: field('current'), next: field('next') });
									form.reset();
									say('The password is changed. All other places were signed out.');
									await account.reload();
								}}
							>
								<PasswordInput label="Current password" name="current" required autoComplete="current-password" />
								<PasswordInput label="New password" name="next" required autoComplete="new-password" {...passwordRule} />
							</Form>
						</section>
						<section className="card">
							<h2>Signed in at</h2>
							<Records
								label="Sessions"
								rows={sessions}
								id={({ id }) => id}
								empty="Nowhere."
								columns={[
									{ title: 'Where', cell: ({ label, current }) => (current ? `${label} (here)` : label) },
									{ title: 'Last seen', cell: ({ seen }) => time(seen) },
									{
										title: 'Action',
										cell: ({ id, label, current }) =>
											!current && (
												<ActionButton
													aria-label={`Sign out ${label}`}
													action={async () => {
														await call('DELETE', `/account/sessions/${part(id)}`);
														say(`${label} is signed out.`);
														await account.reload();
													}}
												>
													Sign out
												</ActionButton>
											),
									},
								]}
							/>
						</section>
						<section className="card">
							<h2>Delete the account</h2>
							<Text size="sm" mb="sm">
								Its licences are returned and end with it; subscriptions are cancelled. This cannot be undone.
							</Text>
							<Form
								submit="Delete the account"
								label="Delete the account"
								color="red"
								onSubmit={async (field) => {
									await call('DELETE', '/account', { password: field('password') });
									setUser(null);
									navigate('/sign-in');
								}}
							>
								<PasswordInput label="Password, to be sure" name="password" required autoComplete="current-password" />
							</Form>
						</section>
					</Stack>
				)}
			</Show>
		</Page>
	);
}
