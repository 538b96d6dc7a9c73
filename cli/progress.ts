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
