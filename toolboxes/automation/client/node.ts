/** `microjoule/client` for Node: over TCP, or over WebSocket where `url` is given. */

import type { Client } from './client.ts';
import { connectBy, type LicensingOptions } from './connect.ts';
import { type TcpAddress, tcpTransport } from './tcp-transport.ts';
import { type WebSocketAddress, webSocketTransport } from './web-socket-transport.ts';

export * from './exports.ts';

/** `url`: the engine's address, such as http://127.0.0.1:1906, for WebSocket. Without it TCP, by default to 127.0.0.1:1905. */
export interface ConnectOptions extends Partial<WebSocketAddress>, Partial<TcpAddress>, LicensingOptions {}

/**
 * Connects to an engine and reserves what the script needs. Credentials default to the environment's OTII_USERNAME and OTII_PASSWORD. INVALID_VALUE: the address.
 * ENGINE_UNREACHABLE. ScriptingError: `Could not login`, `Not logged in`, `No license`, `Connection denied`.
 */
export async function connect({ url, token, host = '127.0.0.1', port = 1905, ...licensing }: ConnectOptions = {}): Promise<Client> {
	const { OTII_USERNAME: username, OTII_PASSWORD: password } = process.env;
	const credentials = username && password ? { username, password } : undefined;
	return connectBy(url === undefined ? tcpTransport({ host, port }) : webSocketTransport({ url, token }), { credentials, ...licensing });
}
