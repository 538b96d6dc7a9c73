/**
 * A simulated Arc or Ace as seen from its wire: bytes in, bytes out, and milliseconds that pass only when `advance` says so. A pure state
 * machine without timers or IO; `runner.ts` gives it time, `memory-binding.ts` and `pty.ts` a port. It owns the parameters, the frame counter and
 * the output queue, all of which survive the closing of a port: an instrument does not notice that.
 *
 * The same seed and the same commands at the same device times give the same bytes, however time and bytes are cut.
 *
 * Choices where no instrument has been seen: a change of streamed channels takes effect with the closing `cleanup`, or 20 ms after the last
 * `stream` without one; baseline samples run from the first time that rx is enabled, between sample frames too (what was counted on hardware
 * has about six samples a second too many); text on the UART is sent only while the UART is on; a restart keeps what is streamed.
 */

import { encodeFrame } from '../arc/frame.ts';
import {
	baselinePayload,
	messageType,
	parameter,
	parseHostPayload,
	parsePropertyPayload,
	payloadKind,
	responsePayload,
	status,
	uartTextPayload,
	wireIds,
	wordResponsePayload,
} from '../arc/protocol.ts';
import type { Model } from '../models.ts';
import type { Bench, BenchOutput } from './bench.ts';
import { HostFrames } from './host-frames.ts';
import type { SlowChannel } from './housekeeping.ts';
import { identityOf, inventoryOf, type SimulatedIdentity, sampledNames } from './identity.ts';
import { Maintenance } from './maintenance.ts';
import { OutputQueue } from './output-queue.ts';
import { Parameters } from './parameters.ts';
import { SampleFrames } from './sample-frames.ts';

/** What the device needs of the bench inside it. */
export type DeviceBench = Pick<Bench, 'controls' | 'advance' | 'startMeasurement' | 'uartIn' | 'slow' | 'calibrate'>;

export interface SimulatedDeviceOptions {
	readonly model: Model;
	readonly bench: DeviceBench;
	readonly identity?: SimulatedIdentity;
	/** What feeds it; on an Arc the voltage ceilings follow. Default USB. */
	readonly supply?: 'usb' | 'dc';
	/** Answers every message with a 12-byte acknowledgement, not only GET and SET. */
	readonly ackAll?: boolean;
	/** Wraps baseline records into the 180-byte payload seen on hardware. */
	readonly envelope?: boolean;
	/** What a value out of bounds leaves in force: the last good one (default), or the nearest bound. */
	readonly rejectValue?: 'revert' | 'clamp';
	/** Rejections arrive this much later, in device time. */
	readonly errorDelayMs?: number;
	/** Unread sample frames beyond this are lost. Default 4 MiB, seconds of the fastest stream. */
	readonly maxBacklogBytes?: number;
}

/** Longest stretch asked of the bench at once: bounds its arrays. */
const MAX_STRETCH_MS = 50;
/** A change of streamed channels without a closing `cleanup` takes effect after this. */
const SWITCH_LAG_MS = 20;
/** Bytes of an unfinished host frame are looked through again after this. */
const SILENCE_MS = 100;
const BASELINE_HZ = 6;
const RX_BIT = 1 << wireIds.rx;

export class SimulatedDevice {
	readonly output: OutputQueue;
	readonly identity: SimulatedIdentity;
	readonly model: Model;
	/** Whether a host has the port: without one, samples are not queued at all. Replies are, since commands only come from a host. */
	hosted = true;
	readonly #bench: DeviceBench;
	readonly #options: SimulatedDeviceOptions;
	readonly #parameters: Parameters;
	readonly #maintenance: Maintenance;
	readonly #input = new HostFrames((payload) => this.#message(payload));
	readonly #names: readonly string[];
	readonly #slow = (channel: SlowChannel): number => this.#bench.slow(channel);
	#timeMs = 0;
	#lastInputMs = 0;
	/** One bit a wire id: what the host asked for, and what is streamed. */
	#wanted = 0;
	#streamed = 0;
	#switchAtMs = Number.POSITIVE_INFINITY;
	#frames: SampleFrames | undefined;
	#ratesVersion = 0;
	#counter = 1;
	#dropped = 0;
	#baselineFromMs = -1;
	#baselineCount = 0;
	#envelopes = 0;
	#late: { readonly atMs: number; readonly frame: Uint8Array }[] = [];

	constructor(options: SimulatedDeviceOptions) {
		this.#options = options;
		this.model = options.model;
		this.#bench = options.bench;
		this.identity = options.identity ?? identityOf(options.model.kind);
		this.output = new OutputQueue(options.maxBacklogBytes ?? 4 * 1024 * 1024);
		this.#names = sampledNames(options.model.kind);
		this.#maintenance = new Maintenance({
			kind: options.model.kind,
			identity: this.identity,
			calibrated: () => this.#bench.calibrate(),
			restart: () => {
				this.#parameters.set(parameter.main, 0);
			},
		});
		this.#parameters = new Parameters({ model: options.model, controls: options.bench.controls, supply: options.supply ?? 'usb', rejectValue: options.rejectValue ?? 'revert' });
	}

	/** Milliseconds since power-up. */
	get timeMs(): number {
		return this.#timeMs;
	}

	/** Whether packed sample frames are being sent. */
	get streaming(): boolean {
		return this.#frames !== undefined;
	}

	/** Bytes of one packed frame, 0 while none is sent. */
	get frameBytes(): number {
		return this.#frames?.frameBytes ?? 0;
	}

	/** Sample frames lost because nobody read them. */
	get droppedFrames(): number {
		return this.#dropped;
	}

	/** Bytes from the host, at the device's present time. */
	receive(bytes: Uint8Array): void {
		this.#lastInputMs = this.#timeMs;
		this.#input.push(bytes);
	}

	/** Lets whole milliseconds pass. */
	advance(ms: number): void {
		const end = this.#timeMs + ms;
		while (this.#timeMs < end) {
			this.#due();
			const frames = this.#frames;
			const stretch = Math.min(end, this.#nextDueMs()) - this.#timeMs;
			const output = frames ? this.#stream(frames, frames.slow.length > 0 ? 1 : Math.min(stretch, MAX_STRETCH_MS)) : this.#idle(Math.min(stretch, MAX_STRETCH_MS));
			if (this.#baselineFromMs < 0 || this.#timeMs < this.#nextBaselineMs()) continue;
			this.#baseline(output);
			this.#baselineCount++;
		}
		this.#due();
	}

	/** The next moment at which something other than samples happens. */
	#nextDueMs(): number {
		let next = Math.min(this.#switchAtMs, this.#maintenance.nextMs);
		if (this.#late.length > 0) next = Math.min(next, this.#late[0].atMs);
		if (this.#input.waiting) next = Math.min(next, this.#lastInputMs + SILENCE_MS);
		if (this.#baselineFromMs >= 0) next = Math.min(next, this.#nextBaselineMs());
		return Math.max(next, this.#timeMs + 1);
	}

	/** Whether anybody can hear the device. */
	get #heard(): boolean {
		return this.hosted && !this.#maintenance.restarting;
	}

	#due(): void {
		this.#maintenance.due(this.#timeMs);
		if (this.#input.waiting && this.#timeMs >= this.#lastInputMs + SILENCE_MS) this.#input.silence();
		while (this.#late.length > 0 && this.#late[0].atMs <= this.#timeMs) this.output.pushReply((this.#late.shift() as { frame: Uint8Array }).frame);
		if (this.#timeMs >= this.#switchAtMs) this.#switch();
	}

	#stream(frames: SampleFrames, ms: number): BenchOutput {
		const output = this.#bench.advance(ms, frames.samplesPerMs);
		this.#timeMs += ms;
		// A text frame follows the frame of its millisecond, so the run of frames is cut there.
		let from = 0;
		for (const { ms: at, bytes } of output.uart) {
			this.#writeFrames(frames, output, from, at + 1);
			from = at + 1 > from ? at + 1 : from;
			this.#text(bytes);
		}
		this.#writeFrames(frames, output, from, ms);
		return output;
	}

	#writeFrames(frames: SampleFrames, output: BenchOutput, from: number, to: number): void {
		let at = from;
		while (at < to) {
			const room = this.#heard ? this.output.reserve(frames.frameBytes, to - at) : undefined;
			if (!room) {
				// Nobody reads: the counter goes on and shows the gap.
				this.#counter = (this.#counter + to - at) >>> 0;
				if (this.#heard) this.#dropped += to - at;
				return;
			}
			frames.write(room.chunk, room.at, room.frames, this.#counter, output, at, this.#slow);
			this.output.commit(room.frames * frames.frameBytes);
			this.#counter = (this.#counter + room.frames) >>> 0;
			at += room.frames;
		}
	}

	#idle(ms: number): BenchOutput {
		const output = this.#bench.advance(ms, this.model.kind === 'arc' ? 4 : 1);
		this.#timeMs += ms;
		for (const { bytes } of output.uart) this.#text(bytes);
		return output;
	}

	#nextBaselineMs(): number {
		return this.#baselineFromMs + Math.floor(((this.#baselineCount + 1) * 1000) / BASELINE_HZ);
	}

	#baseline(output: BenchOutput): void {
		if (!this.#heard) return;
		const last = output.current.length - 1;
		const mc = output.current[last];
		const mv = output.voltage[last];
		const values = this.#names.map((name) => ({ wireId: wireIds[name], value: this.#baselineValue(name, mc, mv, output) }));
		const records = baselinePayload(values);
		if (!this.#options.envelope) {
			this.output.pushSmall(encodeFrame(records));
			return;
		}
		// 36 bytes that nobody has decoded stand before the records: the kind, and here a counter and zeros.
		const payload = new Uint8Array(36 + records.length);
		const view = new DataView(payload.buffer);
		view.setUint32(0, payloadKind.envelope, true);
		view.setUint16(4, ++this.#envelopes & 0xffff, true);
		payload.set(records, 36);
		this.output.pushSmall(encodeFrame(payload));
	}

	#baselineValue(name: string, mc: number, mv: number, output: BenchOutput): number {
		switch (name) {
			case 'mc':
				return mc;
			case 'mv':
				return mv;
			case 'mp':
				return Math.fround(mc * mv);
			case 'mc1':
			case 'mc2':
			case 'mc3': {
				const span = this.#spans()[Number(name[2]) - 1];
				return Math.min(Math.max(mc, -span), span);
			}
			case 'ap':
				return Math.fround(Math.fround(this.#bench.slow('ac')) * Math.fround(this.#bench.slow('av')));
			case 'gpi':
				return output.gpi[output.gpi.length - 1];
			default:
				return this.#bench.slow(name as SlowChannel);
		}
	}

	#text(bytes: Uint8Array): void {
		if (!this.#heard || !(this.#wanted & RX_BIT) || !this.#bench.controls.uart) return;
		this.output.pushSmall(encodeFrame(uartTextPayload(bytes)));
	}

	#spans(): readonly number[] {
		return this.model.channels.find(({ id }) => id === 'mc')?.ranges.map(({ span }) => span) ?? [];
	}

	#message(payload: Uint8Array): void {
		const message = parseHostPayload(payload);
		if (!message || this.#maintenance.restarting) return;
		const { sequence, type, command, value } = message;
		switch (type) {
			case messageType.get:
				this.#get(sequence, command);
				return;
			case messageType.set: {
				const reply = this.#maintenance.has(command)
					? { status: this.#maintenance.set(command, value, this.#timeMs), value: this.#maintenance.get(command, this.#timeMs) }
					: this.#parameters.set(command, value);
				const frame = encodeFrame(reply.value === undefined ? responsePayload(sequence, reply.status) : wordResponsePayload(sequence, reply.status, reply.value));
				const delay = reply.status < 0 ? (this.#options.errorDelayMs ?? 0) : 0;
				if (delay > 0) this.#late.push({ atMs: this.#timeMs + delay, frame });
				else this.output.pushReply(frame);
				if (this.#frames && this.#parameters.ratesVersion !== this.#ratesVersion) this.#layOut();
				return;
			}
			case messageType.stream:
				if (payload.length < 16) return;
				this.#want(command, value !== 0);
				break;
			case messageType.cleanup:
				if (this.#switchAtMs < Number.POSITIVE_INFINITY) this.#switch();
				break;
			case messageType.uartWrite:
				if (message.text && this.#bench.controls.uart) this.#bench.uartIn(message.text);
				break;
			case messageType.propertySet:
			case messageType.propertyGet:
			case messageType.propertyCommit:
				this.output.pushReply(encodeFrame(this.#property(type, sequence, payload)));
				return;
			default:
				break;
		}
		if (this.#options.ackAll) this.output.pushReply(encodeFrame(responsePayload(sequence, 0)));
	}

	#get(sequence: number, command: number): void {
		const text = this.#textOf(command);
		if (text !== undefined) this.output.pushReply(encodeFrame(responsePayload(sequence, 0, new TextEncoder().encode(text))));
		else if (command === parameter.inventory)
			this.output.pushReply(
				encodeFrame(
					responsePayload(
						sequence,
						0,
						inventoryOf(this.model.kind, (id) => this.#parameters.rateOf(id)),
					),
				),
			);
		else {
			const reply = this.#maintenance.has(command) ? { status: status.ok, value: this.#maintenance.get(command, this.#timeMs) } : this.#parameters.get(command);
			this.output.pushReply(encodeFrame(reply.value === undefined ? responsePayload(sequence, reply.status) : wordResponsePayload(sequence, reply.status, reply.value)));
		}
	}

	/** The reply to a request about properties. */
	#property(type: number, sequence: number, payload: Uint8Array): Uint8Array {
		const property = parsePropertyPayload(payload);
		if (!property) return responsePayload(sequence, status.outOfRange);
		if (type === messageType.propertyCommit) this.#maintenance.commit();
		else if (type === messageType.propertySet) return responsePayload(sequence, this.#maintenance.setProperty(property.name, property.json) ? status.ok : status.outOfRange);
		else {
			const json = this.#maintenance.property(property.name);
			return json === undefined ? responsePayload(sequence, status.unknownParameter) : responsePayload(sequence, status.ok, new TextEncoder().encode(json));
		}
		return responsePayload(sequence, status.ok);
	}

	#textOf(command: number): string | undefined {
		switch (command) {
			case parameter.name:
				return this.identity.name;
			case parameter.hardwareVersion:
				return this.identity.hardwareVersion;
			case parameter.firmwareVersion:
				return this.#maintenance.firmwareVersion;
			case parameter.deviceId:
				return this.identity.serial;
			default:
				return undefined;
		}
	}

	#want(wireId: number, on: boolean): void {
		if (wireId > 31) return;
		const bit = 1 << wireId;
		this.#wanted = on ? this.#wanted | bit : this.#wanted & ~bit;
		if (wireId !== wireIds.rx) this.#switchAtMs = this.#timeMs + SWITCH_LAG_MS;
		else if (on && this.#baselineFromMs < 0) this.#restartBaseline();
	}

	#restartBaseline(): void {
		this.#baselineFromMs = this.#timeMs;
		this.#baselineCount = 0;
	}

	/** Main current brings in main power, and ADC current ADC power; everything the model lacks is left out. */
	#switch(): void {
		this.#switchAtMs = Number.POSITIVE_INFINITY;
		let mask = this.#wanted & ~RX_BIT;
		for (const { id, brings } of this.model.channels) {
			if (brings && mask & (1 << wireIds[id])) for (const partner of brings) mask |= 1 << wireIds[partner];
		}
		let known = 0;
		for (const name of this.#names) known |= mask & (1 << wireIds[name]);
		if (known === this.#streamed) return;
		const wasStreaming = this.#streamed !== 0;
		this.#streamed = known;
		if (known === 0) {
			this.#frames = undefined;
			if (this.#baselineFromMs >= 0) this.#restartBaseline();
			return;
		}
		this.#layOut();
		if (!wasStreaming) this.#bench.startMeasurement();
	}

	#layOut(): void {
		this.#ratesVersion = this.#parameters.ratesVersion;
		const names = this.#names.filter((name) => this.#streamed & (1 << wireIds[name]));
		this.#frames = new SampleFrames(names, (name) => this.#parameters.rateOf(wireIds[name]) / 1000, this.#spans());
	}
}
