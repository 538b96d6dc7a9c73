/** An answer of the engine to a question that changes: the one before stays until the next is there, and what nobody waits for any more is aborted. */

import { useEffect, useRef, useState } from 'react';

export interface Answer<T> {
	/** Undefined until the first one has come. */
	readonly value: T | undefined;
	/** What the answer is to; another one than asked for while it is under way. */
	readonly question: string | undefined;
	/** In the server's words. */
	readonly error: string | undefined;
	readonly busy: boolean;
}

/** `ask` is called for every other `question`, which says all that the answer depends on. Null: nothing is asked. */
export function useAnswer<T>(question: string | null, ask: (signal: AbortSignal) => Promise<T>): Answer<T> {
	const [answer, setAnswer] = useState<Answer<T>>({ value: undefined, question: undefined, error: undefined, busy: question !== null });
	const latest = useRef(ask);
	latest.current = ask;
	useEffect(() => {
		if (question === null) {
			setAnswer({ value: undefined, question: undefined, error: undefined, busy: false });
			return;
		}
		const controller = new AbortController();
		setAnswer((before) => ({ ...before, busy: true }));
		latest.current(controller.signal).then(
			(value) => !controller.signal.aborted && setAnswer({ value, question, error: undefined, busy: false }),
			(error: Error) => !controller.signal.aborted && setAnswer((before) => ({ ...before, error: error.message, busy: false })),
		);
		return () => controller.abort();
	}, [question]);
	return answer;
}
