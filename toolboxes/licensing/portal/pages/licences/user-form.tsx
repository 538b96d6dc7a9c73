/** Asks for the user to whom a licence is moved, or with whom it is shared, and says what that means. Escape closes it. */

import { Button, TextInput } from '@mantine/core';
import { Form } from '../parts/action.tsx';

const texts = {
	move: { submit: 'Move', meaning: 'The licence then belongs to that user. You and everybody it is shared with lose it.' },
	share: { submit: 'Share', meaning: 'That user may reserve it while it is free; one at a time.' },
} as const;

interface Props {
	readonly kind: keyof typeof texts;
	readonly licence: string;
	readonly onUser: (user: string) => Promise<void>;
	readonly onCancel: () => void;
}

export function UserForm({ kind, licence, onUser, onCancel }: Props) {
	const { submit, meaning } = texts[kind];
	return (
		<Form
			submit={submit}
			label={`${submit} ${licence}`}
			onSubmit={(field) => onUser(field('user').trim())}
			more={
				<Button variant="default" onClick={onCancel}>
					Cancel
				</Button>
			}
		>
			<TextInput
				label="User name"
				name="user"
				description={meaning}
				required
				autoFocus
				autoComplete="off"
				autoCapitalize="none"
				spellCheck={false}
				onKeyDown={(event) => event.key === 'Escape' && onCancel()}
			/>
		</Form>
	);
}
