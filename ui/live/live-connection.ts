/**
 * The live stream's end in the page: one WebSocket, opened again by itself when it breaks, one subscription, and the tracks that its frames
 * fill. Outside React: charts and readings listen to `onFrame`, and paint from the tracks.
 */

import { openEngineSocket, retryDelay } from '../engine-socket.ts';
import type { BatteryChange, BenchChange, LicensingStatus, TriggerStatus } from '../types.ts';
import { decodeFrame } from './live-frame.ts';
import { LiveTrack } from './live-track.ts';

export interface Subscription {
	readonly channels: readonly { readonly device: string; readonly id: string }[];
	readonly windowS: number;
	readonly pixels: number;
	/** Frames a second at most; 30 where left out. */
	readonly rateHz?: number;
}

/** What comes over the connection besides frames. */
export type Change =
	| BenchChange
	| BatteryChange
	| { readonly type: 'licensing'; readonly licensing: LicensingStatus }
	| { readonly type: 'trigger'; readonly trigger: TriggerStatus };

export type ConnectionState = 'connecting' | 'open' | 'lost';

interface Handlers {
	state(state: ConnectionState): void;
	change(change: Change): void;
}

export class LiveConnection {
	readonly tracks = new Map<string, LiveTrack>();
	readonly #handlers: Handlers;
	#listeners = new Set<() => void>();
	#socket: WebSocket | undefined;
	#subscription: Subscription | undefined;
	#subscriptionId = 0;
	#attempt = 0;
	#retry: number | undefined;
	#closed = false;

	constructor(handlers: Handlers) {
		this.#handlers = handlers;
	}

	open(): void {
		this.#closed = false;
		this.#handlers.state(this.#attempt === 0 ? 'connecting' : 'lost');
		const socket = openEngineSocket('/api/live', 'microjoule.live');
		this.#socket = socket;
		socket.onopen = () => {
			this.#attempt = 0;
			this.#handlers.state('open');
			this.#send();
		};
		socket.onmessage = ({ data }) => {
			if (typeof data === 'string') this.#text(JSON.parse(data));
			else this.#frame(data as ArrayBuffer);
		};
		socket.onclose = () => {
			if (this.#closed || this.#socket !== socket) return;
			this.#handlers.state('lost');
			this.#retry = window.setTimeout(() => this.open(), retryDelay(this.#attempt++));
		};
	}

	close(): void {
		this.#closed = true;
		clearTimeout(this.#retry);
		this.#socket?.close();
		this.#socket = undefined;
	}

	/** What to show from now on. */
	subscribe(subscription: Subscription): void {
		if (JSON.stringify(subscription) === JSON.stringify(this.#subscription)) return;
		this.#subscription = subscription;
		this.#send();
	}

	/** Called after every frame; returns an unsubscriber. */
	onFrame(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => void this.#listeners.delete(listener);
	}

	track(device: string, channel: string): LiveTrack | undefined {
		return this.tracks.get(`${device}.${channel}`);
	}

	#send(): void {
		if (!this.#subscription || this.#socket?.readyState !== WebSocket.OPEN) return;
		// Frames of an earlier subscription may still be on their way; the number tells them apart.
		this.#subscriptionId++;
		this.#socket.send(JSON.stringify({ subscribe: { id: this.#subscriptionId, ...this.#subscription } }));
	}

	#text(message: { change?: Change; error?: { message: string } }): void {
		if (message.change) this.#handlers.change(message.change);
		if (message.error) console.error(message.error.message);
	}

	#frame(message: ArrayBuffer): void {
		const frame = decodeFrame(message);
		if (!frame || frame.subscription !== this.#subscriptionId || !this.#subscription) return;
		for (const part of frame.parts) {
			const { device, id } = this.#subscription.channels[part.channel];
			const key = `${device}.${id}`;
			let track = this.tracks.get(key);
			if (!track) {
				track = new LiveTrack();
				this.tracks.set(key, track);
			}
			track.apply(part);
		}
		for (const listener of this.#listeners) listener();
	}
}
