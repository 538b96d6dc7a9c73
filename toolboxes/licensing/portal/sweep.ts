/** The portal's regular round: what must happen because time has passed, and what a lost notice has left undone. */

import { messageOf } from '../../../drivers/errors.ts';
import type { PortalContext } from './context.ts';

/** A part of the round: its name, for the log, and its work. */
export interface Chore {
	readonly name: string;
	readonly work: () => Promise<void>;
}

const intervalMs = 5000;

export class Sweep {
	readonly #context: PortalContext;
	readonly #chores: readonly Chore[];
	readonly #timer: NodeJS.Timeout;
	#running = Promise.resolve();
	#rounds = 0;

	constructor(context: PortalContext, chores: readonly Chore[]) {
		this.#context = context;
		this.#chores = chores;
		this.#timer = setInterval(() => this.#rounds === 0 && void this.run(), intervalMs);
		this.#timer.unref();
	}

	/** A whole round that begins after the call. A chore that fails is logged, and done again in the next one. */
	run(): Promise<void> {
		this.#rounds++;
		this.#running = this.#running.then(() => this.#round()).then(() => void this.#rounds--);
		return this.#running;
	}

	async close(): Promise<void> {
		clearInterval(this.#timer);
		await this.#running;
	}

	async #round(): Promise<void> {
		for (const { name, work } of this.#chores) {
			try {
				await work();
			} catch (error) {
				this.#context.log.error({ error }, `the portal's regular ${name} failed: ${messageOf(error)}`);
			}
		}
	}
}
