/** A TCP connection to the port that scripts for Otii use. For Node alone. */

import { connect } from 'node:net';
import { type OpenTransport, unreachable } from './transport.ts';

export interface TcpAddress {
	readonly host: string;
	readonly port: number;
}

export function tcpTransport({ host, port }: TcpAddress): OpenTransport {
	const address = `${host}:${port}`;
	return (events) =>
		new Promise((resolve, reject) => {
			const socket = connect({ host, port, noDelay: true, keepAlive: true });
			let failure = 'it hung up';
			let pieces: string[] = [];
			const refused = (error: Error) => reject(unreachable(address, error.message));
			socket.setEncoding('utf8');
			socket.once('error', refused);
			socket.once('connect', () => {
				socket.off('error', refused);
				socket.on('error', (error) => {
					failure = error.message;
				});
				socket.once('close', () => events.closed(failure));
				resolve({ address, send: (text) => socket.write(`${text}\r\n`), close: () => socket.destroy() });
			});
			socket.on('data', (chunk: string) => {
				const lines = chunk.split('\n');
				for (const [index, line] of lines.entries()) {
					pieces.push(line);
					if (index === lines.length - 1) break;
					const whole = pieces.length === 1 ? line : pieces.join('');
					pieces = [];
					events.text(whole);
				}
			});
		});
}
