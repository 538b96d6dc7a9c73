import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { realClock } from '../clock.ts';
import { FrameCutter } from './cutter.ts';
import { encodeFrame, isIntactFrame, writeHeader } from './frame.ts';
import { packedTemplate, parsePackedLayout } from './packed.ts';
import {
	baselinePayload,
	cleanupPayload,
	getPayload,
	heartbeatPayload,
	kindOf,
	messageType,
	parseHostPayload,
	parseResponse,
	payloadKind,
	prepareStopPayload,
	readRecords,
	recordType,
	responsePayload,
	setPayload,
	streamPayload,
	uartTextPayload,
	uartWritePayload,
	wakePayload,
	wireIds,
} from './protocol.ts';

interface Vector {
	name: string;
	host?: string;
	device?: string;
	samples?: Record<string, number[]>;
	text?: string;
	stream?: string;
	payloads?: string[];
}

const vectors: Vector[] = JSON.parse(readFileSync(new URL('./vectors.json', import.meta.url), 'utf8'));
const bytesOf = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** Reads the host frame and builds it again from what was read. */
function rebuiltHost(payload: Uint8Array): Uint8Array {
	const message = parseHostPayload(payload);
	if (!message) throw new Error('unreadable');
	const { sequence, type, command, value, text } = message;
	switch (type) {
		case messageType.wake:
			return wakePayload();
		case messageType.get:
			return getPayload(sequence, command);
		case messageType.set:
			return setPayload(sequence, command, value);
		case messageType.stream:
			return streamPayload(sequence, command, value === 1);
		case messageType.cleanup:
			return cleanupPayload(sequence);
		case messageType.prepareStop:
			return prepareStopPayload(sequence);
		case messageType.heartbeat:
			return heartbeatPayload(sequence, command);
		case messageType.uartWrite:
			return uartWritePayload(sequence, text as Uint8Array);
		default:
			throw new Error(`type ${type}`);
	}
}

/** The same for a device frame. */
function rebuiltDevice(frame: Uint8Array): Uint8Array {
	const payload = frame.subarray(8);
	const kind = kindOf(payload);
	if (kind === payloadKind.response) {
		const { sequence, status, data } = parseResponse(payload)!;
		return encodeFrame(responsePayload(sequence, status, data));
	}
	if (kind === payloadKind.packed) {
		const layout = parsePackedLayout(frame, 0, frame.length)!;
		const template = packedTemplate(layout.channels.map(({ id, count }) => ({ wireId: wireIds[id], count })));
		template.frame.set(frame.subarray(layout.counterOffset, layout.counterOffset + 4), layout.counterOffset);
		for (const { offset, count } of layout.channels) template.frame.set(frame.subarray(offset, offset + 4 * count), offset);
		writeHeader(template.frame, 0, template.frame.length - 8);
		return template.frame;
	}
	const samples: { wireId: number; value: number }[] = [];
	let text: Uint8Array | undefined;
	readRecords(payload, {
		sample: (wireId, value) => samples.push({ wireId, value }),
		text: (found) => {
			text = found;
		},
	});
	if ((kind & 0xffff) === recordType.text) return encodeFrame(uartTextPayload(text!));
	return encodeFrame(baselinePayload(samples));
}

describe('reference vectors', () => {
	it.each(vectors.filter(({ host }) => host))('reads and writes the host frame: $name', ({ host }) => {
		const frame = bytesOf(host!);
		expect(isIntactFrame(frame, 0, frame.length)).toBe(true);
		expect(hexOf(encodeFrame(rebuiltHost(frame.subarray(8))))).toBe(host);
	});

	it.each(vectors.filter(({ device }) => device))('reads and writes the device frame: $name', ({ device, samples, text }) => {
		const frame = bytesOf(device!);
		expect(isIntactFrame(frame, 0, frame.length)).toBe(true);
		expect(hexOf(rebuiltDevice(frame))).toBe(device);
		if (samples && kindOf(frame.subarray(8)) === payloadKind.packed) {
			const layout = parsePackedLayout(frame, 0, frame.length)!;
			const view = new DataView(frame.buffer);
			for (const [id, values] of Object.entries(samples)) {
				const { offset, count, rate } = layout.channels.find((channel) => channel.id === id)!;
				expect(rate).toBe(count * 1000);
				expect(Array.from({ length: count }, (_, index) => view.getFloat32(offset + 4 * index, true))).toEqual(values.map(Math.fround));
			}
		}
		if (text) readRecords(frame.subarray(8), { sample: () => {}, text: (bytes) => expect(Buffer.from(bytes).toString()).toBe(text) });
	});

	it.each(vectors.filter(({ stream }) => stream))('cuts the stream: $name', ({ stream, payloads }) => {
		const found: string[] = [];
		const cutter = new FrameCutter({ layout: undefined, append: () => 0, packed: () => 'done', control: (payload) => found.push(hexOf(payload)) }, realClock);
		cutter.push(bytesOf(stream!));
		expect(found).toEqual(payloads);
		cutter.close();
	});

	it('finds baseline records in an envelope of undecoded bytes', () => {
		const payload = new Uint8Array(180);
		payload.set([0xce, 0xf2, 0x2f, 0xff, 1, 2, 3, 4, 5]);
		const records = [0, 1, 6, 0x14].map((wireId) => ({ wireId, value: wireId + 0.5 }));
		payload.set(baselinePayload(records), 17);
		const found: { wireId: number; value: number }[] = [];
		readRecords(payload, { sample: (wireId, value) => found.push({ wireId, value }), text: () => {} });
		expect(found).toEqual(records);
	});
});
