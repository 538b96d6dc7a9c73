/** A button that asks once more before it does what cannot be undone. */

import { Button, type ButtonProps } from '@mantine/core';
import { useState } from 'react';

interface Props extends ButtonProps {
	readonly label: string;
	/** What it says when it asks. */
	readonly sure: string;
	/** What it is about, for those who hear it. */
	readonly about: string;
	readonly onSure: () => void;
}

export function SureButton({ label, sure, about, onSure, ...rest }: Props) {
	const [asked, setAsked] = useState(false);
	const press = () => {
		setAsked(!asked);
		if (asked) onSure();
	};
	return (
		<Button
			size="xs"
			color="red"
			variant={asked ? 'filled' : 'default'}
			{...rest}
			aria-label={asked ? `${sure} ${about}` : `${label} ${about}`}
			onClick={press}
			onBlur={() => setAsked(false)}
		>
			{asked ? sure : label}
		</Button>
	);
}
