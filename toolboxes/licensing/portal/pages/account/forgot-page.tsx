/** Asks for a code to set a new password. The answer never tells whether there is such an account. */

import { Text, TextInput } from '@mantine/core';
import { call } from '../api.ts';
import { Form } from '../parts/action.tsx';
import { Page } from '../parts/page.tsx';
import { Link, navigate } from '../router.tsx';

export default function ForgotPage() {
	return (
		<Page title="Forgotten password" narrow>
			<Text mb="md">A code that lets you set a new password is mailed to the account’s address.</Text>
			<Form
				submit="Send the code"
				more={<Link to="/sign-in">Back to sign in</Link>}
				onSubmit={async (field) => {
					const email = field('email').trim();
					await call('POST', '/password/forgot', { email });
					navigate(`/reset?email=${encodeURIComponent(email)}`);
				}}
			>
				<TextInput label="E-mail" name="email" type="email" required autoComplete="email" />
			</Form>
		</Page>
	);
}
