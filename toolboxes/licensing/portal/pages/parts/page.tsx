/** The frame of every page: its heading, which names the window and takes the focus after a change of page. */

import { Group, Title } from '@mantine/core';
import { type ReactNode, useEffect, useRef } from 'react';
import { hasNavigated } from '../router.tsx';

export function Page({ title, narrow = false, actions, children }: { title: string; narrow?: boolean; actions?: ReactNode; children: ReactNode }) {
	const heading = useRef<HTMLHeadingElement>(null);
	useEffect(() => {
		if (hasNavigated()) heading.current?.focus();
	}, []);
	useEffect(() => {
		document.title = `${title} – Microjoule portal`;
	}, [title]);
	return (
		<div className={narrow ? 'sheet narrow' : 'sheet'}>
			<Group justify="space-between" mb="md" gap="sm">
				<Title order={1} size="h2" tabIndex={-1} ref={heading} className="heading">
					{title}
				</Title>
				{actions}
			</Group>
			{children}
		</div>
	);
}
