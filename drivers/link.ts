/**
 * A link: bytes to and from one instrument, whatever carries them. A driver is handed an open link and never names the port class,
 * so a serial port, a pseudo-terminal, an in-memory binding and a benchmark's block of bytes are equals.
 */

export interface LinkHandlers {
	/** Bytes from the instrument. The chunk is the link's own: copy what must outlive the call. */
	data(chunk: Uint8Array): void;
	/** The link is gone: `error` says why, or is absent after `close()`. Called once. */
	closed(error?: Error): void;
}

export interface Link {
	/** Where it leads: a device path, or a name for an in-memory link. */
	readonly path: string;
	/** Starts delivery. Bytes that arrived earlier are delivered first. */
	open(handlers: LinkHandlers): void;
	/** Resolves when the bytes were handed to the operating system. */
	write(bytes: Uint8Array): Promise<void>;
	/** Throws away bytes received but not yet delivered. */
	discardInput(): Promise<void>;
	/** Stops delivery (the instrument is throttled by whatever buffers lie between) until `resume()`. */
	pause(): void;
	resume(): void;
	/** Idempotent. */
	close(): Promise<void>;
}
