/** State outside of React that React may look at: a plain object, replaced for every change, and whoever listens to it. */

import { useSyncExternalStore } from 'react';

export class Store<T extends object> {
	#state: T;
	readonly #listeners = new Set<(state: T) => void>();

	constructor(state: T) {
		this.#state = state;
	}

	get state(): T {
		return this.#state;
	}

	/** Tells nobody where nothing changes. */
	set(change: Partial<T>): void {
		if ((Object.keys(change) as (keyof T)[]).every((key) => Object.is(change[key], this.#state[key]))) return;
		this.#state = { ...this.#state, ...change };
		for (const listener of this.#listeners) listener(this.#state);
	}

	/** Returns an unsubscriber. */
	readonly subscribe = (listener: (state: T) => void): (() => void) => {
		this.#listeners.add(listener);
		return () => void this.#listeners.delete(listener);
	};
}

export function useStore<T extends object>(store: Store<T>): T {
	return useSyncExternalStore(store.subscribe, () => store.state);
}
