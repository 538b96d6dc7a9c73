/** A WebSocket to the engine. A browser's socket can send no header, so the access token travels as a subprotocol. */

import { token } from './api.ts';

/** s the attempts to come back wait, the first one first; the last holds for all that follow. */
const retryS = [0.25, 0.5, 1, 2] as const;

export function openEngineSocket(path: string, protocol: string): WebSocket {
	const secret = token();
	const url = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${path}`;
	const socket = new WebSocket(url, secret ? [protocol, `microjoule.token.${base64url(secret)}`] : [protocol]);
	socket.binaryType = 'arraybuffer';
	return socket;
}

/** ms before the next attempt. */
export function retryDelay(attempt: number): number {
	return 1000 * retryS[Math.min(attempt, retryS.length - 1)];
}

function base64url(text: string): string {
	const bytes = new TextEncoder().encode(text);
	return btoa(String.fromCharCode(...bytes))
		.replaceAll('+', '-')
		.replaceAll('/', '_')
		.replaceAll('=', '');
}
