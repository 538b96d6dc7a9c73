/** Makes an account. The code that the portal mails is entered on the next page. */

import { Anchor, Checkbox, PasswordInput, Text, TextInput } from '@mantine/core';
import { call } from '../api.ts';
import { Form } from '../parts/action.tsx';
import { Page } from '../parts/page.tsx';
import { Link, navigate } from '../router.tsx';
import { passwordRule } from './password-rule.ts';

export function SignUpPage() {
	return (
		<Page title="Sign up" narrow>
			<Form
				submit="Sign up"
				onSubmit={async (field) => {
					const name = field('name').trim();
					await call('POST', '/sign-up', { name, email: field('email').trim(), password: field('password'), acceptTerms: true });
					navigate(`/verify?name=${encodeURIComponent(name)}`);
				}}
			>
				<TextInput
					label="User name"
					name="name"
					required
					autoComplete="username"
					autoCapitalize="none"
					spellCheck={false}
					description="Colleagues share and move licences by this name."
				/>
				<TextInput label="E-mail" name="email" type="email" required autoComplete="email" />
				<PasswordInput label="Password" name="password" required autoComplete="new-password" {...passwordRule} />
				<Checkbox
					name="terms"
					required
					label={
						<>
							I accept the{' '}
							<Anchor href="/terms" target="_blank" underline="always">
								terms
							</Anchor>
						</>
					}
				/>
			</Form>
			<Text mt="xl">
				There is an account already? <Link to="/sign-in">Sign in</Link>.
			</Text>
		</Page>
	);
}
