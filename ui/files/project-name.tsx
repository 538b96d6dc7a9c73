/** The project's name in the header, with what somebody should know of it: edits that are not saved, or why it cannot be changed. */

import { Badge, Text } from '@mantine/core';
import { useBench } from '../bench.ts';
import { usePage } from '../page.ts';
import classes from './files.module.css';

export function ProjectName() {
	const { bench } = usePage();
	const { project, loaded } = useBench(bench);
	if (!loaded) return null;
	if (!project)
		return (
			<Text size="sm" c="dimmed" className={classes.project}>
				No project
			</Text>
		);
	const { name, folder, unsaved, readOnly } = project;
	return (
		<div className={classes.project} data-testid="project" data-unsaved={unsaved}>
			<Text size="sm" truncate title={folder}>
				{name}
			</Text>
			{unsaved && (
				<Text size="xs" c="dimmed" title="There are edits that are not saved (Ctrl+S)">
					edited
				</Text>
			)}
			{readOnly !== null && (
				<Badge color="gray" variant="light" size="sm" title={readOnly}>
					Read only
				</Badge>
			)}
		</div>
	);
}
