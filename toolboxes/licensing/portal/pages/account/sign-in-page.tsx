/** Signs in by user name or e-mail, and goes on to the page that asked for it. */

import { PasswordInput, Text, TextInput } from '@mantine/core';
import { call } from '../api.ts';
import { Form } from '../parts/action.tsx';
import { Page } from '../parts/page.tsx';
import { Link, navigate, ownPath } from '../router.tsx';
import type { PageProps } from '../routes.ts';
import { setUser } from '../session.ts';
import type { SessionUser } from '../types.ts';

export function SignInPage({ query }: PageProps) {
	return (
		<Page title="Sign in" narrow>
			<Form
				submit="Sign in"
				more={<Link to="/forgot">Forgot the password?</Link>}
				onSubmit={async (field) => {
					const { user } = await call<{ user: SessionUser }>('POST', '/session', { name: field('name').trim(), password: field('password') });
					setUser(user);
					navigate(ownPath(query.get('next')) ?? '/licences');
				}}
			>
				<TextInput label="User name or e-mail" name="name" required autoComplete="username" autoCapitalize="none" spellCheck={false} />
				<PasswordInput label="Password" name="password" required autoComplete="current-password" />
			</Form>
			<Text mt="xl">
				No account yet? <Link to="/sign-up">Sign up</Link>. A code was mailed to you? <Link to="/verify">Enter it</Link>.
			</Text>
		</Page>
	);
}
