/**
 * The subscriptions of one WebSocket client: live or recorded samples as binary frames, and events, device and licence changes as JSON. They end with the
 * client, when it says so, and, but for licence changes, with the Automation licence.
 *
 *     bench.taps ──► LiveSamples ────┐
 *     recording  ──► RecordedSamples ┼──► sink ──► socket
 *     bench, gate ──► notes ─────────┘
 */

import { channelKey } from '../../../engine/acquisition/live.ts';
import type { AcquisitionEvent } from '../../../engine/acquisition/tap.ts';
import type { DeviceState } from '../../../engine/server/bench-api.ts';
import { analogChannel, kindOf, offsetOf } from '../channel-data.ts';
import { channelName, channelOf } from '../channels.ts';
import { wireDevice } from '../commands/application.ts';
import type { ScriptingContext } from '../context.ts';
import { invalidValue, missingKey, ScriptingError, wireError } from '../scripting-error.ts';
import { blockFor } from './block-means.ts';
import { type FrameSink, LiveSamples } from './live-samples.ts';
import { Credit, RecordedSamples } from './recorded-samples.ts';

/** What a client asks for; at least one of `channels`, `events`, `recordings`, `devices` and `licences`. */
export interface SubscriptionRequest {
	readonly channels?: readonly { readonly device_id: string; readonly channel: string }[];
	readonly recording_id?: number;
	/** Hz. */
	readonly rate?: number;
	/** s. */
	readonly from?: number;
	readonly to?: number;
	/** Frames of a recording that may be sent before more are asked for; all where undefined. */
	readonly credit?: number;
	readonly events?: readonly AcquisitionEvent['type'][];
	readonly recordings?: boolean;
	readonly devices?: boolean;
	readonly licences?: boolean;
}

export interface SubscribedChannel {
	readonly device_id: string;
	readonly channel: string;
	readonly unit: string;
	/** Of the values, Hz. */
	readonly sample_rate: number;
	/** s to add to the time of a recorded value. */
	readonly offset?: number;
}

export interface Sink extends FrameSink {
	/** A message that answers no request. */
	note(info: string, data: Readonly<Record<string, unknown>>): Promise<void>;
}

/** Of all subscriptions of a client together: what waits for it is bounded. */
export const maxChannels = 64;
const maxSubscriptions = 32;
const maxWaitingNotes = 1000;
/** A recording in progress is looked at for new samples this often, s. */
const growS = 0.1;

interface Subscription {
	readonly channels: number;
	readonly licensed: boolean;
	/** Of a subscription to a recording. */
	readonly credit: Credit | undefined;
	readonly end: () => void;
}

export class Subscriptions implements Disposable {
	readonly #context: ScriptingContext;
	readonly #sink: Sink;
	readonly #open = new Map<number, Subscription>();
	readonly #unsubscribe: () => void;
	#last = 0;
	#closed = false;

	constructor(context: ScriptingContext, sink: Sink) {
		this.#context = context;
		this.#sink = sink;
		this.#unsubscribe = context.licensing.gate.on(() => this.#licenceChanged());
	}

	/** `No license` but for licence changes; `Invalid key value`, `Missing key in request`, `Device not connected`. */
	async open(request: SubscriptionRequest): Promise<{ subscription: number; channels?: SubscribedChannel[] }> {
		const { channels, events, recordings, devices, licences, recording_id } = request;
		const licensed = channels !== undefined || events !== undefined || recordings === true || devices === true;
		if (!licensed && !licences) throw missingKey('channels');
		if (licensed) this.#context.licensing.gate.require('automation');
		if (recording_id !== undefined && !channels) throw missingKey('channels');
		if (recording_id !== undefined && (events || recordings || devices || licences))
			throw invalidValue('recording_id', recording_id, 'A subscription to a recording has its samples only; subscribe once more for events and changes.');
		if (this.#open.size >= maxSubscriptions) throw new ScriptingError('Command failure', `A client may have ${maxSubscriptions} subscriptions at a time; end one first.`);
		const used = [...this.#open.values()].reduce((sum, each) => sum + each.channels, 0);
		if (used + (channels?.length ?? 0) > maxChannels)
			throw invalidValue('channels', channels?.length, `A client may subscribe to ${maxChannels} channels at a time, and has ${used} already.`);
		const described = channels && (recording_id === undefined ? this.#live(request) : await this.#recorded(request));
		if (this.#closed) throw new Error('the client is gone');
		const id = ++this.#last;
		const ends: (() => void)[] = [];
		const end = () => {
			for (const each of ends.splice(0)) each();
		};
		const credit = recording_id === undefined ? undefined : new Credit(request.credit ?? Number.POSITIVE_INFINITY);
		if (credit) ends.push(() => credit.end());
		this.#open.set(id, { channels: channels?.length ?? 0, licensed, credit, end });
		// What is sent begins after the answer to this request.
		setImmediate(() => {
			if (!this.#open.has(id)) return;
			if (credit && described) void this.#play(id, request, described, credit);
			else this.#start(id, request, described, ends);
		});
		return { subscription: id, ...(described && { channels: described }) };
	}

	/** More frames of a recording may be sent. `Invalid key value`. */
	continue(id: number, frames: number): void {
		const subscription = this.#open.get(id);
		// It may have come to its end while the client asked.
		if (id > this.#last || (subscription && !subscription.credit)) throw invalidValue('subscription', id, `There is no subscription ${id} to a recording.`);
		subscription?.credit?.give(frames);
	}

	/** One that has come to its end succeeds. `Invalid key value`. */
	close(id: number): void {
		const subscription = this.#open.get(id);
		if (id > this.#last) throw invalidValue('subscription', id, `There is no subscription ${id}.`);
		this.#open.delete(id);
		subscription?.end();
	}

	[Symbol.dispose](): void {
		this.#closed = true;
		this.#unsubscribe();
		for (const { end } of this.#open.values()) end();
		this.#open.clear();
	}

	#live({ channels = [], rate, from, to }: SubscriptionRequest): SubscribedChannel[] {
		if (from !== undefined || to !== undefined) throw invalidValue('from', from ?? to, 'A window, from and to, needs a recording_id.');
		const found = channels.map(({ device_id, channel }) => {
			const { id, unit, rate: rateHz } = channelOf(this.#context.requireConnected(device_id), channel);
			requireSampled(channel);
			return { device_id, channel: id, unit, sample_rate: rateHz / blockFor(rateHz, rate) };
		});
		requireDistinct(found);
		return found;
	}

	#recorded({ channels = [], recording_id, rate, from, to }: SubscriptionRequest): Promise<SubscribedChannel[]> {
		if (from !== undefined && to !== undefined && from > to) throw invalidValue('to', to, `The window ends at ${to} s, before it begins at ${from} s.`);
		return this.#context.bench.reading(this.#context.requireRecording(recording_id as number), async (reader) => {
			const found = channels.map(({ device_id, channel }) => {
				requireSampled(channel);
				const recorded = analogChannel(reader, device_id, channel);
				return { device_id, channel: recorded.id, unit: recorded.unit, sample_rate: recorded.rate / blockFor(recorded.rate, rate), offset: offsetOf(recorded) };
			});
			requireDistinct(found);
			return found;
		});
	}

	#start(id: number, request: SubscriptionRequest, channels: readonly SubscribedChannel[] | undefined, ends: (() => void)[]): void {
		const { bench, licensing } = this.#context;
		if (channels) {
			const live = new LiveSamples(id, channels, request.rate, this.#sink);
			ends.push(bench.taps.add(live), () => live.end());
		}
		const { events = [], recordings, devices, licences } = request;
		if (events.length === 0 && !recordings && !devices && !licences) return;
		const notes = new Notes(id, this.#sink);
		ends.push(() => notes.end());
		if (events.length > 0)
			ends.push(
				bench.on((change) => {
					if (change.type !== 'event' || !events.includes(change.event.type)) return;
					const { type, ...event } = change.event;
					notes.add('event', { device_id: change.device, event: type, ...event });
				}),
			);
		if (recordings) {
			const tell = () => {
				const starts = [...bench.recordingStarts].map(([device_id, time]) => ({ device_id, time }));
				notes.add('recording', { recording_id: bench.recording ? Number(bench.recording.id) : -1, starts });
			};
			tell();
			ends.push(
				bench.on((change) => {
					if (change.type === 'recording') tell();
				}),
			);
		}
		if (devices) {
			const told = new Map<string, string>();
			const tell = (device: DeviceState) => {
				const data = { ...wireDevice(device), connected: device.connected, settings: device.settings };
				const text = JSON.stringify(data);
				if (told.get(device.id) === text) return;
				told.set(device.id, text);
				notes.add('device', data);
			};
			for (const device of bench.devices()) tell(device);
			ends.push(
				bench.on((change) => {
					if (change.type === 'device') tell(change.device);
					if (change.type === 'device-closed' && told.delete(change.id)) notes.add('device_closed', { device_id: change.id });
				}),
			);
		}
		if (licences) {
			const tell = () => notes.add('licence', { automation: licensing.gate.state('automation'), battery: licensing.gate.state('battery') });
			tell();
			ends.push(licensing.gate.on(tell));
		}
	}

	/** Sends what was recorded, of a recording in progress until it is stopped, and ends. */
	async #play(id: number, { recording_id, from, to, rate }: SubscriptionRequest, channels: readonly SubscribedChannel[], credit: Credit): Promise<void> {
		const { bench } = this.#context;
		try {
			let samples: RecordedSamples | undefined;
			for (let isAll = false, isOver = false; !isAll && !isOver; ) {
				const recording = this.#context.requireRecording(recording_id as number);
				isAll = !bench.isGrowing(recording);
				isOver = await bench.reading(recording, (reader) => {
					const recorded = () => channels.map(({ device_id, channel }) => analogChannel(reader, device_id, channel));
					samples ??= new RecordedSamples(id, reader, recorded(), { from, to, rateHz: rate }, this.#sink, credit);
					return samples.send(reader, isAll);
				});
				if (!isAll && !isOver) await this.#moreOf(recording, credit);
			}
			this.#ended(id);
		} catch (error) {
			this.#ended(id, wireError(error));
		}
	}

	/** Resolves when a recording in progress has grown, or grows no more, or nobody waits for it. */
	async #moreOf(recording: string, credit: Credit): Promise<void> {
		const { bench, options } = this.#context;
		const changed = Promise.withResolvers<void>();
		const off = bench.on(({ type }) => {
			if (type === 'recordings' && !bench.isGrowing(recording)) changed.resolve();
		});
		// What came meanwhile goes into one frame a channel.
		await Promise.race([options.delay(growS), changed.promise, credit.changed]);
		off();
	}

	/** It has come to its end by itself: the client is told, and why. */
	#ended(id: number, error?: ScriptingError): void {
		const subscription = this.#open.get(id);
		if (!subscription) return;
		this.#open.delete(id);
		subscription.end();
		const why = error && { errorcode: error.code, message: error.message };
		this.#sink.note('subscription_ended', { subscription: id, ...why }).catch(() => {}); // the client is gone
	}

	#licenceChanged(): void {
		const { gate } = this.#context.licensing;
		if (gate.isOpen('automation')) return;
		const locked = new ScriptingError('No license', `The Automation Toolbox is locked: ${gate.state('automation').reason}.`);
		for (const [id, { licensed }] of this.#open) if (licensed) this.#ended(id, locked);
	}
}

interface Note {
	readonly info: string;
	readonly data: Readonly<Record<string, unknown>>;
}

/** JSON messages that wait for a client. A slow one misses the oldest, and the next one says how many. */
class Notes {
	readonly #subscription: number;
	readonly #sink: Sink;
	#waiting: Note[] = [];
	#missed = 0;
	#scheduled = false;
	#ended = false;

	constructor(subscription: number, sink: Sink) {
		this.#subscription = subscription;
		this.#sink = sink;
	}

	add(info: string, data: Readonly<Record<string, unknown>>): void {
		this.#waiting.push({ info, data });
		if (this.#waiting.length > maxWaitingNotes) {
			this.#waiting.shift();
			this.#missed++;
		}
		this.#flush();
	}

	end(): void {
		this.#ended = true;
	}

	#flush(): void {
		while (this.#waiting.length > 0 && !this.#ended) {
			if (!this.#sink.hasRoom) {
				if (!this.#scheduled)
					this.#sink.whenRoom(() => {
						this.#scheduled = false;
						this.#flush();
					});
				this.#scheduled = true;
				return;
			}
			const { info, data } = this.#waiting.shift() as Note;
			const missed = this.#missed > 0 ? { missed: this.#missed } : {};
			this.#missed = 0;
			this.#sink.note(info, { subscription: this.#subscription, ...data, ...missed }).catch(() => {}); // the client is gone
		}
	}
}

function requireSampled(channel: string): void {
	if (kindOf(channel) !== 'analog') throw invalidValue('channels', channel, `The channel ${channel} has no samples; subscribe to events for it: edge, log.`);
}

function requireDistinct(channels: readonly SubscribedChannel[]): void {
	const keys = channels.map(({ device_id, channel }) => channelKey(device_id, channelName(channel)));
	const twice = keys.find((key, index) => keys.indexOf(key) !== index);
	if (twice !== undefined) throw invalidValue('channels', twice, `The channel ${twice} is named twice.`);
}
