/** Asks what becomes of unsaved edits before the project is left. */

import { Button, Group, Text } from '@mantine/core';
import { useBench } from '../bench.ts';
import { Dialog } from '../layout/dialog.tsx';
import { usePage } from '../page.ts';
import { filesApi } from './files-api.ts';
import type { Leaving } from './files-state.ts';
import { attempt } from './project-actions.ts';

export function LeaveDialog({ leaving, onClose }: { readonly leaving: Leaving; readonly onClose: () => void }) {
	const { bench } = usePage();
	const { project } = useBench(bench);
	const go = (save: boolean) => {
		onClose();
		void attempt(leaving.what, async () => {
			if (save) await filesApi.save();
			await leaving.run(!save);
		});
	};
	return (
		<Dialog title={leaving.what} opened onClose={onClose} size="md">
			<Text size="sm" mb="md">
				{project?.name ?? 'The project'} has edits that are not saved{project?.undoable ? `, the last one: ${project.undoable}` : ''}.
			</Text>
			<Group justify="flex-end" gap="xs">
				<Button variant="default" onClick={onClose}>
					Cancel
				</Button>
				<Button variant="light" color="red" onClick={() => go(false)}>
					Discard the edits
				</Button>
				<Button data-autofocus onClick={() => go(true)}>
					Save
				</Button>
			</Group>
		</Dialog>
	);
}
