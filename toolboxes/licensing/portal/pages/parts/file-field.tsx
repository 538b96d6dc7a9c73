/** The browser's own field for a file: it works with every keyboard and screen reader. */

import { Input } from '@mantine/core';
import { type Ref, useId } from 'react';

export function FileField({ label, ref }: { label: string; ref: Ref<HTMLInputElement> }) {
	const id = useId();
	return (
		<Input.Wrapper label={label} labelProps={{ htmlFor: id }}>
			<input type="file" id={id} ref={ref} className="file" />
		</Input.Wrapper>
	);
}
