/** The engine's WebSocket, with the one that browsers and Node bring: no package is needed. */

import { MicrojouleError } from '../../../drivers/errors.ts';
import { type OpenTransport, unreachable } from './transport.ts';

const path = '/api/scripting';
const protocol = 'microjoule.scripting';
const tooLarge = 1009;

export interface WebSocketAddress {
	/** The engine's, as in the browser's address bar: `http://127.0.0.1:1906`. */
	readonly url: string;
	/** Where the engine wants one. */
	readonly token?: string;
}

/** INVALID_VALUE for an address that is none. */
export function webSocketTransport({ url, token }: WebSocketAddress): OpenTransport {
	const address = addressOf(url);
	const protocols = [protocol, ...(token === undefined ? [] : [`microjoule.token.${base64url(token)}`])];
	return (events) =>
		new Promise((resolve, reject) => {
			const socket = new WebSocket(address, protocols);
			socket.binaryType = 'arraybuffer';
			let open = false;
			socket.addEventListener('open', () => {
				open = true;
				resolve({ address, send: (text) => socket.send(text), close: () => socket.close(1000) });
			});
			socket.addEventListener('message', ({ data }) => (typeof data === 'string' ? events.text(data) : events.bytes(data as ArrayBuffer)));
			// The reason of a failure is kept from pages, and comes with no event.
			socket.addEventListener('close', ({ code, reason }) => {
				if (open) events.closed(reason || (code === tooLarge ? 'a request was too large' : `code ${code}`));
				else reject(unreachable(address, 'nobody answers there, or it does not admit this page or token'));
			});
		});
}

function addressOf(url: string): string {
	const parsed = URL.canParse(url) ? new URL(url) : undefined;
	if (!parsed || !/^(?:http|ws)s?:$/.test(parsed.protocol))
		throw new MicrojouleError('INVALID_VALUE', `url is ${url}; it must be the engine's address, such as http://127.0.0.1:1906.`, { name: 'url', value: url });
	parsed.protocol = parsed.protocol.replace('http', 'ws');
	if (parsed.pathname === '/') parsed.pathname = path;
	return parsed.href;
}

/** Of the text's UTF-8. */
function base64url(text: string): string {
	return btoa(String.fromCharCode(...new TextEncoder().encode(text)))
		.replaceAll('+', '-')
		.replaceAll('/', '_')
		.replace(/=+$/, '');
}
