/**
 * The live hub: what lies between a running measurement and everybody who watches it. It is a tap like the recorder; it keeps about a
 * minute of every channel as buckets (`live-ring.ts`), so that a fresh viewer sees a trace at once, and gives each viewer frames made for
 * the pixels it has.
 *
 * A viewer pulls. It remembers only up to which column it has been sent; whoever carries the frames skips a turn when its peer is slow,
 * and the next frame then covers what was missed, at most one window of it. So a slow viewer costs no memory and never sees a torn picture.
 *
 *     samples() ──► LiveRing per channel ──► LiveViewer.frame() ──► socket
 *
 * `docs/reference/live-stream.md` describes the frame's bytes. Never sends anything itself and knows no socket.
 */

import { MicrojouleError } from '../../drivers/errors.ts';
import { type ColumnPlan, LiveRing } from './live-ring.ts';
import type { AcquisitionEvent, Tap, TapChannel } from './tap.ts';

/** What a viewer asks for. */
export interface LiveRequest {
	/** The viewer's own number for this subscription; frames carry it back. */
	readonly id: number;
	readonly channels: readonly { readonly device: string; readonly id: string }[];
	/** Seconds on screen: 0.1 to 60. */
	readonly windowS: number;
	/** Columns the screen has for them: 1 to 8192. */
	readonly pixels: number;
}

export const liveLimits = { minWindowS: 0.1, maxWindowS: 60, maxPixels: 8192, maxChannels: 512 } as const;

/** "MJLV", little-endian. */
export const frameMagic = 0x564c_4a4d;
export const frameHeaderBytes = 16;
export const channelHeaderBytes = 48;
/** Duration of the mean that a frame carries as the channel's reading, s. */
const readingS = 0.5;
/** Flag: forget earlier columns of this channel. */
export const flagReset = 1;

interface HubChannel {
	readonly device: string;
	readonly ring: LiveRing;
	/** Counts measurements: a viewer that sees another number starts afresh. */
	readonly epoch: number;
}

export class LiveHub implements Tap {
	readonly #channels = new Map<string, HubChannel>();
	#epoch = 0;

	samples(channel: TapChannel, start: number, column: Float32Array): void {
		const key = channelKey(channel.device, channel.id);
		let entry = this.#channels.get(key);
		// A start in the past is a new measurement; so is another rate.
		if (!entry || entry.ring.rate !== channel.rate || start < entry.ring.samples) {
			entry = { device: channel.device, ring: new LiveRing(channel.rate, start), epoch: ++this.#epoch };
			this.#channels.set(key, entry);
		}
		const missing = start - entry.ring.samples;
		if (missing > 0) entry.ring.pushLost(missing);
		entry.ring.push(column);
	}

	/** Events reach viewers through the bench's changes; the hub has no use for them. */
	event(_device: string, _event: AcquisitionEvent): void {}

	/** Forgets a device's channels: its measurement ended and its trace is no longer live. */
	forget(device: string): void {
		for (const [key, entry] of this.#channels) if (entry.device === device) this.#channels.delete(key);
	}

	/** The ring of a channel, while it has one. */
	find(key: string): HubChannel | undefined {
		return this.#channels.get(key);
	}

	/** Throws INVALID_VALUE naming the field. */
	view(request: LiveRequest): LiveViewer {
		const { minWindowS, maxWindowS, maxPixels, maxChannels } = liveLimits;
		const { windowS, pixels, channels } = request;
		if (!(windowS >= minWindowS && windowS <= maxWindowS))
			throw new MicrojouleError('INVALID_VALUE', `windowS is ${windowS}; it must be from ${minWindowS} to ${maxWindowS} s.`, { name: 'windowS', value: windowS });
		if (!(Number.isInteger(pixels) && pixels >= 1 && pixels <= maxPixels))
			throw new MicrojouleError('INVALID_VALUE', `pixels is ${pixels}; it must be a whole number from 1 to ${maxPixels}.`, { name: 'pixels', value: pixels });
		if (channels.length > maxChannels)
			throw new MicrojouleError('INVALID_VALUE', `channels has ${channels.length} entries; at most ${maxChannels} can be watched at once.`, { name: 'channels' });
		return new LiveViewer(this, request);
	}
}

interface ViewedChannel {
	readonly key: string;
	epoch: number;
	plan: ColumnPlan | undefined;
	/** First column not yet sent in full. */
	next: number;
	/** Samples seen when the last frame was made. */
	samples: number;
}

/** One channel's part of the frame being made. */
interface FramePart {
	readonly index: number;
	readonly ring: LiveRing;
	readonly plan: ColumnPlan;
	readonly first: number;
	readonly last: number;
	readonly reset: boolean;
}

export class LiveViewer {
	readonly #hub: LiveHub;
	readonly #request: LiveRequest;
	readonly #channels: ViewedChannel[];

	constructor(hub: LiveHub, request: LiveRequest) {
		this.#hub = hub;
		this.#request = request;
		this.#channels = request.channels.map(({ device, id }) => ({ key: channelKey(device, id), epoch: 0, plan: undefined, next: 0, samples: 0 }));
	}

	/** Everything new since the last frame, or undefined when there is nothing. The bytes are the caller's. */
	frame(): Uint8Array<ArrayBuffer> | undefined {
		const parts: FramePart[] = [];
		let byteLength = frameHeaderBytes;
		for (const [index, viewed] of this.#channels.entries()) {
			const part = this.#advance(index, viewed);
			if (!part) continue;
			parts.push(part);
			byteLength += channelHeaderBytes + columnBytes(part.last - part.first);
		}
		if (parts.length === 0) return undefined;
		const bytes = new Uint8Array(byteLength);
		const view = new DataView(bytes.buffer);
		view.setUint32(0, frameMagic, true);
		view.setUint32(4, this.#request.id, true);
		view.setUint32(8, parts.length, true);
		let offset = frameHeaderBytes;
		for (const part of parts) offset = writePart(view, offset, part);
		return bytes;
	}

	#advance(index: number, viewed: ViewedChannel): FramePart | undefined {
		const entry = this.#hub.find(viewed.key);
		if (!entry) return undefined;
		const { ring } = entry;
		const fresh = viewed.epoch !== entry.epoch;
		if (!fresh && viewed.samples === ring.samples) return undefined;
		if (fresh || !viewed.plan) {
			viewed.epoch = entry.epoch;
			viewed.plan = ring.plan(this.#request.windowS, this.#request.pixels);
		}
		const { plan } = viewed;
		const last = Math.ceil(ring.samples / plan.samplesPerColumn);
		const oldest = Math.max(ring.oldestColumn(plan), last - plan.columns - 1);
		const reset = fresh || oldest > viewed.next;
		const first = reset ? Math.max(0, oldest) : viewed.next;
		viewed.next = Math.floor(ring.samples / plan.samplesPerColumn);
		viewed.samples = ring.samples;
		return { index, ring, plan, first, last, reset };
	}
}

/** Bytes of min, max and mean of `columns` columns, padded so that the next header is aligned to 8. */
function columnBytes(columns: number): number {
	return Math.ceil((columns * 12) / 8) * 8;
}

function writePart(view: DataView<ArrayBuffer>, offset: number, { index, ring, plan, first, last, reset }: FramePart): number {
	const columns = last - first;
	view.setUint16(offset, index, true);
	view.setUint16(offset + 2, reset ? flagReset : 0, true);
	view.setUint32(offset + 4, plan.samplesPerColumn, true);
	view.setFloat64(offset + 8, ring.rate, true);
	view.setFloat64(offset + 16, first * plan.samplesPerColumn, true);
	view.setUint32(offset + 24, columns, true);
	view.setUint32(offset + 28, ring.samples - (last - 1) * plan.samplesPerColumn, true);
	view.setFloat64(offset + 32, ring.lost, true);
	view.setFloat32(offset + 40, ring.recentMean(readingS), true);
	// Typed arrays are little-endian on every machine Node 24 runs on, big-endian s390x excepted, where no instrument is plugged in.
	const at = offset + channelHeaderBytes;
	const target = {
		min: new Float32Array(view.buffer, at, columns),
		max: new Float32Array(view.buffer, at + columns * 4, columns),
		mean: new Float32Array(view.buffer, at + columns * 8, columns),
	};
	ring.fold(plan, first, last, target);
	return at + columnBytes(columns);
}

/** How channels are named at every interface of the server: `<device>.<channel>`. */
export function channelKey(device: string, channel: string): string {
	return `${device}.${channel}`;
}
