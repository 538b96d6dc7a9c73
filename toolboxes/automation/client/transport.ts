/** What carries a client's messages: a WebSocket, or a TCP connection. */

import { MicrojouleError } from '../../../drivers/errors.ts';

export interface TransportEvents {
	/** A JSON message. */
	text(message: string): void;
	/** A binary one. */
	bytes(message: ArrayBuffer): void;
	/** The connection has ended; called once, also after `close`. */
	closed(reason: string): void;
}

export interface Transport {
	readonly address: string;
	send(text: string): void;
	/** Idempotent. */
	close(): void;
}

/** ENGINE_UNREACHABLE. */
export type OpenTransport = (events: TransportEvents) => Promise<Transport>;

export function unreachable(address: string, reason: string): MicrojouleError {
	return new MicrojouleError('ENGINE_UNREACHABLE', `The engine at ${address} cannot be reached: ${reason}. Is \`microjoule serve\` running, and is that its address?`, { address });
}
