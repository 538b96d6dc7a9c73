/** Asks for the folder of a new project, or of a copy of the one that is open. */

import { Alert, Button, Group, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type FormEvent, useState } from 'react';
import { useBench } from '../bench.ts';
import { Dialog } from '../layout/dialog.tsx';
import { usePage } from '../page.ts';
import { filesApi } from './files-api.ts';
import { createProject, lastPart } from './project-actions.ts';
import { rememberProject } from './recent-projects.ts';

export function FolderDialog({ purpose, onClose }: { readonly purpose: 'new' | 'save-as'; readonly onClose: () => void }) {
	const page = usePage();
	const { project } = useBench(page.bench);
	const [folder, setFolder] = useState(() => (purpose === 'new' ? dated() : `${lastPart(project?.folder ?? 'project')}-copy`));
	const [error, setError] = useState<string>();
	const [busy, setBusy] = useState(false);
	const submit = async (event: FormEvent) => {
		event.preventDefault();
		setBusy(true);
		try {
			if (purpose === 'new') {
				onClose();
				await createProject(page, folder.trim());
				return;
			}
			const saved = await filesApi.saveAs(folder.trim(), lastPart(folder.trim()));
			rememberProject(saved.folder);
			notifications.show({ color: 'green', title: 'Saved', message: saved.folder });
			onClose();
		} catch (thrown) {
			setError((thrown as Error).message);
			setBusy(false);
		}
	};
	return (
		<Dialog title={purpose === 'new' ? 'New project' : 'Save project as'} opened onClose={onClose} size="md">
			<form onSubmit={(event) => void submit(event)}>
				{error && (
					<Alert color="red" mb="sm" role="alert">
						{error}
					</Alert>
				)}
				<TextInput
					data-autofocus
					label="Folder"
					description="A name, for a folder in the data folder's projects; or a whole path. New or empty."
					value={folder}
					onChange={(event) => setFolder(event.currentTarget.value)}
				/>
				<Group justify="flex-end" mt="md" gap="xs">
					<Button variant="default" onClick={onClose}>
						Cancel
					</Button>
					<Button type="submit" loading={busy} disabled={folder.trim() === ''}>
						{purpose === 'new' ? 'Create' : 'Save'}
					</Button>
				</Group>
			</form>
		</Dialog>
	);
}

/** `2026-11-24` */
function dated(): string {
	const now = new Date();
	const two = (part: number) => String(part).padStart(2, '0');
	return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
