/** What was done, in words, at the bottom of the page: seen, and read aloud by screen readers. Gone with the next page. */

import { useSyncExternalStore } from 'react';

const shownMs = 10_000;
const listeners = new Set<() => void>();
let text = '';
let timer: ReturnType<typeof setTimeout> | undefined;

export function say(next: string): void {
	text = next;
	clearTimeout(timer);
	if (next) timer = setTimeout(() => say(''), shownMs);
	for (const listener of listeners) listener();
}

export function Status() {
	const shown = useSyncExternalStore(
		(listener) => {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		() => text,
	);
	return (
		<div className="status" role="status">
			{shown && <p>{shown}</p>}
		</div>
	);
}
