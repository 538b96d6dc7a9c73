/** The log: what the devices printed, what was noted, what went wrong, in the order of time; found, filtered, and tied to the chart. */

import { ActionIcon, Chip, Group, Loader, SegmentedControl, Switch, Text, TextInput } from '@mantine/core';
import { useEffect } from 'react';
import { LogList } from '../logs/log-list.tsx';
import { mostRows } from '../logs/log-model.ts';
import { type RowType, rowTypes } from '../logs/log-row.ts';
import classes from '../logs/logs.module.css';
import { NoteLine } from '../logs/note-line.tsx';
import { UserLogs } from '../logs/user-logs.tsx';
import { usePage } from '../page.ts';
import { useStore } from '../store.ts';

export default function LogPanel() {
	const { logs, chart } = usePage();
	const { text, filters, followsWindow, types } = useStore(logs.query);
	const { rows, total, more, busy, error } = useStore(logs.rows);
	const live = useStore(chart.layout).mode === 'live';
	useEffect(() => logs.open(), [logs]);
	return (
		<>
			<div className={classes.tools}>
				<TextInput
					className={classes.search}
					size="xs"
					aria-label={filters ? 'Filter the log' : 'Find in the log'}
					placeholder="Text or /expression/"
					value={text}
					error={error !== null}
					onChange={(event) => logs.query.set({ text: event.currentTarget.value })}
					onKeyDown={(event) => {
						if (event.key === 'Enter') void logs.find(event.shiftKey ? -1 : 1);
						if (event.key === 'Escape') logs.query.set({ text: '' });
					}}
					rightSection={busy ? <Loader size={12} /> : undefined}
				/>
				<Group gap={4} wrap="nowrap">
					<ActionIcon variant="default" size={30} aria-label="Previous match" title="Shift+Enter" disabled={text === ''} onClick={() => void logs.find(-1)}>
						↑
					</ActionIcon>
					<ActionIcon variant="default" size={30} aria-label="Next match" title="Enter" disabled={text === ''} onClick={() => void logs.find(1)}>
						↓
					</ActionIcon>
				</Group>
				<Switch size="xs" label="Only matches" checked={filters} onChange={(event) => logs.query.set({ filters: event.currentTarget.checked })} />
				{!live && (
					<SegmentedControl
						size="xs"
						aria-label="Part of the log"
						value={followsWindow ? 'window' : 'all'}
						onChange={(value) => logs.query.set({ followsWindow: value === 'window' })}
						data={[
							{ value: 'window', label: 'In view' },
							{ value: 'all', label: 'All' },
						]}
					/>
				)}
				<Chip.Group multiple value={[...types]} onChange={(value) => logs.query.set({ types: value as RowType[] })}>
					<Group gap={4}>
						{(Object.entries(rowTypes) as [RowType, string][])
							.filter(([type]) => !live || ['log', 'fault', 'gap'].includes(type))
							.map(([type, label]) => (
								<Chip key={type} size="xs" radius="sm" value={type}>
									{label}
								</Chip>
							))}
					</Group>
				</Chip.Group>
				<UserLogs />
			</div>
			<LogList />
			<Group justify="space-between" gap="xs" mt={4}>
				<Text size="xs" className={classes.remark} role="status" data-testid="log-count">
					{error ?? countText(rows.length, total, more)}
				</Text>
				<Text size="xs" className={classes.remark}>
					Click goes there · Shift-click selects
				</Text>
			</Group>
			<NoteLine />
		</>
	);
}

function countText(loaded: number, total: number | null, more: boolean): string {
	const all = (total ?? loaded).toLocaleString('en');
	if (more && loaded >= mostRows) return `The first ${loaded.toLocaleString('en')} of ${all}; a filter or a shorter window shows the others`;
	return all === '1' ? '1 line' : `${all} lines`;
}
