/** Takes the six-digit code from the mail, which opens the account and signs in. */

import { Button, PasswordInput, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { ApiError, call } from '../api.ts';
import { Form, useAction } from '../parts/action.tsx';
import { CodeField } from '../parts/code-field.tsx';
import { Page } from '../parts/page.tsx';
import { Problem } from '../parts/problem.tsx';
import { navigate } from '../router.tsx';
import type { PageProps } from '../routes.ts';
import { setUser } from '../session.ts';
import { say } from '../status.tsx';
import type { SessionUser } from '../types.ts';

export function VerifyPage({ query }: PageProps) {
	const [name, setName] = useState(query.get('name') ?? '');
	const [asksPassword, setAsksPassword] = useState(false);
	const resend = useAction();
	return (
		<Page title="Enter the code" narrow>
			<Text mb="md">A code of six digits was mailed to you. It is good for 15 minutes.</Text>
			<Form
				submit="Confirm"
				onSubmit={async (field) => {
					const given = { name: name.trim(), code: field('code'), ...(asksPassword ? { password: field('password') } : {}) };
					const { user } = await call<{ user: SessionUser }>('POST', '/verify', given).catch((error: unknown) => {
						// Somebody signed up with this address before or after.
						if (error instanceof ApiError && error.code === 'LOGIN_FAILED') setAsksPassword(true);
						throw error;
					});
					setUser(user);
					navigate('/licences');
				}}
				more={
					<Button
						variant="default"
						loading={resend.busy}
						disabled={name.trim() === ''}
						onClick={() =>
							void resend.run(async () => {
								await call('POST', '/verify/resend', { name: name.trim() });
								say('If the account waits for a code, a new one is on its way.');
							})
						}
					>
						Send a new code
					</Button>
				}
			>
				<TextInput
					label="User name"
					value={name}
					onChange={(event) => setName(event.currentTarget.value)}
					required
					autoComplete="username"
					autoCapitalize="none"
					spellCheck={false}
				/>
				<CodeField />
				{asksPassword && <PasswordInput label="Password" name="password" required autoComplete="current-password" />}
				<Problem>{resend.problem}</Problem>
			</Form>
		</Page>
	);
}
