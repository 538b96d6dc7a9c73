/** The bell in the header: how much nobody has seen yet, and behind it the list of what has happened. */

import { ActionIcon, Badge, Button, Group, Indicator, Popover, ScrollArea, Text } from '@mantine/core';
import { usePage } from '../page.ts';
import { useStore } from '../store.ts';
import classes from './notices.module.css';
import type { Notice, NoticeLevel } from './notices.ts';

const words: Readonly<Record<NoticeLevel, string>> = { fault: 'Fault', warning: 'Warning', note: 'Note' };

export function NoticeBell() {
	const { notices } = usePage();
	const { list, unseen, open } = useStore(notices.state);
	return (
		<Popover opened={open} onChange={(opened) => notices.open(opened)} position="bottom-end" width="min(420px, calc(100vw - 24px))" shadow="md" trapFocus returnFocus>
			<Indicator disabled={unseen === 0} label={unseen > 99 ? '99+' : unseen} size={16} color="red.9" offset={4}>
				<Popover.Target>
					<ActionIcon
						variant="subtle"
						color="gray"
						size="lg"
						onClick={() => notices.open(!open)}
						aria-expanded={open}
						aria-label={unseen > 0 ? `Notifications, ${unseen} new` : 'Notifications'}
					>
						<svg width="18" height="18" viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
							<path d="M6 9a6 6 0 0 1 12 0c0 5 2 6 2 7H4c0-1 2-2 2-7Z" />
							<path d="M10 20a2 2 0 0 0 4 0" />
						</svg>
					</ActionIcon>
				</Popover.Target>
			</Indicator>
			<Popover.Dropdown p={0} aria-label="Notifications">
				<Group justify="space-between" px="sm" py={6} className={classes.head}>
					<Text fw={600} size="sm">
						Notifications
					</Text>
					<Button size="compact-xs" variant="subtle" disabled={list.length === 0} onClick={() => notices.clear()}>
						Clear
					</Button>
				</Group>
				{list.length === 0 ? (
					<Text size="sm" c="dimmed" p="sm">
						Nothing has happened. Faults, losses and what is refused appear here.
					</Text>
				) : (
					<ScrollArea.Autosize mah="60vh" viewportProps={{ tabIndex: 0, 'aria-label': 'Notifications' }}>
						<ul className={classes.list}>
							{list.map((notice) => (
								<Entry key={notice.id} notice={notice} />
							))}
						</ul>
					</ScrollArea.Autosize>
				)}
			</Popover.Dropdown>
		</Popover>
	);
}

function Entry({ notice: { at, level, title, message, count } }: { readonly notice: Notice }) {
	return (
		<li className={classes.entry} data-level={level}>
			<Group gap="xs" wrap="nowrap" align="baseline">
				<Text size="sm" fw={600} flex={1} truncate>
					<span className={classes.level}>{words[level]}</span> {title}
				</Text>
				{count > 1 && (
					<Badge size="xs" variant="light" color="gray" c="var(--mantine-color-text)">
						{count}×
					</Badge>
				)}
				<Text size="xs" c="dimmed" component="time" dateTime={new Date(at).toISOString()}>
					{new Date(at).toLocaleTimeString()}
				</Text>
			</Group>
			<Text size="sm" className={classes.message}>
				{message}
			</Text>
		</li>
	);
}
