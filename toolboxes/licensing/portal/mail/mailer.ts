/** Sends mail over SMTP, or, where no server is configured, writes each message as an .eml file to an outbox folder. */

import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import nodemailer from 'nodemailer';
import { MicrojouleError, messageOf } from '../../../../drivers/errors.ts';

export interface Mail {
	readonly to: string;
	readonly subject: string;
	/** Plain text. */
	readonly text: string;
}

export interface Mailer {
	/** Resolves once the server has taken it, or the file is written. PORTAL_UNREACHABLE where the mail server fails. */
	send(mail: Mail): Promise<void>;
	close(): void;
}

export interface MailOptions {
	/** smtp:// or smtps:// with user and password as needed; undefined: the outbox. */
	readonly smtp?: string;
	readonly outbox: string;
	/** The sender's address. */
	readonly from: string;
}

/** INVALID_VALUE; the message does not repeat the address, which may hold a password. */
export function createMailer({ smtp, outbox, from }: MailOptions): Mailer {
	if (smtp === undefined) {
		const transport = nodemailer.createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
		return {
			async send(mail) {
				const { message } = await transport.sendMail({ from, ...mail });
				await mkdir(outbox, { recursive: true, mode: 0o700 });
				const name = `${new Date().toISOString().replaceAll(':', '-')}-${randomBytes(3).toString('hex')}.eml`;
				await writeFile(join(outbox, name), message as Buffer, { mode: 0o600 });
			},
			close: () => transport.close(),
		};
	}
	if (!/^smtps?:$/.test(URL.canParse(smtp) ? new URL(smtp).protocol : ''))
		throw new MicrojouleError('INVALID_VALUE', 'The mail server (--smtp, MICROJOULE_SMTP) must read like smtp://mail.example.org or smtps://user:password@mail.example.org.');
	const transport = nodemailer.createTransport(smtp, { from });
	return {
		async send(mail) {
			try {
				await transport.sendMail({ from, ...mail });
			} catch (error) {
				throw new MicrojouleError('PORTAL_UNREACHABLE', `The mail to ${mail.to} could not be sent: ${messageOf(error)}. Try again later.`, {}, error);
			}
		},
		close: () => transport.close(),
	};
}
