/** Sends the latest of many values: one request at a time, and of those that come meanwhile only the last. */

export function latest<T>(send: (value: T) => Promise<unknown>): (value: T) => Promise<void> {
	let waiting: { readonly value: T } | undefined;
	let running: Promise<void> | undefined;
	const run = async () => {
		try {
			while (waiting) {
				const { value } = waiting;
				waiting = undefined;
				await send(value);
			}
		} finally {
			running = undefined;
		}
	};
	return (value) => {
		waiting = { value };
		running ??= run();
		return running;
	};
}
