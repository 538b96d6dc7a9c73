/** What the File menu does with the project. Nothing unsaved is let go of without being asked about. */

import { notifications } from '@mantine/notifications';
import type { Page } from '../page.ts';
import { filesApi } from './files-api.ts';
import { rememberProject } from './recent-projects.ts';

/** Runs, and says why it is not possible. */
export async function attempt(title: string, work: () => Promise<unknown>): Promise<boolean> {
	try {
		await work();
		return true;
	} catch (error) {
		notifications.show({ color: 'red', title, message: (error as Error).message });
		return false;
	}
}

/** Leaves the project by `run`; asks first where it has unsaved edits. */
export async function leave({ bench, files }: Page, what: string, run: (force: boolean) => Promise<void>): Promise<void> {
	if (bench.state().project?.unsaved) files.set({ leaving: { what, run } });
	else await attempt(what, () => run(false));
}

/** Opens it in place of the one that is open. */
export function openProject(page: Page, folder: string): Promise<void> {
	return leave(page, `Open ${lastPart(folder)}`, async (force) => {
		rememberProject((await filesApi.open(folder, force)).folder);
		showLive(page);
	});
}

export function createProject(page: Page, folder: string): Promise<void> {
	return leave(page, `Create ${lastPart(folder)}`, async (force) => {
		rememberProject((await filesApi.create(folder, force)).folder);
		showLive(page);
	});
}

export function closeProject(page: Page): Promise<void> {
	return leave(page, 'Close the project', async (force) => {
		await filesApi.close(force);
		showLive(page);
	});
}

export async function saveProject(): Promise<void> {
	await attempt('Save', async () => {
		const { name } = await filesApi.save();
		notifications.show({ color: 'green', title: 'Saved', message: name });
	});
}

export async function undo(): Promise<void> {
	await attempt('Undo', async () => notifications.show({ message: said('Undone', await filesApi.undo()) }));
}

export async function redo(): Promise<void> {
	await attempt('Redo', async () => notifications.show({ message: said('Done again', await filesApi.redo()) }));
}

/** Recordings of another project are other ones. */
function showLive({ choice }: Page): void {
	choice.set({ recordings: null });
}

function said(what: string, edit: string | null): string {
	return edit === null ? 'There is nothing more.' : `${what}: ${edit}`;
}

export function lastPart(folder: string): string {
	return folder.split(/[/\\]/).filter(Boolean).at(-1) ?? folder;
}
