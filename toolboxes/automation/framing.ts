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

/**
 * Of which protocol, other than ours, a first line is. A page in a browser must not be able to post commands, neither in a request of any method (a name
 * that is rebound to this machine makes the page one of the same origin, which asks nobody), nor in what it has TLS or STUN carry: those begin with control
 * characters, which JSON never holds.
 */
export function foreignProtocol(line: string): 'HTTP' | 'binary' | undefined {
	if (/^(?:GET|POST|PUT|HEAD|DELETE|OPTIONS|PATCH|CONNECT|TRACE|PRI) /i.test(line)) return 'HTTP';
	// The name of a method has no brace, the rest of the line may.
	if (/ HTTP\/\d/.test(line) && !/^\s*\{/.test(line)) return 'HTTP';
	// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
	return /[\x00-\x08\x0b\x0c\x0e-\x1f]/.test(line) ? 'binary' : undefined;
}
