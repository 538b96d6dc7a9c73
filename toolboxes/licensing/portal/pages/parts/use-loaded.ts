/** What a page shows of the portal: loaded when it opens, again when its address changes, when asked, and, where wished, every few seconds and when one returns to the window. */

import { useCallback, useEffect, useRef, useState } from 'react';
import { call } from '../api.ts';

export interface Loaded<T> {
	readonly value: T | undefined;
	readonly problem: string | undefined;
	reload(): Promise<void>;
}

/** `path` undefined: nothing to load yet. `everyS`: how often it is asked for anew while the window is seen. */
export function useLoaded<T>(path: string | undefined, everyS?: number): Loaded<T> {
	const [state, setState] = useState<{ path?: string; value?: T; problem?: string }>({});
	const asked = useRef<AbortController>(undefined);
	const reload = useCallback(async () => {
		if (path === undefined) return;
		asked.current?.abort();
		const own = new AbortController();
		asked.current = own;
		try {
			const value = await call<T>('GET', path, undefined, own.signal);
			if (!own.signal.aborted) setState({ path, value });
		} catch (error) {
			if (!own.signal.aborted) setState((before) => ({ path, value: before.path === path ? before.value : undefined, problem: (error as Error).message }));
		}
	}, [path]);

	useEffect(() => {
		void reload();
		return () => asked.current?.abort();
	}, [reload]);

	useEffect(() => {
		if (everyS === undefined) return;
		const look = () => {
			if (document.visibilityState === 'visible') void reload();
		};
		const timer = setInterval(look, everyS * 1000);
		document.addEventListener('visibilitychange', look);
		return () => {
			clearInterval(timer);
			document.removeEventListener('visibilitychange', look);
		};
	}, [reload, everyS]);

	// While another path loads, the one before stays: a list does not flicker as one types.
	return { value: state.value, problem: state.path === path ? state.problem : undefined, reload };
}
