/** Which page is shown: the address bar's path, kept by the History API. Links are real links, so that they open in new tabs and show where they lead. */

import { Anchor, type AnchorProps } from '@mantine/core';
import type { ComponentPropsWithoutRef, MouseEvent, ReactNode } from 'react';
import { useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();
let navigations = 0;

function changed(): void {
	navigations++;
	for (const listener of listeners) listener();
}

addEventListener('popstate', changed);

/** Whether a page was shown before this one: then its heading takes the focus, so that a screen reader says where one is. */
export function hasNavigated(): boolean {
	return navigations > 0;
}

export function navigate(to: string, { replace = false } = {}): void {
	if (replace) history.replaceState(null, '', to);
	else history.pushState(null, '', to);
	scrollTo(0, 0);
	changed();
}

/** Path and query of the page that is shown. */
export function useAddress(): { path: string; query: URLSearchParams } {
	const address = useSyncExternalStore(
		(listener) => {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		() => location.pathname + location.search,
	);
	const url = new URL(address, location.origin);
	return { path: url.pathname, query: url.searchParams };
}

/** A path given by a link or the server, if it leads to a page of this portal. */
export function ownPath(to: string | null): string | undefined {
	if (to === null) return undefined;
	const url = URL.canParse(to, location.origin) ? new URL(to, location.origin) : undefined;
	return url?.origin === location.origin ? url.pathname + url.search + url.hash : undefined;
}

/** The parameters of `path` where it has the pattern's form: `/orders/:reference`. */
export function match(pattern: string, path: string): Record<string, string> | undefined {
	const wanted = pattern.split('/');
	const parts = path.replace(/\/$/, '').split('/');
	if (wanted.length !== parts.length) return undefined;
	const found: Record<string, string> = {};
	for (const [index, part] of wanted.entries()) {
		if (part.startsWith(':')) found[part.slice(1)] = decodeURIComponent(parts[index]);
		else if (part !== parts[index]) return undefined;
	}
	return found;
}

/** Follows a link inside the portal without loading anything anew; leaves clicks that ask for a new tab to the browser. */
export function follow(event: MouseEvent<HTMLAnchorElement>): void {
	if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
	event.preventDefault();
	navigate(event.currentTarget.getAttribute('href') ?? '/');
}

export function Link({ to, children, ...rest }: { to: string; children: ReactNode } & AnchorProps & Omit<ComponentPropsWithoutRef<'a'>, keyof AnchorProps>) {
	return (
		<Anchor href={to} onClick={follow} underline="always" {...rest}>
			{children}
		</Anchor>
	);
}
