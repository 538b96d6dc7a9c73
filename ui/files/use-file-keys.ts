/** Keys of the File menu, and files that are dropped anywhere on the page. */

import { useEffect, useState } from 'react';
import type { Page } from '../page.ts';
import { redo, saveProject, undo } from './project-actions.ts';

export function useFileKeys({ shortcuts, files, bench }: Page): void {
	useEffect(() => {
		const project = () => bench.state().project;
		const isOpen = () => project() !== null;
		const isWritable = () => project() !== null && project()?.readOnly === null;
		const hasRecordings = () => bench.state().recordings.length > 0;
		return shortcuts.bind([
			{ keys: 'Ctrl+O', group: 'Files', what: 'Open project…', whileTyping: true, run: () => files.set({ dialog: 'open' }) },
			{ keys: 'Ctrl+S', group: 'Files', what: 'Save project', whileTyping: true, when: isWritable, run: () => void saveProject() },
			{ keys: 'Ctrl+Shift+S', group: 'Files', what: 'Save project as…', whileTyping: true, when: isOpen, run: () => files.set({ dialog: 'save-as' }) },
			{ keys: 'Ctrl+I', group: 'Files', what: 'Import files…', whileTyping: true, when: isWritable, run: () => files.set({ dialog: 'import', incoming: [] }) },
			{ keys: 'Ctrl+E', group: 'Files', what: 'Export…', whileTyping: true, when: hasRecordings, run: () => files.set({ dialog: 'export' }) },
			{ keys: 'Ctrl+Z', group: 'Files', what: 'Undo', when: isWritable, run: () => void undo() },
			{ keys: 'Ctrl+Y', group: 'Files', what: 'Redo', when: isWritable, run: () => void redo() },
			{ keys: 'Ctrl+Shift+Z', group: 'Files', what: 'Redo', when: isWritable, run: () => void redo() },
		]);
	}, [shortcuts, files, bench]);
}

/** Whether files are held over the page. */
export function useDroppedFiles({ files }: Page): boolean {
	const [over, setOver] = useState(false);
	useEffect(() => {
		const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
		const moved = (event: DragEvent) => {
			if (!holdsFiles(event) || event.defaultPrevented) return setOver(false);
			event.preventDefault();
			setOver(true);
		};
		const left = (event: DragEvent) => event.relatedTarget === null && setOver(false);
		const dropped = (event: DragEvent) => {
			setOver(false);
			// A part of the page that takes files of its own has taken them.
			if (!holdsFiles(event) || event.defaultPrevented) return;
			event.preventDefault();
			files.set({ dialog: 'import', incoming: [...(event.dataTransfer?.files ?? [])] });
		};
		window.addEventListener('dragover', moved);
		window.addEventListener('dragleave', left);
		window.addEventListener('drop', dropped);
		return () => {
			window.removeEventListener('dragover', moved);
			window.removeEventListener('dragleave', left);
			window.removeEventListener('drop', dropped);
		};
	}, [files]);
	return over;
}
