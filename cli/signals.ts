/** How a long-running command learns that it should end: SIGINT, SIGTERM, SIGHUP, or its standard input closing. */

/** Resolves at the first signal (with its name), or, with `whileStdin`, when standard input closes. A second signal ends the process at once. */
export function untilStopped(whileStdin = false): Promise<string> {
	return new Promise((resolve) => {
		const stop = onStop(resolve);
		if (!whileStdin) return;
		process.stdin.on('end', () => {
			stop();
			resolve('end of input');
		});
		process.stdin.resume();
	});
}

/** Calls back once at the first signal; the returned function takes the handlers away again. */
export function onStop(callback: (signal: string) => void): () => void {
	const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
	const handler = (signal: string) => {
		remove();
		callback(signal);
	};
	const remove = () => {
		for (const signal of signals) process.off(signal, handler);
	};
	for (const signal of signals) process.on(signal, handler);
	return remove;
}
