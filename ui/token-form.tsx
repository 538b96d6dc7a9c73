/** Asks for the access token of a server that is open to other machines. */

import { Button, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { setToken, token } from './api.ts';
import classes from './page.module.css';

export function TokenForm({ onToken }: { onToken: () => Promise<void> }) {
	const [text, setText] = useState('');
	const [tried, setTried] = useState(token() !== null);
	const submit = async (event: FormEvent) => {
		event.preventDefault();
		setToken(text.trim());
		await onToken();
		setTried(true);
	};
	return (
		<main className={classes.login}>
			<form onSubmit={(event) => void submit(event)}>
				<Stack>
					<Title order={1} size="h3">
						Microjoule
					</Title>
					<Text size="sm">This bench is open to other machines and asks for its token: the content of the file that was given to the server as its token file.</Text>
					<PasswordInput label="Token" value={text} onChange={(event) => setText(event.currentTarget.value)} error={tried ? 'This is not the token.' : undefined} autoFocus />
					<Button type="submit" disabled={text.trim() === ''}>
						Open
					</Button>
				</Stack>
			</form>
		</main>
	);
}
