/** What the File menu brings to the page: its keys, dropped files, files on their way, and its dialogs, which are loaded when one is opened. */

import { Button, Group, Progress, Text } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { usePage } from '../page.ts';
import { useStore } from '../store.ts';
import classes from './files.module.css';
import type { Transfer } from './files-state.ts';
import { useDroppedFiles, useFileKeys } from './use-file-keys.ts';

const FileDialogs = lazy(() => import('./file-dialogs.tsx'));

export function FilesPlace() {
	const page = usePage();
	const { dialog, leaving, transfers } = useStore(page.files);
	useFileKeys(page);
	const over = useDroppedFiles(page);
	return (
		<>
			{over && <div className={classes.drop}>Drop the files to import them</div>}
			{transfers.length > 0 && (
				<section className={classes.transfers} aria-label="Files on their way">
					{transfers.map((transfer) => (
						<TransferLine key={transfer.id} transfer={transfer} />
					))}
				</section>
			)}
			<Suspense>{(dialog !== null || leaving !== null) && <FileDialogs />}</Suspense>
		</>
	);
}

function TransferLine({ transfer: { name, stage, done, total, cancel } }: { readonly transfer: Transfer }) {
	const share = total === null ? undefined : (100 * done) / Math.max(1, total);
	return (
		<div>
			<Group justify="space-between" wrap="nowrap" gap="xs">
				<Text size="sm" truncate>
					{stage} {name}
				</Text>
				<Button size="compact-xs" variant="subtle" onClick={cancel} aria-label={`Cancel ${name}`}>
					Cancel
				</Button>
			</Group>
			<Progress value={share ?? 100} animated={share === undefined} striped={share === undefined} size="sm" aria-label={`${stage} ${name}`} />
			<Text size="xs" c="dimmed">
				{done > 0 ? `${bytesText(done)}${total === null ? '' : ` of ${bytesText(total)}`}` : ' '}
			</Text>
		</div>
	);
}

/** `1.4 MB` */
function bytesText(bytes: number): string {
	if (bytes < 1e3) return `${bytes} B`;
	const [scale, unit] = bytes < 1e6 ? [1e3, 'kB'] : bytes < 1e9 ? [1e6, 'MB'] : [1e9, 'GB'];
	return `${(bytes / scale).toFixed(1)} ${unit}`;
}
