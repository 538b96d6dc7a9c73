/** A dialog with a title and a button that closes it. */

import { Modal } from '@mantine/core';
import type { ReactNode } from 'react';

interface Props {
	readonly title: string;
	readonly opened: boolean;
	readonly onClose: () => void;
	readonly size?: string;
	readonly children: ReactNode;
}

export function Dialog({ title, opened, onClose, size = 'lg', children }: Props) {
	return (
		<Modal.Root opened={opened} onClose={onClose} size={size}>
			<Modal.Overlay />
			<Modal.Content>
				{/* Mantine's header would be a second banner of the page. */}
				<Modal.Header role="presentation">
					<Modal.Title>{title}</Modal.Title>
					<Modal.CloseButton aria-label="Close" />
				</Modal.Header>
				<Modal.Body>{children}</Modal.Body>
			</Modal.Content>
		</Modal.Root>
	);
}
