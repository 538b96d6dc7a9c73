/**
 * What the payloads of the Arc family mean: message types, parameters and their units, channel numbers, and builders and parsers of
 * every payload, both directions (the simulated device uses the other half). `docs/protocols/arc-usb.md` says which facts were observed
 * on hardware. Sample frames have a file of their own, `packed.ts`. Nothing here keeps state or touches a link.
 *
 * Never to be sent to a real instrument: types 0x18 (firmware transfer), 0x68 and 0x6A (meaning unknown). There are no builders for them.
 */

/** Host → device: the u32 after the sequence number. */
export const messageType = {
	/** Optional: about 1 Hz, with a µs counter. This driver never sends it. */
	heartbeat: 0x0a,
	wake: 0x14,
	get: 0x64,
	set: 0x66,
	/** Starts or stops streaming one channel. */
	stream: 0x78,
	/** Sent once after a burst of `stream`. */
	cleanup: 0x7c,
	/** Sent before the burst that disables. */
	prepareStop: 0x7e,
	uartWrite: 0x82,
	/** Ours, for simulated devices: the per-device store of properties. Answered. */
	propertySet: 0x9_0001,
	propertyGet: 0x9_0002,
	/** Properties set so far survive a restart of the device. */
	propertyCommit: 0x9_0003,
} as const;

/** Parameters of GET and SET (the identity ones and the inventory: GET only). */
export const parameter = {
	name: 0x01,
	fourWire: 0x05,
	/** 1: limit (constant current), 0: cut off. */
	currentLimitMode: 0x06,
	/** 0: low (automatic), 1: high. */
	range: 0x08,
	main: 0x09,
	powerRegulation: 0x0a,
	/** µV. */
	mainVoltage: 0x0b,
	/** mA. */
	maxCurrent: 0x0c,
	/** µA, two's complement: + sources, − sinks. */
	mainCurrent: 0x0d,
	/** µΩ. */
	adcShunt: 0x1e,
	/** Ace: wire id << 24 | Hz. Read back with GET `sampleRateOf` + wire id. */
	sampleRate: 0x20,
	/** Ours, for simulated devices: SET 1 begins; GET tells the share done in per mille, 0 when nothing is under way. */
	calibration: 0x21,
	firmwareUpgrade: 0x22,
	uart: 0x28,
	/** Bd. */
	uartBaudRate: 0x29,
	/** See `gpoWord`. */
	gpo: 0x32,
	/** µV. */
	expansionVoltage: 0x33,
	/** µV; the Arc knows 5 000 000 and 0. */
	expansionSupply: 0x34,
	legacySink: 0x7c,
	hardwareVersion: 0x80,
	firmwareVersion: 0x81,
	deviceId: 0x82,
	inventory: 0x8d,
	sampleRateOf: 0x2000,
} as const;

/** `busy` is ours: what was asked for is already under way. */
export const status = { ok: 0, unknownParameter: -3, outOfRange: -101, busy: -16 } as const;

/** Device → host: the payload's first four bytes as a little-endian u32. */
export const payloadKind = {
	/** 0E 03 99 FF. */
	response: 0xff99030e,
	/** 69 83 2A FF. */
	packed: 0xff2a8369,
	/** CE F2 2F FF: baseline records among bytes that nobody has decoded. */
	envelope: 0xff2ff2ce,
	/** 02 00 08 00: bare baseline records. */
	baseline: 0x00080002,
} as const;

/** Record types inside bare and enveloped payloads. */
export const recordType = { sample: 2, text: 3 } as const;

export const powerRegulationCodes = { voltage: 0, current: 1, inline: 10, off: 100 } as const;

/** Wire number of each channel. `gpi` carries both digital inputs as an f32 bitmap (bit 0: i1, bit 1: i2). 08…0A, 12 and 15: Ace only. */
export const wireIds: Readonly<Record<string, number>> = {
	mc: 0x00,
	mv: 0x01,
	ac: 0x02,
	av: 0x03,
	sn: 0x04,
	sp: 0x05,
	mp: 0x06,
	ap: 0x07,
	mc1: 0x08,
	mc2: 0x09,
	mc3: 0x0a,
	vb: 0x10,
	vj: 0x11,
	vpwr: 0x12,
	tp: 0x14,
	tm: 0x15,
	gpi: 0x16,
	rx: 0x17,
};

/** Bit of the digital inputs' bitmap that shows the RX pin while the UART is off. Ours: nobody has seen the pin's level on a real wire. */
export const rxBit = 4;

const channelsByWireId = new Map(Object.entries(wireIds).map(([channel, wireId]) => [wireId, channel]));

/** Channel of a wire number, or `x2b` and the like for one that nobody knows. */
export function channelOf(wireId: number): string {
	return channelsByWireId.get(wireId) ?? `x${wireId.toString(16).padStart(2, '0')}`;
}

// Units: SI ↔ the wire's u32 words.

/** V, A or Ω → µ-units as u32 (negative values in two's complement). */
export const toMicro = (si: number): number => Math.round(si * 1e6) >>> 0;
/** µ-units → SI, unsigned: voltages and resistances. */
export const fromMicro = (word: number): number => word / 1e6;
/** µ-units → SI, two's complement: currents. */
export const fromSignedMicro = (word: number): number => (word | 0) / 1e6;
/** A → mA. */
export const toMilli = (si: number): number => Math.round(si * 1e3) >>> 0;
export const fromMilli = (word: number): number => word / 1e3;

/** Three bits a pin: drive low, drive high, unused; pin 3 is TX as an output. */
export const gpoWord = (pin: 1 | 2 | 3, on: boolean): number => 1 << ((pin - 1) * 3 + (on ? 1 : 0));

/** The pin and level of a word with exactly one bit of the three pins' set. */
export function parseGpoWord(word: number): { pin: 1 | 2 | 3; on: boolean } | undefined {
	for (const pin of [1, 2, 3] as const) {
		if (word === gpoWord(pin, false)) return { pin, on: false };
		if (word === gpoWord(pin, true)) return { pin, on: true };
	}
	return undefined;
}

export const sampleRateWord = (wireId: number, rateHz: number): number => ((wireId << 24) | rateHz) >>> 0;
export const parseSampleRateWord = (word: number): { wireId: number; rateHz: number } => ({ wireId: word >>> 24, rateHz: word & 0xff_ffff });

// Host → device.

/** Sequence numbers start here, go up by one a payload and wrap at 2³²; only the wake payload has a fixed one, 1. */
export const firstSequence = 0x1000;

function words(...values: number[]): Uint8Array<ArrayBuffer> {
	const payload = new Uint8Array(values.length * 4);
	const view = new DataView(payload.buffer);
	for (let index = 0; index < values.length; index++) view.setUint32(index * 4, values[index], true);
	return payload;
}

export const wakePayload = (): Uint8Array => words(1, messageType.wake);
export const getPayload = (sequence: number, command: number): Uint8Array => words(sequence, messageType.get, command, 0);
export const setPayload = (sequence: number, command: number, value: number): Uint8Array => words(sequence, messageType.set, command, value);
export const streamPayload = (sequence: number, wireId: number, on: boolean): Uint8Array => words(sequence, messageType.stream, wireId, on ? 1 : 0);
export const cleanupPayload = (sequence: number): Uint8Array => words(sequence, messageType.cleanup);
export const prepareStopPayload = (sequence: number): Uint8Array => words(sequence, messageType.prepareStop);
export const heartbeatPayload = (sequence: number, microseconds: number): Uint8Array => words(sequence, messageType.heartbeat, microseconds, 4);

/** `text` goes out as it is: no length, no terminator. */
export function uartWritePayload(sequence: number, text: Uint8Array): Uint8Array {
	const payload = new Uint8Array(12 + text.length);
	payload.set(words(sequence, messageType.uartWrite, 0x19));
	payload.set(text, 12);
	return payload;
}

/** A property's name, and for SET its value as JSON: u32 length of the name, name, value, both UTF-8. */
export function propertyPayload(sequence: number, type: number, name: string, json = ''): Uint8Array {
	const encoder = new TextEncoder();
	const nameBytes = encoder.encode(name);
	const valueBytes = encoder.encode(json);
	const payload = new Uint8Array(12 + nameBytes.length + valueBytes.length);
	payload.set(words(sequence, type, nameBytes.length));
	payload.set(nameBytes, 12);
	payload.set(valueBytes, 12 + nameBytes.length);
	return payload;
}

/** What a device reads from such a payload; undefined when its lengths do not fit. */
export function parsePropertyPayload(payload: Uint8Array): { readonly name: string; readonly json: string } | undefined {
	const end = payload.length < 12 ? 0 : 12 + viewOf(payload).getUint32(8, true);
	if (end < 12 || end > payload.length) return undefined;
	const decoder = new TextDecoder();
	return { name: decoder.decode(payload.subarray(12, end)), json: decoder.decode(payload.subarray(end)) };
}

export interface HostMessage {
	readonly sequence: number;
	/** One of `messageType`, or a number nobody knows. */
	readonly type: number;
	/** GET, SET: the parameter. Stream: the wire id. Else 0. */
	readonly command: number;
	/** SET: the value. Stream: 1 or 0. Else 0. */
	readonly value: number;
	/** UART write: the text; a view into the payload. */
	readonly text?: Uint8Array;
}

/** What a device reads from a host payload; undefined when it is too short to mean anything. */
export function parseHostPayload(payload: Uint8Array): HostMessage | undefined {
	if (payload.length < 8) return undefined;
	const view = viewOf(payload);
	const sequence = view.getUint32(0, true);
	const type = view.getUint32(4, true);
	const command = payload.length >= 12 ? view.getUint32(8, true) : 0;
	if (type === messageType.uartWrite) return payload.length < 12 ? undefined : { sequence, type, command, value: 0, text: payload.subarray(12) };
	return { sequence, type, command, value: payload.length >= 16 ? view.getUint32(12, true) : 0 };
}

// Device → host.

export interface Response {
	readonly sequence: number;
	readonly status: number;
	/** What follows the status; a view into the payload. */
	readonly data: Uint8Array;
}

export function responsePayload(sequence: number, statusCode: number, data: Uint8Array = new Uint8Array(0)): Uint8Array {
	const payload = new Uint8Array(12 + data.length);
	payload.set(words(payloadKind.response, sequence, statusCode));
	payload.set(data, 12);
	return payload;
}

/** A response with one word of data: an accepted or rejected SET, a single-word GET. */
export const wordResponsePayload = (sequence: number, statusCode: number, value: number): Uint8Array => responsePayload(sequence, statusCode, words(value));

/** The payload's kind, or −1 when it is shorter than four bytes. */
export function kindOf(payload: Uint8Array): number {
	return payload.length < 4 ? -1 : (payload[0] | (payload[1] << 8) | (payload[2] << 16) | (payload[3] << 24)) >>> 0;
}

export function parseResponse(payload: Uint8Array): Response | undefined {
	if (payload.length < 12 || kindOf(payload) !== payloadKind.response) return undefined;
	const view = viewOf(payload);
	return { sequence: view.getUint32(4, true), status: view.getInt32(8, true), data: payload.subarray(12) };
}

/** The first word of a response's data, or undefined when it has none. */
export function wordOf(data: Uint8Array): number | undefined {
	return data.length >= 4 ? viewOf(data).getUint32(0, true) : undefined;
}

/** An ASCII string without length: trailing NULs are padding. */
export function textOf(data: Uint8Array): string {
	let end = data.length;
	while (end > 0 && data[end - 1] === 0) end--;
	return new TextDecoder('latin1').decode(data.subarray(0, end));
}

/** Bare baseline records, back to back: what the device sends while idle, about six times a second. */
export function baselinePayload(samples: readonly { readonly wireId: number; readonly value: number }[]): Uint8Array {
	const payload = new Uint8Array(samples.length * 12);
	const view = viewOf(payload);
	samples.forEach(({ wireId, value }, index) => {
		view.setUint32(index * 12, payloadKind.baseline, true);
		view.setUint32(index * 12 + 4, wireId, true);
		view.setFloat32(index * 12 + 8, value, true);
	});
	return payload;
}

/** UART text the device has received, as a record of type 3. The layout is our proposal: no capture of one exists. */
export function uartTextPayload(text: Uint8Array): Uint8Array {
	const payload = new Uint8Array(8 + text.length);
	const view = viewOf(payload);
	view.setUint16(0, recordType.text, true);
	view.setUint16(2, 4 + text.length, true);
	view.setUint32(4, wireIds.rx, true);
	payload.set(text, 8);
	return payload;
}

export interface RecordVisitor {
	sample(wireId: number, value: number): void;
	/** A view into the payload. */
	text(text: Uint8Array): void;
}

/**
 * Walks the records of a bare or enveloped payload. A bare one is records throughout; in an envelope they lie among undecoded bytes, so
 * it is searched byte by byte for something that reads as a record of a channel below 0x80.
 */
export function readRecords(payload: Uint8Array, visitor: RecordVisitor): void {
	const view = viewOf(payload);
	const enveloped = kindOf(payload) === payloadKind.envelope;
	let at = enveloped ? 4 : 0;
	while (at + 8 <= payload.length) {
		const type = view.getUint16(at, true);
		const length = view.getUint16(at + 2, true);
		const wireId = view.getUint32(at + 4, true);
		if (type === recordType.sample && length === 8 && wireId < 0x80 && at + 12 <= payload.length) {
			visitor.sample(wireId, view.getFloat32(at + 8, true));
			at += 12;
		} else if (type === recordType.text && length >= 4 && wireId === wireIds.rx && at + 4 + length <= payload.length) {
			visitor.text(payload.subarray(at + 8, at + 4 + length));
			at += 4 + length;
		} else if (enveloped) {
			at++;
		} else {
			return;
		}
	}
}

function viewOf(bytes: Uint8Array): DataView {
	return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
