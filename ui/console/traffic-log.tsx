/** What all scripts ask and are answered, as it happens. */

import { Button, Group, Text, TextInput } from '@mantine/core';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useStore } from '../store.ts';
import classes from './console.module.css';
import { type NumberedEntry, TrafficFeed } from './traffic-feed.ts';

/** CSS pixels from the end within which the log follows what comes. */
const nearEnd = 24;

export function TrafficLog() {
	const [feed] = useState(() => new TrafficFeed());
	const { connected, entries, missed } = useStore(feed.state);
	const [filter, setFilter] = useState('');
	const box = useRef<HTMLDivElement>(null);
	const following = useRef(true);
	useEffect(() => feed.open(), [feed]);
	const shown = entries.filter(({ text, client }) => `${client} ${text}`.toLowerCase().includes(filter.toLowerCase()));
	// biome-ignore lint/correctness/useExhaustiveDependencies: whenever there is more to show
	useLayoutEffect(() => {
		if (following.current && box.current) box.current.scrollTop = box.current.scrollHeight;
	}, [shown.length, entries.at(-1)?.id]);
	return (
		<section aria-label="Traffic of scripts">
			<Group gap="xs" mb={6} wrap="nowrap">
				<TextInput
					size="xs"
					flex={1}
					aria-label="Show only traffic that contains"
					placeholder="Show only …"
					value={filter}
					onChange={(event) => setFilter(event.currentTarget.value)}
				/>
				<Button size="xs" variant="default" disabled={entries.length === 0} onClick={() => feed.clear()}>
					Clear
				</Button>
			</Group>
			<div
				ref={box}
				className={classes.log}
				role="log"
				aria-label="Traffic"
				// biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
				tabIndex={0}
				onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
					following.current = scrollHeight - scrollTop - clientHeight < nearEnd;
				}}
			>
				{shown.length === 0 && (
					<Text size="sm" p="sm">
						{!connected ? 'Connecting…' : entries.length === 0 ? 'No script has said anything since this was opened.' : `Nothing contains “${filter}”.`}
					</Text>
				)}
				{shown.map((entry) => (
					<Entry key={entry.id} {...entry} />
				))}
			</div>
			{missed > 0 && (
				<Text size="xs" mt={4}>
					{missed.toLocaleString('en')} messages came too fast to be shown.
				</Text>
			)}
		</section>
	);
}

function Entry({ at, client, direction, text, size, failed }: NumberedEntry) {
	return (
		<div className={classes.entry} data-failed={failed || undefined} data-direction={direction}>
			<div className={classes.entryHead}>
				<span>{new Date(at).toISOString().slice(11, 23)}</span>
				<span>
					<span aria-hidden="true">{direction === 'request' ? '→' : '←'}</span> {direction === 'request' ? 'request of' : failed ? 'error to' : 'answer to'} {client}
				</span>
				{size > text.length && <span>{size.toLocaleString('en')} characters</span>}
			</div>
			{text}
		</div>
	);
}
