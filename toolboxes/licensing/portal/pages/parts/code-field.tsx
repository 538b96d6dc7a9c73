/** The field for a six-digit code from a mail; spaces are forgiven. */

import { TextInput } from '@mantine/core';
import { useState } from 'react';

export function CodeField() {
	const [code, setCode] = useState('');
	return (
		<TextInput
			label="Code"
			name="code"
			required
			inputMode="numeric"
			autoComplete="one-time-code"
			pattern="[0-9]{6}"
			title="Six digits"
			value={code}
			onChange={(event) => setCode(event.currentTarget.value.replaceAll(/\D/g, '').slice(0, 6))}
		/>
	);
}
