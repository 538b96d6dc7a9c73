/** Fetches what the engine makes of a recording, with progress, and hands it to the browser's downloads. */

import { notifications } from '@mantine/notifications';
import type { Page } from '../page.ts';
import { fetchFile, saveFile } from './files-api.ts';
import { isCancelled } from './files-state.ts';
import { windowIn } from './shown-window.ts';

export async function fetchTo({ files }: Page, title: string, path: string): Promise<void> {
	try {
		const { name, content } = await files.transfer(title, (report, signal) => fetchFile(path, (done, total) => report({ stage: 'Fetching', done, total }), signal));
		saveFile(name, content);
	} catch (error) {
		if (!isCancelled(error)) notifications.show({ color: 'red', title, message: (error as Error).message });
	}
}

/** Of the recording that is shown first, with what is selected of it; of the last one where none is shown. */
export async function saveReport(page: Page): Promise<void> {
	const { recordings, current } = page.bench.state();
	const id = page.choice.state.recordings?.[0] ?? recordings.findLast((recording) => recording.id !== current?.id)?.id;
	if (id === undefined) return;
	const { chosen } = page.chart.marks.state;
	const window = chosen && windowIn(page, id, chosen);
	const query = window ? `?from=${window.from}&to=${window.to}` : '';
	await fetchTo(page, recordings.find((recording) => recording.id === id)?.name ?? id, `/recordings/${encodeURIComponent(id)}/report${query}`);
}
