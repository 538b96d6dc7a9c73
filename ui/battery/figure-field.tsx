/** A field for one figure with its unit. What is typed counts as soon as it is a figure; a field that is left shows it exactly, or what is wrong with it. */

import { TextInput, type TextInputProps } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { Kind } from './words.ts';

interface Props extends Omit<TextInputProps, 'value' | 'onChange' | 'type'> {
	readonly kind: Kind;
	/** Undefined: left blank. NaN: what is typed is no figure. */
	readonly value: number | undefined;
	readonly onChange: (value: number | undefined) => void;
	/** When the field is left, or Enter pressed, with another figure in it. */
	readonly onDone?: (value: number | undefined) => void;
}

export function FigureField({ kind, value, onChange, onDone, error, ...rest }: Props) {
	/** What is being typed; undefined: show the value. */
	const [draft, setDraft] = useState<string>();
	const [wrong, setWrong] = useState(false);
	const before = useRef(value);
	const shown = value === undefined || Number.isNaN(value) ? '' : kind.write(value);
	// Set from elsewhere while something wrong stood there.
	useEffect(() => {
		if (value !== undefined && !Number.isNaN(value)) setWrong(false);
	}, [value]);
	const read = (text: string) => (text.trim() === '' ? undefined : kind.parse(text));
	const finish = () => {
		if (draft === undefined) return;
		const typed = read(draft);
		setWrong(Number.isNaN(typed));
		if (Number.isNaN(typed)) return;
		setDraft(undefined);
		if (typed !== before.current) onDone?.(typed);
	};
	return (
		<TextInput
			size="sm"
			inputMode="decimal"
			autoComplete="off"
			{...rest}
			value={draft ?? shown}
			error={error ?? (wrong ? `Type a figure ${kind.hint}.` : undefined)}
			onFocus={() => {
				before.current = value;
			}}
			onChange={(event) => {
				const text = event.currentTarget.value;
				setDraft(text);
				onChange(read(text));
			}}
			onBlur={finish}
			onKeyDown={(event) => {
				if (event.key === 'Enter') finish();
				if (event.key === 'Escape' && draft !== undefined) {
					setDraft(undefined);
					setWrong(false);
					onChange(before.current);
				}
			}}
		/>
	);
}
