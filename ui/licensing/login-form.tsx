/** Asks for user name and password of the portal's account. The password is kept nowhere. */

import { Anchor, Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { api } from '../api.ts';
import type { LicensingStatus } from '../types.ts';

interface Props {
	readonly portal: string;
	readonly busy: boolean;
	readonly run: (work: () => Promise<LicensingStatus>) => void;
}

export function LoginForm({ portal, busy, run }: Props) {
	const [name, setName] = useState('');
	const [password, setPassword] = useState('');
	const submit = (event: FormEvent) => {
		event.preventDefault();
		run(() => api.login(name, password));
		setPassword('');
	};
	return (
		<form onSubmit={submit}>
			<Stack gap="sm">
				<TextInput
					label="User name or e-mail"
					autoComplete="username"
					required
					withAsterisk={false}
					value={name}
					onChange={(event) => setName(event.currentTarget.value)}
					data-autofocus
				/>
				<PasswordInput
					label="Password"
					autoComplete="current-password"
					required
					withAsterisk={false}
					value={password}
					onChange={(event) => setPassword(event.currentTarget.value)}
				/>
				<Button type="submit" loading={busy}>
					Log in
				</Button>
				<Text size="sm">
					Accounts are made in the{' '}
					<Anchor href={portal} target="_blank" rel="noreferrer">
						licence portal
					</Anchor>
					.
				</Text>
			</Stack>
		</form>
	);
}
