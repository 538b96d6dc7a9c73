/**
 * Cuts frames out of a byte stream, correctly for every way of splitting it, and resynchronises after garbage.
 *
 *   link ─ chunk ─► push ─┬─ runs of sample frames of the running layout ──► target.append   (fast path: one copy, sums not looked at)
 *                         ├─ sample frames of another layout, verified ────► target.packed
 *                         ├─ everything else, verified ────────────────────► target.control
 *                         └─ an unfinished end ─► carry, completed by the next chunk
 *
 * Fast path: a frame with the length, the payload magic and the record headers of the running layout, followed by the magic of the next
 * frame, is passed on unsummed; the decoder verifies its checksum, once. Everything else is verified here. A bad sum, or a length that no
 * frame has, makes the magic a false one: four bytes are skipped and the search goes on, so a good frame inside a bad one is found.
 * The last frame of a chunk has no successor yet: it is verified here, and waits for the four bytes that follow only when its sum is bad, so
 * that the same bytes yield the same frames however they are split.
 *
 * When the line falls silent, the held bytes are searched for complete frames behind an unfinished one: a false length swallows nothing.
 * An unfinished frame without any behind it stays held, because silence alone does not prove it false (the host may have been busy).
 *
 * The cutter owns the carry and the backlog; it never allocates a frame and never keeps a chunk.
 */

import type { Clock } from '../clock.ts';
import type { LinkStatistics } from '../instrument.ts';
import { frameMagic, frameMagicBytes, headerBytes, isIntactFrame, maxPayloadBytes } from './frame.ts';
import type { PackedLayout } from './packed.ts';
import { payloadKind } from './protocol.ts';

/** Silence after which held bytes are searched, in s. */
const silenceS = 0.05;

export interface CutterTarget {
	/** The running layout, whose frames take the fast path; undefined while nothing is measured. */
	readonly layout: PackedLayout | undefined;
	/** Takes `frames` whole frames of the running layout from bytes[at…]; answers how many it took. Fewer: the target is full, `resume()` follows. */
	append(bytes: Uint8Array, at: number, frames: number): number;
	/** A verified sample frame of another layout. `invalid`: its records make no sense. `full`: offer it again after `resume()`. */
	packed(bytes: Uint8Array, at: number, frameBytes: number): 'done' | 'invalid' | 'full';
	/** The payload of any other verified frame; a view, valid during the call. */
	control(payload: Uint8Array): void;
}

export class FrameCutter {
	readonly statistics: { -readonly [Key in keyof LinkStatistics]: number } = { bytes: 0, frames: 0, failedChecksums: 0, unframedBytes: 0 };

	readonly #target: CutterTarget;
	readonly #clock: Clock;
	/** An unfinished frame: less than the longest frame and the magic after it. */
	readonly #carry = new Uint8Array(headerBytes + maxPayloadBytes + 4);
	readonly #carryView = new DataView(this.#carry.buffer);
	#held = 0;
	/** Bytes the carry needs before anything more can be decided. */
	#need = 0;
	#full = false;
	#feeding = false;
	/** Bytes that arrived while the target was full. */
	#backlog = new Uint8Array(0);
	#backlogBytes = 0;
	#cancelTimer: (() => void) | undefined;
	#quiet = 0;
	#closed = false;

	constructor(target: CutterTarget, clock: Clock) {
		this.#target = target;
		this.#clock = clock;
	}

	/** Whether the target is full: pause the link, and call `resume` when it has room again. */
	get full(): boolean {
		return this.#full;
	}

	push(chunk: Uint8Array): void {
		this.statistics.bytes += chunk.length;
		// Bytes may come while earlier ones are being cut: a handler that writes to an in-memory device is answered at once.
		if (this.#full || this.#feeding) {
			this.#store(chunk, this.#backlogBytes);
			return;
		}
		const done = this.#feed(chunk, chunk.length);
		if (done < chunk.length) this.#store(chunk.subarray(done), 0);
		this.#drainBacklog();
	}

	/** The target has room again: what has piled up goes first. Answers whether all of it found room. */
	resume(): boolean {
		if (this.#feeding) return false;
		this.#full = false;
		// The carry may hold a whole frame that found no room.
		if (this.#held > 0 && this.#backlogBytes === 0) this.#feed(this.#backlog, 0);
		this.#drainBacklog();
		return !this.#full;
	}

	/** Finds the complete frames that are not samples inside the bytes of a damaged sample frame, and passes them on. */
	rescan(frame: Uint8Array): void {
		let at = indexOfMagic(frame, 4, frame.length);
		while (at + headerBytes <= frame.length) {
			const frameBytes = headerBytes + (frame[at + 4] | (frame[at + 5] << 8));
			const complete = at + frameBytes <= frame.length && isIntactFrame(frame, at, frameBytes);
			if (complete && kindAt(frame, at, frameBytes) !== payloadKind.packed) {
				this.statistics.frames++;
				this.#target.control(frame.subarray(at + headerBytes, at + frameBytes));
			}
			at = indexOfMagic(frame, at + (complete ? frameBytes : 4), frame.length);
		}
	}

	close(): void {
		this.#closed = true;
		this.#cancelTimer?.();
		this.#cancelTimer = undefined;
	}

	/** Puts the bytes into the backlog at `at`: its end, or its beginning. */
	#store(chunk: Uint8Array, at: number): void {
		const needed = this.#backlogBytes + chunk.length;
		if (needed > this.#backlog.length) {
			const larger = new Uint8Array(Math.max(needed, 2 * this.#backlog.length, 65_536));
			larger.set(this.#backlog.subarray(0, this.#backlogBytes));
			this.#backlog = larger;
		}
		this.#backlog.copyWithin(at + chunk.length, at, this.#backlogBytes);
		this.#backlog.set(chunk, at);
		this.#backlogBytes = needed;
	}

	#drainBacklog(): void {
		while (this.#backlogBytes > 0 && !this.#full) {
			const done = this.#feed(this.#backlog, this.#backlogBytes);
			this.#backlog.copyWithin(0, done, this.#backlogBytes);
			this.#backlogBytes -= done;
		}
		if (!this.#full && this.#held > 0) this.#listenForSilence();
	}

	/** Cuts bytes[0…length); answers how many were used up, fewer only when the target is full. */
	#feed(bytes: Uint8Array, length: number): number {
		this.#feeding = true;
		try {
			let at = 0;
			while (this.#held > 0) {
				const missing = this.#need - this.#held;
				if (missing > 0) {
					const more = Math.min(missing, length - at);
					this.#carry.set(bytes.subarray(at, at + more), this.#held);
					this.#held += more;
					at += more;
					if (more < missing) return at;
				}
				const done = this.#scan(this.#carry, this.#carryView, 0, this.#held);
				const rest = this.#held - done;
				if (!this.#full && rest <= at) {
					// What is left came from these bytes: go on right there.
					at -= rest;
					this.#held = 0;
				} else {
					this.#carry.copyWithin(0, done, this.#held);
					this.#held = rest;
					if (this.#full) {
						this.#need = rest;
						return at;
					}
				}
			}
			if (at === length) return at;
			const view = new DataView(bytes.buffer, bytes.byteOffset, length);
			const done = this.#scan(bytes, view, at, length);
			if (this.#full) return done;
			if (done < length) {
				this.#held = length - done;
				this.#carry.set(bytes.subarray(done, length));
			}
			return length;
		} finally {
			this.#feeding = false;
		}
	}

	/** Cuts bytes[at…end); answers the first byte about which nothing can be decided yet, and sets `#need`, or stops because the target is full. */
	#scan(bytes: Uint8Array, view: DataView, from: number, end: number, silent = false): number {
		const { statistics } = this;
		const target = this.#target;
		let at = from;
		for (;;) {
			const layout = target.layout;
			if (layout) {
				const { frameBytes } = layout;
				let runEnd = at;
				// The magic at `at` itself is checked first; each later one was the successor of the frame before.
				if (runEnd + frameBytes + 4 <= end && view.getUint32(runEnd, true) === frameMagic)
					while (runEnd + frameBytes + 4 <= end && looksLike(view, runEnd, layout) && view.getUint32(runEnd + frameBytes, true) === frameMagic) runEnd += frameBytes;
				if (runEnd > at) {
					const frames = (runEnd - at) / frameBytes;
					const taken = target.append(bytes, at, frames);
					statistics.frames += taken;
					at += taken * frameBytes;
					if (taken < frames) {
						this.#full = true;
						return at;
					}
				}
			}
			const magicAt = indexOfMagic(bytes, at, end);
			statistics.unframedBytes += magicAt - at;
			at = magicAt;
			const available = end - at;
			if (available < headerBytes) {
				this.#need = available < 4 ? 4 : headerBytes;
				return at;
			}
			const payloadBytes = view.getUint16(at + 4, true);
			if (payloadBytes > maxPayloadBytes) {
				at = this.#falseMagic(at);
				continue;
			}
			const frameBytes = headerBytes + payloadBytes;
			if (available < frameBytes) {
				this.#need = frameBytes;
				return at;
			}
			const running = layout !== undefined && payloadBytes === layout.frameBytes - headerBytes && looksLike(view, at, layout);
			if (isIntactFrame(bytes, at, frameBytes)) {
				if (running) {
					if (target.append(bytes, at, 1) === 0) {
						this.#full = true;
						return at;
					}
				} else if (kindAt(bytes, at, frameBytes) === payloadKind.packed) {
					const outcome = target.packed(bytes, at, frameBytes);
					if (outcome === 'full') {
						this.#full = true;
						return at;
					}
					if (outcome === 'invalid') {
						at = this.#falseMagic(at);
						continue;
					}
				} else {
					target.control(bytes.subarray(at + headerBytes, at + frameBytes));
				}
				statistics.frames++;
				at += frameBytes;
				continue;
			}
			// Damaged. In the middle of a run it is the decoder's to mark; whether it is in the middle, the next four bytes say.
			const follower = running ? magicPrefixAt(bytes, at + frameBytes, end) : 'other';
			if (follower === 'unfinished' && !silent) {
				this.#need = frameBytes + 4;
				return at;
			}
			if (follower === 'magic') {
				if (target.append(bytes, at, 1) === 0) {
					this.#full = true;
					return at;
				}
				statistics.frames++;
				at += frameBytes;
			} else {
				at = this.#falseMagic(at);
			}
		}
	}

	#falseMagic(at: number): number {
		this.statistics.failedChecksums++;
		this.statistics.unframedBytes += 4;
		return at + 4;
	}

	/** Fires when no byte has come for `silenceS`, twice half of it in a row: after a busy spell of the host, waiting bytes get their turn in between. */
	#listenForSilence(): void {
		if (this.#cancelTimer || this.#closed) return;
		const bytes = this.statistics.bytes;
		this.#cancelTimer = this.#clock.after(silenceS / 2, () => {
			this.#cancelTimer = undefined;
			if (this.#held === 0) return;
			this.#quiet = bytes === this.statistics.bytes && !this.#full ? this.#quiet + 1 : 0;
			if (this.#quiet < 2) return this.#listenForSilence();
			this.#quiet = 0;
			this.#searchHeldBytes();
		});
	}

	#searchHeldBytes(): void {
		this.#feeding = true;
		let progress = true;
		while (progress && this.#held > 0 && !this.#full) {
			let done = this.#scan(this.#carry, this.#carryView, 0, this.#held, true);
			progress = done > 0;
			if (done < this.#held && !this.#full) {
				const good = this.#indexOfIntact(done + 1);
				if (good >= 0) {
					this.statistics.failedChecksums++;
					this.statistics.unframedBytes += good - done;
					done = good;
					progress = true;
				}
			}
			this.#carry.copyWithin(0, done, this.#held);
			this.#held -= done;
			if (this.#full) this.#need = this.#held;
		}
		this.#feeding = false;
		this.#drainBacklog();
	}

	#indexOfIntact(from: number): number {
		for (let at = indexOfMagic(this.#carry, from, this.#held); at + headerBytes <= this.#held; at = indexOfMagic(this.#carry, at + 1, this.#held)) {
			const frameBytes = headerBytes + this.#carryView.getUint16(at + 4, true);
			if (at + frameBytes <= this.#held && isIntactFrame(this.#carry, at, frameBytes)) return at;
		}
		return -1;
	}
}

/** Whether the frame at `at`, complete and beginning with the magic, has the layout's length, payload magic and record headers. */
function looksLike(view: DataView, at: number, layout: PackedLayout): boolean {
	if (view.getUint16(at + 4, true) !== layout.frameBytes - headerBytes || view.getUint32(at + headerBytes, true) !== payloadKind.packed) return false;
	const { wordOffsets, words } = layout;
	for (let record = 0; record < words.length; record++) if (view.getUint32(at + wordOffsets[record], true) !== words[record]) return false;
	return true;
}

/** First position from `from` where the magic stands, or its beginning at the very end; `end` when there is none. */
function indexOfMagic(bytes: Uint8Array, from: number, end: number): number {
	let at = from;
	while (at < end) {
		at = bytes.indexOf(frameMagicBytes[0], at);
		if (at < 0 || at >= end) return end;
		if (magicPrefixAt(bytes, at, end) !== 'other') return at;
		at++;
	}
	return end;
}

function magicPrefixAt(bytes: Uint8Array, at: number, end: number): 'magic' | 'unfinished' | 'other' {
	for (let index = 0; index < 4; index++) {
		if (at + index >= end) return 'unfinished';
		if (bytes[at + index] !== frameMagicBytes[index]) return 'other';
	}
	return 'magic';
}

function kindAt(bytes: Uint8Array, at: number, frameBytes: number): number {
	if (frameBytes < headerBytes + 4) return -1;
	const p = at + headerBytes;
	return (bytes[p] | (bytes[p + 1] << 8) | (bytes[p + 2] << 16) | (bytes[p + 3] << 24)) >>> 0;
}
