/** Opens a project: one of those that were opened here before, one of the data folder, or any by its path. */

import { ActionIcon, Alert, Button, Group, NavLink, Skeleton, Text, TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useState } from 'react';
import { useBench } from '../bench.ts';
import { Dialog } from '../layout/dialog.tsx';
import { usePage } from '../page.ts';
import classes from './files.module.css';
import { filesApi, type ListedProject } from './files-api.ts';
import { lastPart, openProject } from './project-actions.ts';
import { forgetProject, recentProjects } from './recent-projects.ts';

export function OpenDialog({ onClose }: { readonly onClose: () => void }) {
	const page = usePage();
	const { project } = useBench(page.bench);
	const [listed, setListed] = useState<readonly ListedProject[]>();
	const [recent, setRecent] = useState(recentProjects);
	const [error, setError] = useState<string>();
	const [path, setPath] = useState('');
	useEffect(() => {
		filesApi.projects().then(setListed, (thrown: Error) => setError(thrown.message));
	}, []);
	const open = (folder: string) => {
		onClose();
		void openProject(page, folder);
	};
	const submit = (event: FormEvent) => {
		event.preventDefault();
		open(path.trim());
	};
	const elsewhere = recent.filter((folder) => !listed?.some((each) => each.folder === folder));
	return (
		<Dialog title="Open project" opened onClose={onClose} size="lg">
			{error && (
				<Alert color="red" mb="sm" role="alert">
					{error}
				</Alert>
			)}
			<form onSubmit={submit}>
				<Group align="flex-end" gap="xs" mb="md" wrap="nowrap">
					<TextInput flex={1} label="Folder" description="A path, or a name in the data folder's projects" value={path} onChange={(event) => setPath(event.currentTarget.value)} />
					<Button type="submit" disabled={path.trim() === ''}>
						Open
					</Button>
				</Group>
			</form>
			{elsewhere.length > 0 && (
				<section aria-label="Opened before">
					<Text size="sm" fw={600}>
						Opened before
					</Text>
					<div className={classes.list}>
						{elsewhere.map((folder) => (
							<Group key={folder} gap={4} wrap="nowrap">
								<NavLink component="button" label={lastPart(folder)} description={folder} active={folder === project?.folder} onClick={() => open(folder)} />
								<ActionIcon
									variant="subtle"
									color="gray"
									aria-label={`Take ${lastPart(folder)} off the list`}
									onClick={() => {
										forgetProject(folder);
										setRecent(recentProjects());
									}}
								>
									×
								</ActionIcon>
							</Group>
						))}
					</div>
				</section>
			)}
			<section aria-label="In the data folder">
				<Text size="sm" fw={600} mt="sm">
					In the data folder
				</Text>
				<div className={classes.list}>
					{!listed && !error && <Skeleton height={48} />}
					{listed?.map(({ folder, name, recordings, modified }) => (
						<NavLink
							key={folder}
							component="button"
							label={folder === project?.folder ? `${name} (open)` : name}
							description={`${recordings} ${recordings === 1 ? 'recording' : 'recordings'} · changed ${new Date(modified).toLocaleString()}`}
							active={folder === project?.folder}
							onClick={() => open(folder)}
						/>
					))}
					{listed?.length === 0 && (
						<Text size="sm" c="dimmed">
							There is none yet.
						</Text>
					)}
				</div>
			</section>
		</Dialog>
	);
}
