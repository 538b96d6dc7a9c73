/**
 * A client's end of a subscription: an asynchronous iteration over samples, events and changes. What nobody has fetched yet waits here: live samples in a
 * bounded queue, a recording's in the engine.
 */

import { ScriptingError, type WireCode } from '../scripting-error.ts';
import type { SampleFrame } from '../subscriptions/sample-frame.ts';
import type { SubscriptionCommands } from './commands.ts';

export type SubscribedChannel = NonNullable<SubscriptionCommands['subscribe']['response']['channels']>[number];

/** Consecutive values of one channel. */
export interface Samples {
	readonly type: 'samples';
	readonly channel: SubscribedChannel;
	/** Hz. */
	readonly rate: number;
	/** Of the first value, since the start of the measurement or recording. */
	readonly index: number;
	/** The same in s; for a recording with the channel's offset. */
	readonly time: number;
	/** A, V, W or °C; NaN where the samples were lost. */
	readonly values: Float32Array<ArrayBuffer>;
	/** Values left out between the samples before and these, because this client was too slow. */
	readonly missing: number;
	/** Samples of the instrument lost since the samples before. */
	readonly lost: number;
	/** A new measurement: index and time start afresh. */
	readonly restarted: boolean;
}

interface GateState {
	readonly open: boolean;
	/** ISO 8601, UTC. */
	readonly until: string | null;
	readonly reason: string | null;
}

/** `missed`: earlier ones left out, because this client was too slow. */
interface Missed {
	readonly missed?: number;
}

export type EventMessage = Missed & { readonly type: 'event'; readonly device_id: string /** s since the measurement began. */; readonly time: number } & (
		| { readonly event: 'log'; readonly channel: string; readonly text: string }
		| { readonly event: 'edge'; readonly channel: string; readonly level: 0 | 1 }
		| { readonly event: 'gap'; readonly duration: number; readonly reason: string }
		| { readonly event: 'range'; readonly channel: string; readonly range: string }
		| { readonly event: 'setting'; readonly setting: string; readonly value: unknown }
		| { readonly event: 'fault'; readonly fault: string; readonly message: string }
		| { readonly event: 'disconnect'; readonly message: string }
	);

export type SubscriptionMessage =
	| Samples
	| EventMessage
	/**
	 * The recording in progress, −1 where there is none, and where it begins in each device's time, s: a live sample or event at `time` lies at `time` − that in
	 * the recording.
	 */
	| (Missed & { readonly type: 'recording'; readonly recording_id: number; readonly starts: readonly { readonly device_id: string; readonly time: number }[] })
	/** A device that was opened or has changed. `kind`: Arc or Ace. */
	| (Missed & {
			readonly type: 'device';
			readonly device_id: string;
			readonly name: string;
			readonly kind: string;
			readonly connected: boolean;
			readonly settings: Readonly<Record<string, unknown>>;
	  })
	| (Missed & { readonly type: 'device_closed'; readonly device_id: string })
	/** Whether the toolboxes are unlocked. */
	| (Missed & { readonly type: 'licence'; readonly automation: GateState; readonly battery: GateState });

/** A message as the engine sends it. */
export interface Note {
	readonly info: string;
	readonly data: Readonly<Record<string, unknown>>;
}

export interface SubscriptionOptions {
	/** Bytes of live samples that wait at most; default 64 MiB. Beyond, the oldest are left out. */
	readonly maxWaitingBytes?: number;
}

interface Actions {
	readonly end: () => Promise<void>;
	/** Asks for more frames; undefined where they come unasked. */
	readonly continue: ((frames: number) => void) | undefined;
	readonly continueEvery: number;
}

const defaultWaitingBytes = 64 * 1024 * 1024;

export class Subscription implements AsyncIterable<SubscriptionMessage>, AsyncDisposable {
	readonly id: number;
	/** As subscribed to, in that order. */
	readonly channels: readonly SubscribedChannel[];
	readonly #options: SubscriptionOptions & Actions;
	#waiting: SubscriptionMessage[] = [];
	#waitingBytes = 0;
	/** Values left out here, by the place of their channel. */
	readonly #missing = new Map<SubscribedChannel, number>();
	#wake: (() => void) | undefined;
	#over = false;
	#error: unknown;
	#fetchedFrames = 0;
	#ending: Promise<void> | undefined;

	constructor(id: number, channels: readonly SubscribedChannel[], options: SubscriptionOptions & Actions) {
		this.id = id;
		this.channels = channels;
		this.#options = options;
	}

	/** Ends it; what waits is forgotten. Idempotent. */
	end(): Promise<void> {
		this.#ending ??= this.#over ? Promise.resolve() : this.#options.end();
		this.#waiting = [];
		this.#finish(undefined);
		return this.#ending;
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.end();
	}

	/** One loop at a time. Ends with the recording's end; throws where the subscription or the connection ends otherwise. */
	async *[Symbol.asyncIterator](): AsyncGenerator<SubscriptionMessage, void, undefined> {
		try {
			for (;;) {
				const message = this.#waiting.shift();
				if (message) {
					if (message.type === 'samples') this.#fetched(message);
					yield message;
				} else if (this.#over) break;
				else
					await new Promise<void>((resolve) => {
						this.#wake = resolve;
					});
			}
			if (this.#error !== undefined) throw this.#error;
		} finally {
			await this.end();
		}
	}

	/** For the client. */
	frame({ place, rateHz, index, values, missing, lost, restarted }: SampleFrame): void {
		const channel = this.channels[place];
		const { maxWaitingBytes = defaultWaitingBytes, continue: more } = this.#options;
		const left = this.#missing.get(channel) ?? 0;
		this.#missing.delete(channel);
		const message: Samples = {
			type: 'samples',
			channel,
			rate: rateHz,
			index,
			time: (channel.offset ?? 0) + index / rateHz,
			values,
			missing: restarted ? missing : missing + left,
			lost,
			restarted,
		};
		this.#waitingBytes += values.byteLength;
		this.#add(message);
		while (!more && this.#waitingBytes > maxWaitingBytes) this.#leaveOutOldest();
	}

	/** For the client. */
	note({ info, data: { subscription, type, ...data } }: Note): void {
		if (info !== 'subscription_ended') return void this.#add({ type: info, ...(type === undefined ? {} : { kind: type }), ...data } as unknown as SubscriptionMessage);
		const { errorcode, message } = data as { errorcode?: WireCode; message?: string };
		this.#finish(errorcode === undefined ? undefined : new ScriptingError(errorcode, `subscription ${subscription}: ${message}`));
	}

	/** For the client: the connection has ended. */
	fail(error: unknown): void {
		this.#finish(error);
	}

	#add(message: SubscriptionMessage): void {
		if (this.#over) return;
		this.#waiting.push(message);
		this.#wake?.();
	}

	#finish(error: unknown): void {
		if (this.#over) return;
		this.#over = true;
		this.#error = error;
		this.#wake?.();
	}

	#fetched({ values }: Samples): void {
		this.#waitingBytes -= values.byteLength;
		const { continue: more, continueEvery } = this.#options;
		if (!more || ++this.#fetchedFrames < continueEvery) return;
		this.#fetchedFrames = 0;
		more(continueEvery);
	}

	#leaveOutOldest(): void {
		const at = this.#waiting.findIndex(({ type }) => type === 'samples');
		const [oldest] = this.#waiting.splice(at, 1) as [Samples];
		this.#waitingBytes -= oldest.values.byteLength;
		const left = oldest.missing + oldest.values.length;
		const next = this.#waiting.findIndex((message) => message.type === 'samples' && message.channel === oldest.channel);
		if (next < 0) this.#missing.set(oldest.channel, left);
		else {
			const message = this.#waiting[next] as Samples;
			if (!message.restarted) this.#waiting[next] = { ...message, missing: message.missing + left, lost: message.lost + oldest.lost };
		}
	}
}
