/** What stands in a page's place until it is loaded: nothing for a moment, then a sign of life; or why it did not load. */

import { Button, Loader, Stack } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import { Problem } from './problem.tsx';
import type { Loaded } from './use-loaded.ts';

export function Waiting() {
	const [late, setLate] = useState(false);
	useEffect(() => {
		const timer = setTimeout(() => setLate(true), 300);
		return () => clearTimeout(timer);
	}, []);
	return <div className="waiting">{late && <Loader aria-label="Loading" role="status" />}</div>;
}

/** Shows `children` with what was loaded. */
export function Show<T>({ loaded, children }: { loaded: Loaded<T>; children: (value: T) => ReactNode }) {
	if (loaded.value !== undefined)
		return (
			<>
				<Problem>{loaded.problem}</Problem>
				{children(loaded.value)}
			</>
		);
	if (loaded.problem === undefined) return <Waiting />;
	return (
		<Stack align="flex-start">
			<Problem>{loaded.problem}</Problem>
			<Button variant="default" onClick={() => void loaded.reload()}>
				Try again
			</Button>
		</Stack>
	);
}
