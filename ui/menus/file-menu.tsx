/** The File menu: projects, files in and out, pictures of the chart. */

import { Menu } from '@mantine/core';
import { useBench } from '../bench.ts';
import { saveReport } from '../files/download.ts';
import { attempt, closeProject, redo, undo } from '../files/project-actions.ts';
import { usePage } from '../page.ts';
import { BarMenu } from './bar-menu.tsx';
import { Key, KeyItem } from './key-item.tsx';

export function FileMenu({ onUserManagement }: { readonly onUserManagement: () => void }) {
	const page = usePage();
	const { project, recordings } = useBench(page.bench);
	const picture = (kind: 'png' | 'svg') => void attempt('Picture', async () => (await import('../files/picture.ts')).savePicture(page, kind));
	return (
		<BarMenu title="File">
			<Menu.Item onClick={() => page.files.set({ dialog: 'new' })}>New project…</Menu.Item>
			<KeyItem keys="Ctrl+O" />
			<KeyItem keys="Ctrl+S" />
			<KeyItem keys="Ctrl+Shift+S" />
			<Menu.Item disabled={!project} onClick={() => void closeProject(page)}>
				Close project
			</Menu.Item>
			<Menu.Divider />
			<Menu.Item disabled={!project?.undoable} rightSection={<Key keys="Ctrl+Z" />} onClick={() => void undo()}>
				{project?.undoable ? `Undo: ${project.undoable}` : 'Undo'}
			</Menu.Item>
			<Menu.Item disabled={!project?.redoable} rightSection={<Key keys="Ctrl+Y" />} onClick={() => void redo()}>
				{project?.redoable ? `Redo: ${project.redoable}` : 'Redo'}
			</Menu.Item>
			<Menu.Divider />
			<KeyItem keys="Ctrl+I" />
			<KeyItem keys="Ctrl+E" />
			<Menu.Item disabled={recordings.length === 0} onClick={() => void saveReport(page)}>
				Report as HTML
			</Menu.Item>
			<Menu.Item onClick={() => picture('png')}>Picture of the chart, PNG</Menu.Item>
			<Menu.Item onClick={() => picture('svg')}>Picture of the chart, SVG</Menu.Item>
			<Menu.Divider />
			<Menu.Item rightSection={<Key keys="Ctrl+U" />} onClick={onUserManagement}>
				User Management
			</Menu.Item>
		</BarMenu>
	);
}
