/**
 * Asks the engine for envelopes of recordings, as fast as the picture moves: one WebSocket, one question under way, and the newest one after it.
 * The engine answers the newest question only, so there is nothing to cancel. Comes back by itself when the engine does.
 */

import { openEngineSocket, retryDelay } from '../engine-socket.ts';
import type { Trace } from './trace.ts';

export interface ViewQuestion {
	readonly recording: string;
	/** `<device>.<channel>` */
	readonly channel: string;
	/** s of the recording. */
	readonly from: number;
	readonly to: number;
	readonly points: number;
}

/** One channel's part of an answer: columns as they lie in the message. */
export interface ViewAnswer {
	readonly count: number;
	/** Samples the last column holds. */
	readonly lastSamples: number;
	readonly t: Float64Array;
	readonly min: Float32Array;
	readonly max: Float32Array;
	readonly mean: Float32Array;
	/** 1 where samples of the column are missing. */
	readonly lossy: Uint8Array;
}

const magic = 0x5756_4a4d;

export class ViewClient {
	/** Why the last question could not be answered whole. */
	onError: (message: string) => void = () => {};
	#socket: WebSocket | undefined;
	#id = 0;
	#underWay: { readonly id: number; readonly views: readonly ViewQuestion[]; readonly done: (answers: readonly ViewAnswer[]) => void } | undefined;
	#next: { readonly views: readonly ViewQuestion[]; readonly done: (answers: readonly ViewAnswer[]) => void } | undefined;
	#attempt = 0;
	#retry: number | undefined;
	#closed = false;

	/** `done` is called at most once, in the order of `views`; never when a newer question came first. */
	ask(views: readonly ViewQuestion[], done: (answers: readonly ViewAnswer[]) => void): void {
		this.#next = { views, done };
		if (!this.#socket) this.#open();
		else this.#send();
	}

	close(): void {
		this.#closed = true;
		clearTimeout(this.#retry);
		this.#socket?.close();
	}

	#open(): void {
		const socket = openEngineSocket('/api/views', 'microjoule.views');
		this.#socket = socket;
		socket.onopen = () => {
			this.#attempt = 0;
			this.#send();
		};
		socket.onmessage = ({ data }) => {
			if (typeof data === 'string') this.#failed(JSON.parse(data));
			else this.#received(data as ArrayBuffer);
		};
		socket.onclose = () => {
			// What was not answered is asked again, unless there is something newer.
			this.#next ??= this.#underWay;
			this.#underWay = undefined;
			if (!this.#closed) this.#retry = window.setTimeout(() => this.#open(), retryDelay(this.#attempt++));
		};
	}

	#send(): void {
		if (this.#underWay || !this.#next || this.#socket?.readyState !== WebSocket.OPEN) return;
		const { views, done } = this.#next;
		this.#next = undefined;
		this.#id = (this.#id + 1) >>> 0;
		this.#underWay = { id: this.#id, views, done };
		this.#socket.send(JSON.stringify({ id: this.#id, views }));
	}

	#failed({ error, id }: { error: { message: string }; id?: number }): void {
		this.onError(error.message);
		if (id !== undefined) return; // the answer itself follows, without that view
		this.#underWay = undefined;
		this.#send();
	}

	#received(message: ArrayBuffer): void {
		const bytes = new DataView(message);
		const done = this.#underWay?.done;
		if (bytes.getUint32(0, true) !== magic || bytes.getUint32(4, true) !== this.#underWay?.id) return;
		this.#underWay = undefined;
		this.#send();
		const answers: ViewAnswer[] = [];
		let at = 16;
		for (let view = bytes.getUint32(8, true); view > 0; view--) {
			const count = bytes.getUint32(at, true);
			const lastSamples = bytes.getFloat64(at + 8, true);
			at += 16;
			const floats = (which: number) => new Float32Array(message, at + count * (8 + 4 * which), count);
			answers.push({
				count,
				lastSamples,
				t: new Float64Array(message, at, count),
				min: floats(0),
				max: floats(1),
				mean: floats(2),
				lossy: new Uint8Array(message, at + count * 20, count),
			});
			at += Math.ceil((count * 21) / 8) * 8;
		}
		done?.(answers);
	}
}

/** Puts an answer into a trace, `shiftS` later on the chart's time axis. */
export function fillTrace(trace: Trace, { count, lastSamples, t, min, max, mean, lossy }: ViewAnswer, rate: number, shiftS: number): void {
	trace.reserve(count);
	trace.count = count;
	for (let i = 0; i < count; i++) trace.t[i] = t[i] + shiftS;
	trace.min.set(min);
	trace.max.set(max);
	trace.mean.set(mean);
	trace.lossy.set(lossy);
	trace.endS = count > 0 ? trace.t[count - 1] + lastSamples / rate : 0;
}
