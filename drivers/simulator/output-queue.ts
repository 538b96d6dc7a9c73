/**
 * What a simulated device has sent and no host has read yet: whole frames in order, bounded.
 *
 * Sample frames are written in place, many to a pooled chunk, and are refused (the frame counter then shows the gap) once `maxSampleBytes`
 * wait. Baseline and text frames have a bound of their own, beyond which the oldest go first. Replies are never dropped. Only frames of
 * which nothing has been read are ever dropped, so a reader never sees part of one.
 */

const CHUNK_BYTES = 65_536;
const MAX_SPARE_CHUNKS = 4;
/** Bound of baseline and text frames. */
const MAX_SMALL_BYTES = 32_768;

/** A pooled piece of memory, seen three ways. */
export interface Chunk {
	readonly bytes: Uint8Array;
	readonly words: Uint32Array;
	readonly floats: Float32Array;
}

interface Segment {
	readonly kind: 'samples' | 'small' | 'reply';
	readonly bytes: Uint8Array;
	readonly chunk?: Chunk;
	start: number;
	end: number;
	touched: boolean;
}

export class OutputQueue {
	readonly #maxSampleBytes: number;
	#segments: Segment[] = [];
	#head = 0;
	#spare: Chunk[] = [];
	#byteLength = 0;
	#sampleBytes = 0;
	#smallBytes = 0;
	#replyBytes = 0;
	#room: Segment | undefined;

	constructor(maxSampleBytes: number) {
		this.#maxSampleBytes = maxSampleBytes;
	}

	get byteLength(): number {
		return this.#byteLength;
	}

	/** Bytes of replies that wait: a host that only asks and never reads is throttled by these. */
	get replyBytes(): number {
		return this.#replyBytes;
	}

	/** Room for sample frames: where they go (`chunk`, byte offset `at`) and how many fit there, 0 when the queue is full. */
	reserve(frameBytes: number, frames: number): { readonly chunk: Chunk; readonly at: number; readonly frames: number } | undefined {
		const allowed = Math.min(frames, Math.floor((this.#maxSampleBytes - this.#sampleBytes) / frameBytes));
		if (allowed <= 0) return undefined;
		let segment = this.#segments[this.#segments.length - 1];
		if (segment?.kind !== 'samples' || segment.end + frameBytes > CHUNK_BYTES) {
			const chunk = this.#spare.pop() ?? newChunk();
			segment = { kind: 'samples', bytes: chunk.bytes, chunk, start: 0, end: 0, touched: false };
			this.#segments.push(segment);
		}
		this.#room = segment;
		return { chunk: segment.chunk as Chunk, at: segment.end, frames: Math.min(allowed, Math.floor((CHUNK_BYTES - segment.end) / frameBytes)) };
	}

	/** Takes the frames written into the room last reserved. */
	commit(byteLength: number): void {
		(this.#room as Segment).end += byteLength;
		this.#byteLength += byteLength;
		this.#sampleBytes += byteLength;
	}

	/** A baseline or text frame; the oldest unread ones give way. */
	pushSmall(frame: Uint8Array): void {
		this.#push('small', frame);
		this.#smallBytes += frame.length;
		for (let index = this.#head; this.#smallBytes > MAX_SMALL_BYTES && index < this.#segments.length - 1; ) {
			const segment = this.#segments[index];
			if (segment.kind === 'small' && !segment.touched) {
				this.#segments.splice(index, 1);
				this.#smallBytes -= segment.bytes.length;
				this.#byteLength -= segment.bytes.length;
			} else index++;
		}
	}

	pushReply(frame: Uint8Array): void {
		this.#push('reply', frame);
		this.#replyBytes += frame.length;
	}

	/** Moves up to `length` bytes into `target` and says how many. */
	read(target: Uint8Array, offset: number, length: number): number {
		let done = 0;
		while (done < length && this.#head < this.#segments.length) {
			const segment = this.#segments[this.#head];
			const count = Math.min(length - done, segment.end - segment.start);
			target.set(segment.bytes.subarray(segment.start, segment.start + count), offset + done);
			segment.start += count;
			segment.touched = true;
			done += count;
			this.#account(segment, count);
			if (segment.start === segment.end) this.#retire();
		}
		return done;
	}

	/** Forgets everything unread, as an operating system does when it flushes a port. */
	clear(): void {
		while (this.#head < this.#segments.length) {
			const segment = this.#segments[this.#head];
			this.#account(segment, segment.end - segment.start);
			this.#retire();
		}
	}

	#push(kind: Segment['kind'], bytes: Uint8Array): void {
		this.#segments.push({ kind, bytes, start: 0, end: bytes.length, touched: false });
		this.#byteLength += bytes.length;
	}

	#account(segment: Segment, count: number): void {
		this.#byteLength -= count;
		if (segment.kind === 'samples') this.#sampleBytes -= count;
		else if (segment.kind === 'small') this.#smallBytes -= count;
		else this.#replyBytes -= count;
	}

	#retire(): void {
		const segment = this.#segments[this.#head++];
		if (segment.chunk && this.#spare.length < MAX_SPARE_CHUNKS) this.#spare.push(segment.chunk);
		if (this.#head === this.#segments.length || this.#head > 256) {
			this.#segments.splice(0, this.#head);
			this.#head = 0;
		}
	}
}

function newChunk(): Chunk {
	const buffer = new ArrayBuffer(CHUNK_BYTES);
	return { bytes: new Uint8Array(buffer), words: new Uint32Array(buffer), floats: new Float32Array(buffer) };
}
