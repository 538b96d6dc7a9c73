/** Files on their way into the project: sent to the engine in one batch, then read by it; battery profiles go to their library. */

import { notifications } from '@mantine/notifications';
import { batteryApi } from '../battery/battery-api.ts';
import type { Page } from '../page.ts';
import { filesApi, type ImportRules, send } from './files-api.ts';

/** A JSON file that belongs to another one that was chosen with it. */
function isSidecar(file: File, all: readonly File[]): boolean {
	return all.some(({ name }) => file.name === `${name}.json`);
}

/** Takes out what is a battery profile by its looks: JSON that is no sidecar. */
export function sorted(all: readonly File[]): { readonly profiles: readonly File[]; readonly measured: readonly File[] } {
	const profiles = all.filter((file) => /\.json$/i.test(file.name) && !isSidecar(file, all));
	return { profiles, measured: all.filter((file) => !profiles.includes(file)) };
}

/** Into the library of the battery toolbox, which says what it needs. */
export async function importProfiles(files: readonly File[]): Promise<void> {
	for (const file of files)
		try {
			const { name } = await batteryApi.importProfile(file.name.replace(/\.json$/i, ''), await file.text());
			notifications.show({ color: 'green', title: 'Battery profile imported', message: name });
		} catch (error) {
			notifications.show({ color: 'red', title: file.name, message: (error as Error).message });
		}
}

/**
 * Sends the files and imports them: as one recording, or each as its own, where what belongs to others (events, sidecars) comes along. Resolves to the
 * ids of the recordings. What was sent is gone afterwards, whether or not it could be read.
 */
export async function importMeasured({ files: store }: Page, files: readonly File[], rules: ImportRules, together: boolean): Promise<string[]> {
	const total = files.reduce((sum, { size }) => sum + size, 0);
	return store.transfer(files.length === 1 ? files[0].name : `${files.length} files`, async (report, signal) => {
		let batch: string | undefined;
		let sent = 0;
		const paths: string[] = [];
		try {
			// What only belongs to others first: a reader looks for it beside its file.
			for (const file of files.toSorted((a, b) => Number(isBeside(b)) - Number(isBeside(a)))) {
				const before = sent;
				const answer = await send(file, batch, (bytes) => report({ stage: 'Sending', done: Math.min(total, before + bytes), total }), signal);
				batch = answer.batch;
				sent += file.size;
				paths.push(...answer.files.map(({ path }) => path));
			}
			if (paths.length === 0) throw new Error('None of these files holds samples: choose the file of a channel too.');
			report({ stage: 'Reading', done: 0, total: null });
			const groups = together ? [paths] : paths.map((path) => [path]);
			const recordings: string[] = [];
			for (const group of groups) {
				const { recording, notes } = await filesApi.importFiles(group, rules, signal);
				recordings.push(recording);
				for (const note of notes) notifications.show({ title: 'Imported', message: note, autoClose: 15_000 });
			}
			return recordings;
		} finally {
			if (batch !== undefined) await filesApi.forget(batch).catch(() => {}); // the engine removes it by itself when it ends
		}
	});
}

function isBeside({ name }: File): boolean {
	return /\.(json|jsonl)$/i.test(name);
}

/** What the program's options are called in the dialog. */
const fields: readonly (readonly [RegExp, string])[] = [
	[/--column <[^>]*>/g, 'Columns'],
	[/--column\b/g, 'Columns'],
	[/--rate\b/g, 'Sample rate'],
	[/--supply\b/g, 'Supply voltage'],
	[/--time\b/g, 'Time column'],
	[/--delimiter\b/g, 'Between columns'],
	[/--skip-lines\b/g, 'Lines to skip'],
	[/--format\b/g, 'Format'],
];

/** An error of the import with the file as its owner calls it, and the fields of the dialog instead of options. */
export function forPage(message: string): string {
	const named = message.replace(/\S*[/\\]temporary[/\\][0-9a-f-]{36}[/\\]/g, '');
	return fields.reduce((text, [option, field]) => text.replace(option, field), named);
}
