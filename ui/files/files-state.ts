/** What the File menu has open, and which files are on their way. Outside of React, so that keys, menus and dropped files reach it. */

import { Store } from '../store.ts';

/** What would leave the project, and waits for an answer about its unsaved edits. */
export interface Leaving {
	/** `Open X`, `Close the project`. */
	readonly what: string;
	run(force: boolean): Promise<void>;
}

/** A file that is being sent or fetched. */
export interface Transfer {
	readonly id: number;
	readonly name: string;
	/** `Sending`, `Reading`, `Preparing`, `Fetching`. */
	readonly stage: string;
	/** Bytes. */
	readonly done: number;
	/** Bytes; null where it is not known. */
	readonly total: number | null;
	cancel(): void;
}

export interface FilesState {
	readonly dialog: 'new' | 'open' | 'save-as' | 'import' | 'export' | null;
	readonly leaving: Leaving | null;
	/** Chosen or dropped, for the import dialog. */
	readonly incoming: readonly File[];
	readonly transfers: readonly Transfer[];
}

export class Files extends Store<FilesState> {
	#id = 0;

	constructor() {
		super({ dialog: null, leaving: null, incoming: [], transfers: [] });
	}

	/** Lists a transfer while `work` runs. An aborted one rejects with the reason that fetch has. */
	async transfer<T>(name: string, work: (report: (progress: Partial<Pick<Transfer, 'stage' | 'done' | 'total'>>) => void, signal: AbortSignal) => Promise<T>): Promise<T> {
		const controller = new AbortController();
		const id = ++this.#id;
		this.set({ transfers: [...this.state.transfers, { id, name, stage: 'Preparing', done: 0, total: null, cancel: () => controller.abort() }] });
		const report = (progress: Partial<Transfer>) => this.set({ transfers: this.state.transfers.map((transfer) => (transfer.id === id ? { ...transfer, ...progress } : transfer)) });
		try {
			return await work(report, controller.signal);
		} finally {
			this.set({ transfers: this.state.transfers.filter((transfer) => transfer.id !== id) });
		}
	}
}

/** Whether somebody stopped it, which needs no message. */
export function isCancelled(error: unknown): boolean {
	return error instanceof DOMException && error.name === 'AbortError';
}
