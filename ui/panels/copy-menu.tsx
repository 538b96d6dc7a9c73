/** Takes a table along: copied as text or as CSV, or as a CSV file. */

import { Button, Menu } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type Cell, csvOf, textOf } from './table-data.ts';

interface CopyMenuProps {
	/** Of the file, without its ending. */
	readonly name: string;
	/** As people see it, the heading first. */
	text(): readonly (readonly string[])[];
	/** In SI units, the heading first. */
	csv(): readonly (readonly Cell[])[];
	/** Where there are several. */
	readonly label?: string;
	readonly disabled?: boolean;
}

export function CopyMenu({ name, text, csv, label = 'Copy', disabled }: CopyMenuProps) {
	return (
		<Menu position="bottom-end" withinPortal>
			<Menu.Target>
				<Button size="compact-xs" variant="default" disabled={disabled} aria-label={`Copy ${name}`}>
					{label}
				</Button>
			</Menu.Target>
			<Menu.Dropdown>
				<Menu.Item onClick={() => void copy(textOf(text()))}>Copy as text</Menu.Item>
				<Menu.Item onClick={() => void copy(csvOf(csv()))}>Copy as CSV</Menu.Item>
				<Menu.Item onClick={() => download(`${name}.csv`, csvOf(csv()))}>Download CSV</Menu.Item>
			</Menu.Dropdown>
		</Menu>
	);
}

async function copy(text: string): Promise<void> {
	const done = await navigator.clipboard?.writeText(text).then(
		() => true,
		() => false,
	);
	if (done || copyBySelecting(text)) notifications.show({ message: 'Copied.', withCloseButton: false, autoClose: 1500 });
	else notifications.show({ color: 'red', message: 'The browser does not let this page copy. Download the CSV file instead.' });
}

/** Browsers give pages of other computers no clipboard unless they came over HTTPS. */
function copyBySelecting(text: string): boolean {
	const area = document.createElement('textarea');
	area.value = text;
	area.style.position = 'fixed';
	area.style.opacity = '0';
	document.body.append(area);
	area.select();
	const done = document.execCommand('copy');
	area.remove();
	return done;
}

function download(name: string, text: string): void {
	const link = document.createElement('a');
	link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
	link.download = name;
	link.click();
	URL.revokeObjectURL(link.href);
}
