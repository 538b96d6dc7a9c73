/** Gaps of imported samples: where every channel of a device has NaN, as the events that a measurement would have written. */

import type { RecordedChannel, RecordedEvent } from '../recording/format.ts';

interface Run {
	begin: number;
	end: number;
}

export class Gaps {
	/** Devices whose files state their gaps themselves. */
	readonly stated = new Set<string>();
	/** Runs of lost samples, per channel. */
	#runs = new Map<RecordedChannel, Run[]>();

	/** Looks at consecutive samples, the first at index `start`. */
	add(channel: RecordedChannel, start: number, samples: Float32Array): void {
		let runs = this.#runs.get(channel);
		if (!runs) {
			runs = [];
			this.#runs.set(channel, runs);
		}
		let last = runs.at(-1);
		for (let k = 0; k < samples.length; k++) {
			if (!Number.isNaN(samples[k])) continue;
			if (last?.end === start + k) last.end++;
			else {
				last = { begin: start + k, end: start + k + 1 };
				runs.push(last);
			}
		}
	}

	/** The gaps that all channels of a device share. */
	*events(channels: readonly RecordedChannel[]): Generator<RecordedEvent> {
		for (const device of new Set(channels.map((channel) => channel.device))) {
			if (this.stated.has(device)) continue;
			const shared = channels
				.filter((channel) => channel.device === device)
				.map((channel) => (this.#runs.get(channel) ?? []).map(({ begin, end }) => ({ begin: begin / channel.rate, end: end / channel.rate })))
				.reduce(intersection);
			for (const { begin, end } of shared) yield { device, type: 'gap', time: begin, duration: end - begin, reason: 'lost' };
		}
	}
}

/** What lies in runs of both; each list in order and without overlaps. */
function intersection(a: readonly Run[], b: readonly Run[]): Run[] {
	const result: Run[] = [];
	for (let i = 0, j = 0; i < a.length && j < b.length; ) {
		const begin = Math.max(a[i].begin, b[j].begin);
		const end = Math.min(a[i].end, b[j].end);
		if (end > begin) result.push({ begin, end });
		if (a[i].end < b[j].end) i++;
		else j++;
	}
	return result;
}
