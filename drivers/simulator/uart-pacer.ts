/**
 * One direction of a UART: bytes go in at once and come out at the pace of the baud rate, ten bits a byte. Time passes a millisecond at a
 * time. Owns what is under way.
 */

const bitsPerByte = 10;
/** A host that writes faster than the line carries must not fill memory: the rest is lost, as on a line without flow control. */
const capacity = 65_536;

export class UartPacer {
	#chunks: Uint8Array[] = [];
	/** Bytes of the first chunk already gone. */
	#sent = 0;
	#waiting = 0;
	#credit = 0;

	push(bytes: Uint8Array): void {
		if (bytes.length === 0 || this.#waiting + bytes.length > capacity) return;
		this.#chunks.push(bytes);
		this.#waiting += bytes.length;
	}

	clear(): void {
		this.#chunks = [];
		this.#sent = 0;
		this.#waiting = 0;
		this.#credit = 0;
	}

	get idle(): boolean {
		return this.#waiting === 0;
	}

	/** The bytes whose stop bit falls into the next millisecond, if any. */
	millisecond(baudRate: number): Uint8Array | undefined {
		if (this.#waiting === 0) {
			this.#credit = 0;
			return undefined;
		}
		this.#credit += baudRate / (1000 * bitsPerByte);
		const count = Math.min(this.#waiting, Math.floor(this.#credit));
		if (count === 0) return undefined;
		this.#credit -= count;
		this.#waiting -= count;
		const bytes = new Uint8Array(count);
		for (let filled = 0; filled < count; ) {
			const chunk = this.#chunks[0];
			const part = chunk.subarray(this.#sent, this.#sent + count - filled);
			bytes.set(part, filled);
			filled += part.length;
			this.#sent += part.length;
			if (this.#sent === chunk.length) {
				this.#chunks.shift();
				this.#sent = 0;
			}
		}
		return bytes;
	}
}
