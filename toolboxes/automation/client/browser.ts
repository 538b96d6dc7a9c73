/** `microjoule/client` for browsers: over WebSocket. Nothing of Node is reached from here. */

import type { Client } from './client.ts';
import { connectBy, type LicensingOptions } from './connect.ts';
import { type WebSocketAddress, webSocketTransport } from './web-socket-transport.ts';

export * from './exports.ts';

/** Default: the engine that the page came from. */
export interface ConnectOptions extends Partial<WebSocketAddress>, LicensingOptions {}

/**
 * Connects to an engine and reserves what the script needs. INVALID_VALUE: the address. ENGINE_UNREACHABLE. ScriptingError: `Could not login`, `Not logged in`,
 * `No license`, `Connection denied`.
 */
export function connect({ url = location.origin, token, ...licensing }: ConnectOptions = {}): Promise<Client> {
	return connectBy(webSocketTransport({ url, token }), licensing);
}
