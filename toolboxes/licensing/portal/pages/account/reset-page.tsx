/** Sets a new password with the code from the mail. */

import { PasswordInput, Text, TextInput } from '@mantine/core';
import { call } from '../api.ts';
import { Form } from '../parts/action.tsx';
import { CodeField } from '../parts/code-field.tsx';
import { Page } from '../parts/page.tsx';
import { Link, navigate } from '../router.tsx';
import type { PageProps } from '../routes.ts';
import { say } from '../status.tsx';
import { passwordRule } from './password-rule.ts';

export default function ResetPage({ query }: PageProps) {
	return (
		<Page title="New password" narrow>
			<Text mb="md">If there is an account with this address, a code of six digits is on its way to it. It is good for 15 minutes.</Text>
			<Form
				submit="Set the password"
				more={<Link to="/forgot">Send another code</Link>}
				onSubmit={async (field) => {
					await call('POST', '/password/reset', { email: field('email').trim(), code: field('code'), password: field('password') });
					navigate('/sign-in');
					// After the change of page, which clears what was said before it.
					setTimeout(() => say('The new password is set. Sign in with it.'));
				}}
			>
				<TextInput label="E-mail" name="email" type="email" required autoComplete="email" defaultValue={query.get('email') ?? ''} />
				<CodeField />
				<PasswordInput label="New password" name="password" required autoComplete="new-password" {...passwordRule} />
			</Form>
		</Page>
	);
}
