/** Cuts a client's bytes into lines, LF or CRLF, whatever the pieces in which they arrive. Nothing is decoded before its line is whole. */

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

export class LineSplitter {
	readonly #maxBytes: number;
	#pieces: Buffer[] = [];
	#size = 0;

	/** A line may have `maxBytes` bytes. */
	constructor(maxBytes: number) {
		this.#maxBytes = maxBytes;
	}

	/** Bytes of the line that is not whole yet. */
	get pending(): number {
		return this.#size;
	}

	/** The whole lines that `chunk` completes, empty ones left out; a number is the size so far of a line that is too long: the connection is of no use then. */
	*push(chunk: Buffer): Generator<string | number> {
		let from = 0;
		for (;;) {
			const at = chunk.indexOf(lineFeed, from);
			const end = at < 0 ? chunk.length : at;
			const size = this.#size + end - from;
			if (size > this.#maxBytes) {
				yield size;
				return;
			}
			if (end > from) this.#pieces.push(chunk.subarray(from, end));
			this.#size = size;
			if (at < 0) return;
			const bytes = this.#pieces.length === 1 ? this.#pieces[0] : Buffer.concat(this.#pieces);
			this.#pieces = [];
			this.#size = 0;
			const line = bytes.at(-1) === carriageReturn ? bytes.subarray(0, -1) : bytes;
			if (line.length > 0) yield line.toString('utf8');
			from = at + 1;
		}
	}
}

/** Whether a first line is a browser's or any other HTTP client's: a page must not be able to post commands. */
export function looksLikeHttp(line: string): boolean {
	return /^[A-Z]+ \S.* HTTP\/\d/.test(line) || /^(?:GET|POST|PUT|HEAD|DELETE|OPTIONS|PATCH|CONNECT|TRACE|PRI) /i.test(line);
}
