/**
 * The last seconds of all streams, as they came: for recordings that begin before the moment they are asked for. A tap that copies every column and event
 * of a device into one queue, in the order of its stream, and lets go of the oldest. What a recording is to have is held until it has it.
 *
 * Memory is bounded: `keepS` of every channel, at most `maxPastBytes`; what is held may grow to twice that while a disk is slow, then it is given up.
 */

import type { Clock } from '../../drivers/clock.ts';
import { MicrojouleError } from '../../drivers/errors.ts';
import type { Settings } from '../../drivers/settings.ts';
import type { LiveTap } from './fan-out.ts';
import type { MeasuredDevice } from './measurement.ts';
import { momentOf } from './moment.ts';
import type { RecordedPast } from './recorder.ts';
import type { AcquisitionEvent, Tap, TapChannel } from './tap.ts';

export const maxPastBytes = 64 * 1024 * 1024;
/** Queues are moved to the front when so many items were let go of. */
const compactAt = 1024;

type Item =
	| { readonly channel: TapChannel; readonly start: number; readonly values: Float32Array; readonly endS: number }
	| { readonly event: AcquisitionEvent; readonly endS: number };

/** Levels and ranges by channel, settings by name. */
interface Standing {
	readonly events: Map<string, AcquisitionEvent>;
	readonly settings: Record<string, unknown>;
}

function take(standing: Standing, event: AcquisitionEvent): void {
	if (event.type === 'edge' || event.type === 'range') standing.events.set(event.channel, event);
	if (event.type === 'setting') standing.settings[event.setting] = event.value;
}

/** One device's queue. A new measurement is a new one. */
class PastStream {
	readonly device: string;
	/** What held before the first item of the queue. */
	readonly #before: Standing;
	/** Samples seen, by channel. */
	readonly seen = new Map<string, number>();
	#items: Item[] = [];
	#first = 0;
	/** Items ever let go of: the number of the first one there is. */
	#gone = 0;
	endS = 0;

	constructor(device: string, settings: object, events: Iterable<readonly [string, AcquisitionEvent]>) {
		this.device = device;
		this.#before = { events: new Map(events), settings: { ...settings } };
	}

	push(item: Item): void {
		this.#items.push(item);
		this.endS = Math.max(this.endS, item.endS);
	}

	/** The item of this number, counted from the beginning of the stream; undefined where it is gone or has not come. */
	item(number: number): Item | undefined {
		return number < this.#gone ? undefined : this.#items[this.#first + number - this.#gone];
	}

	get firstItem(): number {
		return this.#gone;
	}

	get oldest(): Item | undefined {
		return this.#items[this.#first];
	}

	/** Lets go of the oldest item; returns its bytes. */
	shift(): number {
		const item = this.#items[this.#first++];
		this.#gone++;
		if (this.#first >= compactAt) {
			this.#items = this.#items.slice(this.#first);
			this.#first = 0;
		}
		if ('values' in item) return item.values.byteLength;
		take(this.#before, item.event);
		return 0;
	}

	/** What held at a moment that is kept. */
	at(timeS: number): Standing {
		const standing = { events: new Map(this.#before.events), settings: { ...this.#before.settings } };
		for (let n = this.#first; n < this.#items.length; n++) {
			const item = this.#items[n];
			if ('event' in item && item.event.time < timeS) take(standing, item.event);
		}
		return standing;
	}

	/** From here on every channel's samples are there, s; undefined while there is none. */
	get beginS(): number | undefined {
		const begins = new Map<string, number>();
		for (let n = this.#first; n < this.#items.length && begins.size < this.seen.size; n++) {
			const item = this.#items[n];
			if ('values' in item && !begins.has(item.channel.id)) begins.set(item.channel.id, item.start / item.channel.rate);
		}
		return begins.size > 0 ? Math.max(...begins.values()) : undefined;
	}
}

export interface HeldPast extends RecordedPast {
	/** s before the moment that are really there, over all devices; at most what was asked for. */
	readonly preS: number;
	/** Lets go of it; idempotent. */
	release(): void;
}

export class Past implements LiveTap {
	readonly #keepS: number;
	readonly #measured: () => readonly MeasuredDevice[];
	readonly #clock: Clock;
	readonly #streams = new Map<string, PastStream>();
	/** Starts by device, s, of what is held. */
	readonly #held = new Set<ReadonlyMap<PastStream, number>>();
	#bytes = 0;

	/** Keeps `keepS` s of every channel that is measured. */
	constructor(keepS: number, measured: () => readonly MeasuredDevice[], clock: Clock) {
		this.#keepS = keepS;
		this.#measured = measured;
		this.#clock = clock;
	}

	samples(channel: TapChannel, start: number, column: Float32Array): void {
		let stream = this.#stream(channel.device);
		const seen = stream.seen.get(channel.id);
		if (seen !== undefined && seen !== start) stream = this.#renew(channel.device); // another measurement
		stream.seen.set(channel.id, start + column.length);
		stream.push({ channel, start, values: column.slice(), endS: (start + column.length) / channel.rate });
		this.#bytes += column.byteLength;
		this.#trim(stream);
	}

	event(device: string, event: AcquisitionEvent): void {
		this.#stream(device, event).push({ event, endS: event.time });
	}

	/** What lies from `preS` before a moment of one device on, for all devices: held until it is replayed or released. */
	hold(device: string, timeS: number, preS: number): HeldPast {
		const measured = this.#measured();
		const places = momentOf(measured, this.#clock, device, timeS);
		const moments = measured.map(({ instrument, stream }) => {
			const { id } = instrument.identity;
			const atS = places.get(id) as number;
			const past = this.#stream(id); // made now where nothing has come: what comes from here on must be there
			return { id, atS, past, availableS: atS - (past.beginS ?? stream.settledFrame / stream.frameRate) };
		});
		const reachS = Math.max(0, Math.min(preS, ...moments.map(({ availableS }) => availableS)));
		const startsS = new Map(moments.map(({ id, atS }) => [id, atS - reachS]));
		const held = new Map(moments.map(({ id, past }) => [past, startsS.get(id) as number] as const));
		this.#held.add(held);
		const release = () => void this.#held.delete(held);
		const states = new Map([...held].map(([stream, startS]) => [stream.device, stream.at(startS)]));
		return {
			startsS,
			preS: reachS,
			release,
			settings: (id) => states.get(id)?.settings as unknown as Settings | undefined,
			standing: (id) => states.get(id)?.events.values() ?? [],
			replay: (tap, caughtUp) => this.#replay(held, tap, caughtUp).finally(release),
		};
	}

	/** Hands everything held to the tap, in the order of each stream, and calls back the moment there is no more. */
	async #replay(held: ReadonlyMap<PastStream, number>, tap: Tap, caughtUp: () => void): Promise<void> {
		const next = new Map([...held.keys()].map((stream) => [stream, stream.firstItem]));
		for (let waited = true; waited; ) {
			waited = false;
			for (const [stream, number] of next) {
				if (this.#streams.get(stream.device) !== stream || number < stream.firstItem)
					throw new MicrojouleError('DISK', 'What was measured before the trigger is gone: the disk is too slow, or the measurement began anew. Use a shorter pre-trigger time.', {
						device: stream.device,
					});
				let at = number;
				for (let item = stream.item(at); item; item = stream.item(++at)) {
					if ('event' in item) tap.event(stream.device, item.event);
					else {
						const wait = tap.samples(item.channel, item.start, item.values);
						if (!wait) continue;
						waited = true;
						await wait;
					}
				}
				next.set(stream, at);
			}
		}
		caughtUp();
	}

	#stream(device: string, first?: AcquisitionEvent): PastStream {
		return this.#streams.get(device) ?? this.#renew(device, first);
	}

	/** `first`: an event that is about to be added, and is no part of what held before. */
	#renew(device: string, first?: AcquisitionEvent): PastStream {
		const old = this.#streams.get(device);
		while (old?.oldest) this.#bytes -= old.shift();
		const measured = this.#measured().find(({ instrument }) => instrument.identity.id === device);
		const standing = [...(measured?.stream.standing ?? [])].flatMap((event) => (event !== first && 'channel' in event && event.channel ? [[event.channel, event] as const] : []));
		const stream = new PastStream(device, measured?.instrument.settings ?? {}, standing);
		this.#streams.set(device, stream);
		return stream;
	}

	#trim(stream: PastStream): void {
		let keepFromS = stream.endS - this.#keepS;
		for (const held of this.#held) keepFromS = Math.min(keepFromS, held.get(stream) ?? Number.POSITIVE_INFINITY);
		const limit = this.#held.size > 0 ? 2 * maxPastBytes : maxPastBytes;
		for (let item = stream.oldest; item && (item.endS < keepFromS || this.#bytes > limit); item = stream.oldest) this.#bytes -= stream.shift();
	}
}
