/**
 * The gate: what a toolbox asks before it works, and nothing else. It holds no licence itself; it is told by whoever does.
 *
 * A toolbox calls `require` at its entry points, and `on` where it must stop when the licence ends while it works.
 */

import { MicrojouleError } from '../../drivers/errors.ts';
import type { Toolbox } from './licence.ts';

export interface GateState {
	readonly open: boolean;
	/** How long at least, without another word of the portal: ISO 8601, UTC; null while locked. */
	readonly until: string | null;
	/** Why it is locked, in words; null while open. */
	readonly reason: string | null;
}

export class Gate {
	readonly #judge: (toolbox: Toolbox) => GateState;
	readonly #listeners = new Set<() => void>();

	/** `judge` answers for the present moment. */
	constructor(judge: (toolbox: Toolbox) => GateState) {
		this.#judge = judge;
	}

	state(toolbox: Toolbox): GateState {
		return this.#judge(toolbox);
	}

	isOpen(toolbox: Toolbox): boolean {
		return this.#judge(toolbox).open;
	}

	/** Throws NO_LICENCE unless a licence that unlocks the toolbox is reserved here. */
	require(toolbox: Toolbox): void {
		const { open, reason } = this.#judge(toolbox);
		if (open) return;
		const name = toolbox === 'automation' ? 'Automation' : 'Battery';
		throw new MicrojouleError('NO_LICENCE', `The ${name} Toolbox is locked: ${reason}. Reserve a licence in User Management, or with \`microjoule reserve\`.`, { toolbox, reason });
	}

	/** Called after a toolbox was unlocked or locked. Returns an unsubscriber. Listeners must not throw. */
	on(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => void this.#listeners.delete(listener);
	}

	/** For the owner: the judgement may be another one. */
	changed(): void {
		for (const listener of this.#listeners) listener();
	}
}
