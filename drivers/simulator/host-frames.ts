/**
 * Cuts the host's bytes into payloads, however they are split or spoilt: a frame whose checksum fails loses its four magic bytes only, so
 * that a good frame inside it is still found, and a false length cannot hold the bytes behind it once the line falls silent.
 * Hosts send a few hundred bytes a second, so clarity goes before speed here.
 */

import { checksum, frameMagic, frameMagicBytes, headerBytes, maxPayloadBytes } from '../arc/frame.ts';

export class HostFrames {
	readonly #deliver: (payload: Uint8Array) => void;
	#held = new Uint8Array(0);

	constructor(deliver: (payload: Uint8Array) => void) {
		this.#deliver = deliver;
	}

	/** Whether bytes wait for the rest of their frame. */
	get waiting(): boolean {
		return this.#held.length > 0;
	}

	push(chunk: Uint8Array): void {
		if (this.#held.length === 0) this.#scan(chunk.slice(), false);
		else {
			const joined = new Uint8Array(this.#held.length + chunk.length);
			joined.set(this.#held);
			joined.set(chunk, this.#held.length);
			this.#scan(joined, false);
		}
	}

	/** The line has been silent: what is held will not be completed, so frames hidden in it are delivered and the rest is dropped. */
	silence(): void {
		this.#scan(this.#held, true);
	}

	#scan(bytes: Uint8Array, final: boolean): void {
		const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
		let at = 0;
		while (at < bytes.length) {
			if (bytes[at] !== frameMagicBytes[0]) {
				at++;
				continue;
			}
			const left = bytes.length - at;
			if (left < headerBytes) {
				if (!final && couldBeMagic(bytes, at)) break;
				at++;
				continue;
			}
			const length = view.getUint16(at + 4, true);
			if (view.getUint32(at, true) !== frameMagic) {
				at++;
				continue;
			}
			const end = at + headerBytes + length;
			if (length > maxPayloadBytes || (end > bytes.length && final)) {
				at += 4;
				continue;
			}
			if (end > bytes.length) break;
			if (checksum(bytes, at + headerBytes, end) === view.getUint16(at + 6, true)) {
				this.#deliver(bytes.subarray(at + headerBytes, end));
				at = end;
			} else at += 4;
		}
		this.#held = bytes.slice(at);
	}
}

function couldBeMagic(bytes: Uint8Array, at: number): boolean {
	for (let index = 0; index < 4 && at + index < bytes.length; index++) {
		if (bytes[at + index] !== frameMagicBytes[index]) return false;
	}
	return true;
}
