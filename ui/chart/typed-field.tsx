/** A value that is read and typed: shows it, takes what is typed with Enter or on leaving, gives up with Esc, and says what it could not read. */

import { TextInput } from '@mantine/core';
import { useState } from 'react';

interface TypedFieldProps {
	readonly label: string;
	/** As it is now; empty where there is none. */
	readonly text: string;
	/** NaN where it cannot be read. */
	parse(text: string): number;
	/** Called with a number; returns why not, or nothing. */
	take(value: number): string | undefined;
	/** Called when the field was emptied; without it an empty field changes nothing. */
	clear?(): void;
	/** What can be typed, such as `1:02.5 or 500 ms`. */
	readonly hint: string;
	readonly width?: number;
	/** The label is read out only. */
	readonly quiet?: boolean;
	readonly placeholder?: string;
}

export function TypedField({ label, text, parse, take, clear, hint, width = 120, quiet = false, placeholder }: TypedFieldProps) {
	const [typed, setTyped] = useState<string>();
	const [error, setError] = useState<string>();
	const commit = () => {
		// What was refused stays said until something else is typed: the page must not move under a click that leaves the field.
		if (typed === undefined) return;
		setTyped(undefined);
		if (typed === text) return setError(undefined);
		if (typed.trim() === '') {
			clear?.();
			return setError(undefined);
		}
		const value = parse(typed);
		setError(Number.isNaN(value) ? `"${typed}" is no value. Type for example ${hint}.` : take(value));
	};
	return (
		<TextInput
			size="xs"
			w={width}
			label={quiet ? undefined : label}
			aria-label={label}
			placeholder={placeholder}
			value={typed ?? text}
			error={error}
			onChange={(event) => setTyped(event.currentTarget.value)}
			onFocus={(event) => event.currentTarget.select()}
			onBlur={commit}
			onKeyDown={(event) => {
				if (event.key === 'Enter') commit();
				else if (event.key === 'Escape') {
					event.stopPropagation();
					setTyped(undefined);
					setError(undefined);
				}
			}}
		/>
	);
}
