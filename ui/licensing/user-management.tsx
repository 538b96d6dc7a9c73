/** User Management: the engine's account and its licences. What a script or another page does shows here at once. */

import { Alert, Anchor, Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { ApiError, api } from '../api.ts';
import { Dialog } from '../layout/dialog.tsx';
import type { LicensingStatus } from '../types.ts';
import { LicenceList } from './licence-list.tsx';
import { localTime } from './licence-state.ts';
import { LoginForm } from './login-form.tsx';

interface Props {
	/** Null until the engine has told. */
	readonly status: LicensingStatus | null;
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
		<Dialog title="User Management" opened={opened} onClose={close}>
			<Stack>
				<div role="alert">
					{failure !== null && (
						<Alert color="red" variant="light">
							{failure}
						</Alert>
					)}
				</div>
				{status === null ? (
					<Loading />
				) : status.user === null ? (
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
		</Dialog>
	);
}

/** Stands where the licences will be. */
function Loading() {
	return (
		<Stack gap="xs" role="status" aria-label="Asking for licences">
			<Skeleton height={20} width="60%" />
			<Skeleton height={36} />
			<Skeleton height={36} />
		</Stack>
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
