/** One recording in the list: shown or not, its name, when and how long, what is wrong with it, its note; and what can be done to it. */

import { ActionIcon, Badge, Button, Checkbox, Group, Menu, NavLink, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type KeyboardEvent, useState } from 'react';
import { api } from '../api.ts';
import { attempt } from '../devices/actions.ts';
import { undo } from '../files/project-actions.ts';
import { duration, quantity } from '../format.ts';
import type { ProjectStatus, RecordingSummary } from '../types.ts';
import classes from './recordings.module.css';

interface RecordingRowProps {
	readonly recording: RecordingSummary;
	/** What the project notes of it. */
	readonly entry: ProjectStatus['recordings'][number] | undefined;
	readonly inProgress: boolean;
	readonly opened: boolean;
	/** Why the project cannot be changed. */
	readonly readOnly: string | undefined;
	/** Where something that is dragged would go. */
	readonly dropMark: 'above' | 'below' | undefined;
	onOpen(): void;
	onShow(over: boolean): void;
	onDetails(): void;
	onDeleted(): void;
	onMove(by: number): void;
	onDrag(begun: boolean): void;
	onDragOver(): void;
	onDrop(): void;
}

export function RecordingRow(props: RecordingRowProps) {
	const { recording, entry, inProgress, opened, readOnly, dropMark } = props;
	const { id, name } = recording;
	const [renaming, setRenaming] = useState(false);
	const remove = async () => {
		if (!(await attempt(`Delete ${name}`, () => api.deleteRecording(id)))) return;
		props.onDeleted();
		notifications.show({ id: `deleted ${id}`, message: <Deleted id={id} name={name} />, autoClose: 10_000 });
	};
	const whyNotDelete = readOnly ?? (inProgress ? 'It is being recorded.' : undefined);
	const pressed = (event: KeyboardEvent) => {
		if (renaming) return;
		if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) props.onMove(event.key === 'ArrowUp' ? -1 : 1);
		else if (event.key === 'F2' && !readOnly) setRenaming(true);
		else if (event.key === 'Delete' && !whyNotDelete) void remove();
		else return;
		event.preventDefault();
		event.stopPropagation();
	};
	return (
		<li
			className={classes.row}
			data-drop={dropMark}
			data-recording-row={id}
			draggable={!renaming && !readOnly}
			onKeyDown={pressed}
			onDragStart={(event) => {
				event.dataTransfer.effectAllowed = 'move';
				event.dataTransfer.setData('text/plain', name);
				props.onDrag(true);
			}}
			onDragEnd={() => props.onDrag(false)}
			onDragOver={(event) => {
				event.preventDefault();
				props.onDragOver();
			}}
			onDrop={(event) => {
				event.preventDefault();
				props.onDrop();
			}}
		>
			<Checkbox size="xs" checked={opened} onChange={(event) => props.onShow(event.currentTarget.checked)} aria-label={`Show ${name} in the chart`} />
			{renaming ? (
				<Rename recording={recording} onDone={() => setRenaming(false)} />
			) : (
				<NavLink
					component="button"
					className={classes.open}
					label={<span className={classes.label}>{name}</span>}
					active={opened}
					onClick={props.onOpen}
					onDoubleClick={() => !readOnly && setRenaming(true)}
					leftSection={entry?.color ? <span className={classes.color} style={{ background: entry.color }} /> : undefined}
					description={
						<>
							{new Date(recording.start).toLocaleString()}
							{recording.finished && ` · ${duration(recording.duration)}`}
							{entry?.offset ? ` · shifted ${quantity(entry.offset, 's', 4)}` : ''}
							{entry?.note && <span className={classes.note}>{entry.note}</span>}
						</>
					}
					rightSection={<Marks recording={recording} inProgress={inProgress} />}
					data-recording={id}
				/>
			)}
			<Menu position="bottom-end" withinPortal returnFocus={false}>
				<Menu.Target>
					<ActionIcon variant="subtle" color="gray" aria-label={`More of ${name}`}>
						<span aria-hidden="true">⋯</span>
					</ActionIcon>
				</Menu.Target>
				<Menu.Dropdown>
					<Menu.Item disabled={readOnly !== undefined} onClick={() => setRenaming(true)} rightSection={<Text size="xs">F2</Text>}>
						Rename
					</Menu.Item>
					<Menu.Item disabled={readOnly !== undefined} onClick={props.onDetails}>
						Note, colour and shift…
					</Menu.Item>
					<Menu.Item disabled={readOnly !== undefined} onClick={() => props.onMove(-1)} rightSection={<Text size="xs">Alt+↑</Text>}>
						Move up
					</Menu.Item>
					<Menu.Item disabled={readOnly !== undefined} onClick={() => props.onMove(1)} rightSection={<Text size="xs">Alt+↓</Text>}>
						Move down
					</Menu.Item>
					<Menu.Divider />
					<Menu.Item disabled={whyNotDelete !== undefined} onClick={() => void remove()} rightSection={<Text size="xs">Del</Text>}>
						Delete
						{whyNotDelete && (
							<Text size="xs" c="dimmed" maw={220}>
								{whyNotDelete}
							</Text>
						)}
					</Menu.Item>
				</Menu.Dropdown>
			</Menu>
		</li>
	);
}

function Deleted({ id, name }: { readonly id: string; readonly name: string }) {
	return (
		<Group justify="space-between" wrap="nowrap">
			<Text size="sm" truncate>
				{name} is deleted.
			</Text>
			<Button
				size="compact-xs"
				variant="light"
				onClick={() => {
					notifications.hide(`deleted ${id}`);
					void undo();
				}}
			>
				Undo
			</Button>
		</Group>
	);
}

function Rename({ recording: { id, name }, onDone }: { readonly recording: RecordingSummary; onDone(): void }) {
	const apply = async (text: string) => {
		const wanted = text.trim();
		if (wanted === '' || wanted === name || (await attempt(`Rename ${name}`, () => api.changeRecording(id, { name: wanted })))) onDone();
	};
	return (
		<TextInput
			size="xs"
			flex={1}
			autoFocus
			defaultValue={name}
			maxLength={200}
			aria-label={`New name of ${name}`}
			onFocus={(event) => event.currentTarget.select()}
			onBlur={(event) => void apply(event.currentTarget.value)}
			onKeyDown={(event) => {
				if (event.key === 'Enter') event.currentTarget.blur();
				if (event.key === 'Escape') onDone();
			}}
		/>
	);
}

function Marks({ recording, inProgress }: { readonly recording: RecordingSummary; readonly inProgress: boolean }) {
	if (inProgress)
		return (
			<Badge color="red.9" size="sm">
				Recording
			</Badge>
		);
	if (recording.lost > 0)
		return (
			<Badge color="red" variant="light" size="sm" title="Samples lost, over all channels">
				{recording.lost.toLocaleString('en')} lost
			</Badge>
		);
	if (!recording.finished)
		return (
			<Badge color="orange" variant="light" size="sm" title="The program ended before the recording did.">
				Interrupted
			</Badge>
		);
	return null;
}
