/** User Management: the engine's account and its licences. What a script or another page does shows here at once. */

import { Alert, Anchor, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { ApiError, api } from '../api.ts';
import type { LicensingStatus } from '../types.ts';
import { LicenceList } from './licence-list.tsx';
import { localTime } from './licence-state.ts';
import { LoginForm } from './login-form.tsx';

interface Props {
	readonly status: LicensingStatus;
	readonly opened: boolean;
	readonly onClose: () => void;
}

export function UserManagement({ status, opened, onClose }: Props) {
	const [busy, setBusy] = useState(false);
	const [failure, setFailure] = useState<string | null>(null);
	const run = async (work: () => Promise<LicensingStatus>) => {
		setBusy(true);
		setFailure(null);
		try {
			await work(); // what it changes comes over the live connection
		} catch (error) {
			setFailure(error instanceof ApiError ? error.message : String(error));
		} finally {
			setBusy(false);
		}
	};
	const start = (work: () => Promise<LicensingStatus>) => void run(work);
	const close = () => {
		setFailure(null);
		onClose();
	};
	return (
		<Modal.Root opened={opened} onClose={close} size="lg">
			<Modal.Overlay />
			<Modal.Content>
				{/* Mantine's header would be a second banner of the page. */}
				<Modal.Header role="presentation">
					<Modal.Title>User Management</Modal.Title>
					<Modal.CloseButton aria-label="Close" />
				</Modal.Header>
				<Modal.Body>
					<Stack>
						<div role="alert">
							{failure !== null && (
								<Alert color="red" variant="light">
									{failure}
								</Alert>
							)}
						</div>
						{status.user === null ? (
							<LoginForm portal={status.portal} busy={busy} run={start} />
						) : (
							<>
								<Group justify="space-between">
									<Text size="sm">
										Logged in as <strong>{status.user}</strong> at{' '}
										<Anchor href={status.portal} target="_blank" rel="noreferrer">
											{status.portal}
										</Anchor>
									</Text>
									<Button size="xs" variant="default" disabled={busy} onClick={() => start(api.logout)}>
										Log out
									</Button>
								</Group>
								<Offline status={status} />
								<LicenceList status={status} busy={busy} run={start} />
							</>
						)}
					</Stack>
				</Modal.Body>
			</Modal.Content>
		</Modal.Root>
	);
}

function Offline({ status: { state, problem, offlineUntil } }: { readonly status: LicensingStatus }) {
	if (state !== 'offline') return <div role="status" />;
	return (
		<Alert color="orange" variant="light" role="status">
			Offline. {problem} {offlineUntil !== null && `What is unlocked stays so until ${localTime(offlineUntil)} at the latest.`}
		</Alert>
	);
}
