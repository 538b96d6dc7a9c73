/**
 * The frame of the Arc family, identical both ways: magic, u16 payload length, u16 sum of the payload's bytes mod 65536, payload.
 * Everything is little-endian. This file knows nothing of what a payload means, and does not search a stream for frames (`cutter.ts` does).
 */

/** A3 2C B5 7F, read as a little-endian u32. */
export const frameMagic = 0x7fb52ca3;
/** Its bytes in wire order. */
export const frameMagicBytes: readonly number[] = [0xa3, 0x2c, 0xb5, 0x7f];
/** Bytes before the payload. */
export const headerBytes = 8;
/** A longer payload is taken for a false magic: the largest known one is 4108 bytes. Our own limit; the wire could say up to 65535. */
export const maxPayloadBytes = 16_384;

/** Sum of bytes[from…to) mod 65536. */
export function checksum(bytes: Uint8Array, from = 0, to = bytes.length): number {
	let sum = 0;
	for (let index = from; index < to; index++) sum += bytes[index];
	return sum & 0xffff;
}

/** Writes the header of a frame whose payload already lies at `at` + 8. */
export function writeHeader(bytes: Uint8Array, at: number, payloadBytes: number): void {
	const sum = checksum(bytes, at + headerBytes, at + headerBytes + payloadBytes);
	for (let index = 0; index < 4; index++) bytes[at + index] = frameMagicBytes[index];
	bytes[at + 4] = payloadBytes & 0xff;
	bytes[at + 5] = payloadBytes >>> 8;
	bytes[at + 6] = sum & 0xff;
	bytes[at + 7] = sum >>> 8;
}

/** A whole frame around a payload of at most 65535 bytes. */
export function encodeFrame(payload: Uint8Array): Uint8Array<ArrayBuffer> {
	const frame = new Uint8Array(headerBytes + payload.length);
	frame.set(payload, headerBytes);
	writeHeader(frame, 0, payload.length);
	return frame;
}

/** Whether the `frameBytes` at `at` are one intact frame: magic, length and sum agree. */
export function isIntactFrame(bytes: Uint8Array, at: number, frameBytes: number): boolean {
	for (let index = 0; index < 4; index++) if (bytes[at + index] !== frameMagicBytes[index]) return false;
	if ((bytes[at + 4] | (bytes[at + 5] << 8)) !== frameBytes - headerBytes) return false;
	return (bytes[at + 6] | (bytes[at + 7] << 8)) === checksum(bytes, at + headerBytes, at + frameBytes);
}
