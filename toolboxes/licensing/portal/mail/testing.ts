/** For tests: a real SMTP server that keeps what it is sent. */

import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

export interface ReceivedMail {
	readonly to: string;
	readonly subject: string;
	readonly text: string;
}

export class Mailbox {
	readonly mails: ReceivedMail[] = [];
	readonly #server = new SMTPServer({
		authOptional: true,
		disabledCommands: ['STARTTLS'],
		onData: (stream, session, done) => {
			const chunks: Buffer[] = [];
			stream.on('data', (chunk: Buffer) => chunks.push(chunk));
			stream.on('end', () => {
				const raw = Buffer.concat(chunks).toString('utf8');
				const text = raw.slice(raw.indexOf('\r\n\r\n')).replaceAll('=\r\n', '');
				this.mails.push({ to: session.envelope.rcptTo[0].address, subject: /^Subject: (.*)$/im.exec(raw)?.[1] ?? '', text });
				done();
			});
		},
	});

	/** Its address, for --smtp. */
	async listen(): Promise<string> {
		await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
		return `smtp://127.0.0.1:${(this.#server.server.address() as AddressInfo).port}`;
	}

	close(): Promise<void> {
		return new Promise((resolve) => this.#server.close(resolve));
	}
}
