/** Makes the portal's first administrator. Only the link that the portal printed at its first start leads here: its secret follows the `#` and is sent to no log. */

import { PasswordInput, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { call } from '../api.ts';
import { Form } from '../parts/action.tsx';
import { Page } from '../parts/page.tsx';
import { Problem } from '../parts/problem.tsx';
import { navigate } from '../router.tsx';
import { loadSession, setUser } from '../session.ts';
import type { SessionUser } from '../types.ts';
import { passwordRule } from './password-rule.ts';

export default function SetUpPage() {
	const [secret] = useState(() => location.hash.slice(1));
	return (
		<Page title="Set up the portal" narrow>
			{secret === '' ? (
				<Problem>This page needs the whole link that the portal printed at its first start. An administrator can also be made with “microjoule portal admin”.</Problem>
			) : (
				<>
					<Text mb="md">This account administers the portal: it sees all accounts, grants licences and returns reservations.</Text>
					<Form
						submit="Make the administrator"
						onSubmit={async (field) => {
							const { user } = await call<{ user?: SessionUser }>('POST', '/set-up', {
								secret,
								name: field('name').trim(),
								email: field('email').trim(),
								password: field('password'),
							});
							if (user) setUser(user);
							else await loadSession();
							navigate('/admin/users', { replace: true });
						}}
					>
						<TextInput label="User name" name="name" required autoComplete="username" autoCapitalize="none" spellCheck={false} />
						<TextInput label="E-mail" name="email" type="email" required autoComplete="email" />
						<PasswordInput label="Password" name="password" required autoComplete="new-password" {...passwordRule} />
					</Form>
				</>
			)}
		</Page>
	);
}
