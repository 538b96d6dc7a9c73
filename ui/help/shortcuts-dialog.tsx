/** All keys and gestures, in groups, with a search. The keys are those that are bound: nothing here can be out of date. */

import { Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Dialog } from '../layout/dialog.tsx';
import { usePage } from '../page.ts';
import { keyLabel, type Shortcut } from '../shortcuts.ts';
import { useStore } from '../store.ts';
import { gestures } from './gestures-list.ts';
import classes from './help.module.css';

interface Row {
	readonly what: string;
	readonly keys: readonly string[];
}

const groups: readonly Shortcut['group'][] = ['Recording', 'Chart', 'Selection', 'Files', 'Page'];

export default function ShortcutsDialog({ onClose }: { readonly onClose: () => void }) {
	const { shortcuts } = usePage();
	const { bound } = useStore(shortcuts.list);
	const [search, setSearch] = useState('');
	const tables = [...groups.map((group) => [group, rowsOf(bound, group)] as const), ['Mouse and touch', gestures] as const].map(
		([title, rows]) => [title, rows.filter((row) => matches(title, row, search))] as const,
	);
	return (
		<Dialog title="Keys and gestures" opened onClose={onClose} size="xl">
			<TextInput
				label="Search"
				placeholder="zoom, select, Ctrl …"
				value={search}
				onChange={(event) => setSearch(event.currentTarget.value)}
				mb="md"
				data-autofocus
				aria-controls="shortcut-groups"
			/>
			<div id="shortcut-groups" className={classes.groups} aria-live="polite">
				{tables.map(
					([title, rows]) =>
						rows.length > 0 && (
							<section key={title} className={classes.group} aria-label={title}>
								<Text size="sm" fw={600} component="h3" mb={4}>
									{title}
								</Text>
								<table className={classes.keys}>
									<tbody>
										{rows.map(({ what, keys }) => (
											<tr key={what}>
												<th scope="row">{what}</th>
												<td>
													{keys.map((key, index) => (
														<span key={key}>
															{index > 0 && ' or '}
															<kbd>{keyLabel(key)}</kbd>
														</span>
													))}
												</td>
											</tr>
										))}
									</tbody>
								</table>
							</section>
						),
				)}
				{tables.every(([, rows]) => rows.length === 0) && <Text size="sm">Nothing here is called “{search}”.</Text>}
			</div>
		</Dialog>
	);
}

/** Several keys that do the same are one row. */
function rowsOf(bound: readonly Shortcut[], group: Shortcut['group']): Row[] {
	const rows = new Map<string, Set<string>>();
	for (const shortcut of bound) {
		if (shortcut.group !== group) continue;
		const keys = rows.get(shortcut.what) ?? new Set();
		rows.set(shortcut.what, keys.add(shortcut.keys));
	}
	return [...rows].map(([what, keys]) => ({ what, keys: [...keys] }));
}

/** Every word that is searched for begins a word of the row. */
function matches(title: string, { what, keys }: Row, search: string): boolean {
	const words = `${title} ${what} ${keys.join(' ')} ${keys.map(keyLabel).join(' ')}`.toLowerCase().split(/[\s+]+/);
	return search
		.toLowerCase()
		.split(/[\s+]+/)
		.every((wanted) => words.some((word) => word.startsWith(wanted)));
}
