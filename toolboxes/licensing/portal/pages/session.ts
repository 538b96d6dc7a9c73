/** Who is signed in, as far as the pages know. The portal decides anew at every request. */

import { useSyncExternalStore } from 'react';
import { call, onSessionEnded } from './api.ts';
import type { SessionUser } from './types.ts';

/** Undefined: not known yet. */
let user: SessionUser | null | undefined;
const listeners = new Set<() => void>();

export function setUser(next: SessionUser | null): void {
	user = next;
	for (const listener of listeners) listener();
}

onSessionEnded(() => setUser(null));

export async function loadSession(): Promise<void> {
	try {
		setUser((await call<{ user: SessionUser | null }>('GET', '/session')).user);
	} catch {
		setUser(null);
	}
}

export async function signOut(): Promise<void> {
	await call('DELETE', '/session');
	setUser(null);
}

export function useSession(): SessionUser | null | undefined {
	return useSyncExternalStore(
		(listener) => {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		() => user,
	);
}
