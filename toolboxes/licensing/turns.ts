/** One after the other: work of the same key waits for its turn, so that answers of a portal never cross. */

export interface Turns {
	<T>(key: string | number, work: () => Promise<T>): Promise<T>;
	/** Resolves when nothing is under way. */
	idle(): Promise<void>;
}

export function inTurn(): Turns {
	const last = new Map<string | number, Promise<unknown>>();
	const turns = <T>(key: string | number, work: () => Promise<T>): Promise<T> => {
		const turn = (last.get(key) ?? Promise.resolve()).then(work, work);
		const settled = turn.then(
			() => {},
			() => {},
		);
		last.set(key, settled);
		void settled.then(() => last.get(key) === settled && last.delete(key));
		return turn;
	};
	return Object.assign(turns, {
		idle: async () => {
			while (last.size > 0) await Promise.all(last.values());
		},
	});
}
