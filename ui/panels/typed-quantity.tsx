/** A field for a quantity that may be left blank. What is typed counts when it is left or Enter pressed; what is wrong with it is said then. */

import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { parseQuantity } from '../format.ts';
import classes from './panels.module.css';

interface TypedQuantityProps {
	readonly label: string;
	readonly unit: string;
	/** What holds while it is blank. */
	readonly placeholder: string;
	readonly negative?: boolean;
	onChange(value: number | undefined): void;
}

export function TypedQuantity({ label, unit, placeholder, negative = false, onChange }: TypedQuantityProps) {
	const [text, setText] = useState('');
	const [error, setError] = useState<string>();
	const finish = () => {
		const value = text.trim() === '' ? undefined : parseQuantity(text, unit);
		const wrong = value !== undefined && (Number.isNaN(value) || (value < 0 && !negative));
		setError(wrong ? `Type a figure such as ${unit === 's' ? '5 ms' : `20 m${unit}`}.` : undefined);
		if (!wrong) onChange(value);
	};
	return (
		<TextInput
			size="xs"
			className={classes.field}
			label={label}
			placeholder={placeholder}
			autoComplete="off"
			value={text}
			error={error}
			onChange={(event) => setText(event.currentTarget.value)}
			onBlur={finish}
			onKeyDown={(event) => event.key === 'Enter' && finish()}
		/>
	);
}
