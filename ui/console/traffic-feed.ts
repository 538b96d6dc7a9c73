/** The traffic of all scripts while somebody looks: the newest entries, kept up to a limit. Comes back by itself when the engine does. */

import { openEngineSocket, retryDelay } from '../engine-socket.ts';
import { Store } from '../store.ts';
import type { TrafficEntry } from '../types.ts';

export interface NumberedEntry extends TrafficEntry {
	readonly id: number;
}

export interface FeedState {
	readonly connected: boolean;
	/** Oldest first. */
	readonly entries: readonly NumberedEntry[];
	/** Entries that came too fast to be shown. */
	readonly missed: number;
}

export const maxEntries = 1000;

export class TrafficFeed {
	readonly state = new Store<FeedState>({ connected: false, entries: [], missed: 0 });
	#socket: WebSocket | undefined;
	#retry: number | undefined;
	#attempt = 0;
	#count = 0;

	/** Returns a function that ends it. */
	open(): () => void {
		this.#connect();
		return () => {
			clearTimeout(this.#retry);
			const socket = this.#socket;
			this.#socket = undefined;
			socket?.close();
		};
	}

	clear(): void {
		this.state.set({ entries: [], missed: 0 });
	}

	#connect(): void {
		const socket = openEngineSocket('/api/scripting/traffic', 'microjoule.traffic');
		this.#socket = socket;
		socket.onmessage = ({ data }) => {
			this.#attempt = 0;
			const { entries, missed } = JSON.parse(data as string) as { entries: TrafficEntry[]; missed: number };
			const numbered = entries.map((entry) => ({ ...entry, id: ++this.#count }));
			const { state } = this.state;
			this.state.set({ connected: true, entries: [...state.entries, ...numbered].slice(-maxEntries), missed: state.missed + missed });
		};
		socket.onclose = () => {
			if (this.#socket !== socket) return;
			this.state.set({ connected: false });
			this.#retry = window.setTimeout(() => this.#connect(), retryDelay(this.#attempt++));
		};
	}
}
