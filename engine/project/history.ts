/**
 * Undo and redo over states that are never changed in place, and which of them is the one on the disk. It holds references only, so a long
 * history costs what differs. It never touches a file.
 */

interface Step<State> {
	/** What the edit after this state (past) or before it (future) did, for people. */
	readonly label: string;
	readonly state: State;
}

export interface HistorySnapshot<State> {
	readonly past: readonly Step<State>[];
	readonly future: readonly Step<State>[];
}

export class History<State> {
	#saved: State;
	#present: State;
	/** Oldest first. */
	#past: Step<State>[];
	/** What redo comes to first stands last. */
	#future: Step<State>[];

	constructor(saved: State, { past, future }: HistorySnapshot<State> = { past: [], future: [] }) {
		this.#saved = saved;
		this.#present = saved;
		this.#past = [...past];
		this.#future = [...future];
	}

	get present(): State {
		return this.#present;
	}

	/** The state that is on the disk. */
	get saved(): State {
		return this.#saved;
	}

	get unsaved(): boolean {
		return this.#present !== this.#saved;
	}

	/** What undo would take back; undefined when there is nothing. */
	get undoable(): string | undefined {
		return this.#past.at(-1)?.label;
	}

	get redoable(): string | undefined {
		return this.#future.at(-1)?.label;
	}

	clone(): History<State> {
		const copy = new History(this.#saved, this.snapshot());
		copy.#present = this.#present;
		return copy;
	}

	snapshot(): HistorySnapshot<State> {
		return { past: [...this.#past], future: [...this.#future] };
	}

	/** Every state that undo or redo can reach, the present one and the one on the disk. */
	states(): State[] {
		return [this.#saved, this.#present, ...this.#past.map(({ state }) => state), ...this.#future.map(({ state }) => state)];
	}

	/** Goes on with `next`; what was undone before is gone. */
	edit(label: string, next: State): void {
		if (next === this.#present) return;
		this.#past.push({ label, state: this.#present });
		this.#future = [];
		this.#present = next;
	}

	/** Returns what was taken back. */
	undo(): string | undefined {
		const step = this.#past.pop();
		if (!step) return undefined;
		this.#future.push({ label: step.label, state: this.#present });
		this.#present = step.state;
		return step.label;
	}

	redo(): string | undefined {
		const step = this.#future.pop();
		if (!step) return undefined;
		this.#past.push({ label: step.label, state: this.#present });
		this.#present = step.state;
		return step.label;
	}

	/** The present state is on the disk now. */
	markSaved(): void {
		this.#saved = this.#present;
	}

	/** Forgets states that `keep` refuses, and with each of them all that lie beyond it. */
	prune(keep: (state: State) => boolean): void {
		const lastLost = this.#past.findLastIndex(({ state }) => !keep(state));
		this.#past = this.#past.slice(lastLost + 1);
		const future = this.#future.findLastIndex(({ state }) => !keep(state));
		this.#future = this.#future.slice(future + 1);
	}

	/** Changes every state alike: for what is no edit, such as a recording that came in. */
	rewrite(change: (state: State) => State): void {
		const changed = new Map<State, State>();
		const once = (state: State): State => {
			const known = changed.get(state) ?? change(state);
			changed.set(state, known);
			return known;
		};
		const step = ({ label, state }: Step<State>) => ({ label, state: once(state) });
		this.#saved = once(this.#saved);
		this.#present = once(this.#present);
		this.#past = this.#past.map(step);
		this.#future = this.#future.map(step);
	}
}
