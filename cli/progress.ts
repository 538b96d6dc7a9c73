/** A progress bar on standard error, on a terminal only, for what takes longer than a second. */

import { Presets, SingleBar } from 'cli-progress';

export interface Progress {
	/** `done` of `total`, in any unit. */
	update(done: number, note?: string): void;
	stop(): void;
}

export function progressBar(title: string, total: number, quiet = false): Progress {
	if (quiet || !process.stderr.isTTY) return { update: () => {}, stop: () => {} };
	const startedAt = performance.now();
	let bar: SingleBar | undefined;
	return {
		update(done, note = '') {
			if (!bar) {
				if (performance.now() - startedAt < 1000) return;
				bar = new SingleBar({ stream: process.stderr, format: `${title} {bar} {percentage}% {note}`, fps: 10, clearOnComplete: true, hideCursor: true }, Presets.shades_classic);
				bar.start(total, 0, { note });
			}
			bar.update(Math.min(done, total), { note });
		},
		stop() {
			bar?.stop();
			bar = undefined;
		},
	};
}

/** Does `work` under a progress bar; it tells how much of `total` is done. */
export async function withProgress<T>(title: string, total: number, quiet: boolean, work: (update: (done: number) => void) => Promise<T>): Promise<T> {
	const bar = progressBar(title, total, quiet);
	try {
		return await work((done) => bar.update(done));
	} finally {
		bar.stop();
	}
}

/** The same for work that tells each piece it has done. */
export function withPieces<T>(title: string, total: number, quiet: boolean, work: (piece: (size: number) => void) => Promise<T>): Promise<T> {
	let done = 0;
	return withProgress(title, total, quiet, (update) =>
		work((size) => {
			done += size;
			update(done);
		}),
	);
}
