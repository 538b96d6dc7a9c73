/**
 * UART text to lines. A line ends with \n; a \r before it is dropped; a line without an end is delivered when nothing has followed for
 * `partialLineS`, or when the measurement stops. Each line carries the device time of its first byte. The delimiter parser does the
 * splitting; this file only remembers when which bytes came.
 */

import { DelimiterParser } from '@serialport/parser-delimiter';
import type { Clock } from '../clock.ts';

/** Time after which a line without an end is delivered as it is, in s. */
const partialLineS = 0.5;
const newline = 0x0a;

export class UartLines {
	readonly #parser = new DelimiterParser({ delimiter: '\n', includeDelimiter: true, readableObjectMode: true });
	readonly #clock: Clock;
	readonly #line: (text: string, timeS: number) => void;
	/** Total bytes fed after each piece, and when the piece came. */
	#pieces: { readonly end: number; readonly timeS: number }[] = [];
	#fed = 0;
	#delivered = 0;
	#open = false;
	#cancelTimer: (() => void) | undefined;

	constructor(clock: Clock, line: (text: string, timeS: number) => void) {
		this.#clock = clock;
		this.#line = line;
		this.#parser.on('data', (bytes: Buffer) => this.#deliver(bytes));
	}

	/** `timeS`: device time at which these bytes came. The text is copied. */
	feed(text: Uint8Array, timeS: number): void {
		if (text.length === 0) return;
		this.#write(Buffer.from(text), timeS);
		this.#open = text[text.length - 1] !== newline;
		this.#cancelTimer?.();
		this.#cancelTimer = this.#open ? this.#clock.after(partialLineS, () => this.#endLine()) : undefined;
	}

	/** Delivers what is left, and resolves when every line has been delivered. */
	async finish(): Promise<void> {
		this.#endLine();
		// The parser is a stream: what was written may be emitted on a later tick.
		await new Promise((resolve) => setImmediate(resolve));
	}

	#endLine(): void {
		this.#cancelTimer?.();
		this.#cancelTimer = undefined;
		if (!this.#open) return;
		this.#open = false;
		this.#write(Buffer.of(newline), this.#pieces[this.#pieces.length - 1].timeS);
	}

	#write(bytes: Buffer, timeS: number): void {
		this.#fed += bytes.length;
		this.#pieces.push({ end: this.#fed, timeS });
		this.#parser.write(bytes);
	}

	#deliver(bytes: Buffer): void {
		const start = this.#delivered;
		this.#delivered += bytes.length;
		while (this.#pieces.length > 1 && this.#pieces[0].end <= start) this.#pieces.shift();
		let end = bytes.length - 1;
		if (end > 0 && bytes[end - 1] === 0x0d) end--;
		this.#line(bytes.toString('utf8', 0, end), this.#pieces[0].timeS);
	}
}
