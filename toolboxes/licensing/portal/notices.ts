/**
 * Notices between the parts of a portal, in this process and in the others on the same database: what was changed by one that another must
 * tell its engines. SQLite has one process, PostgreSQL carries them by LISTEN/NOTIFY. A notice is a hint: what counts is in the database.
 */

import { EventEmitter } from 'node:events';
import type pg from 'pg';
import type { RevokeReason } from '../wire.ts';
import type { PortalDatabase } from './database/database.ts';

export type Notice =
	/** These leases are to end: whoever is connected to a holder asks it to lock and acknowledge. */
	| { readonly type: 'revoke'; readonly licence: number; readonly reason: RevokeReason; readonly leases: readonly string[] }
	/** A lease has ended; whoever waits for it may look again. */
	| { readonly type: 'lease-ended'; readonly lease: string }
	/** The licences of these users look different. */
	| { readonly type: 'licences'; readonly users: readonly number[] }
	/** These sessions (their ids) are over. */
	| { readonly type: 'sessions-ended'; readonly sessions: readonly string[] };

export interface Notices extends AsyncDisposable {
	/** Delivered to every listener in every process, this one included, after the call. */
	publish(notice: Notice): Promise<void>;
	/** Returns an unsubscriber. Listeners must not throw. */
	on(listener: (notice: Notice) => void): () => void;
}

const channel = 'microjoule';
/** NOTIFY takes payloads below 8000 bytes. */
const maxPerNotice = 100;
const reconnectMs = 1000;

export async function createNotices(database: PortalDatabase): Promise<Notices> {
	const emitter = new EventEmitter().setMaxListeners(0);
	const on = (listener: (notice: Notice) => void) => {
		emitter.on('notice', listener);
		return () => void emitter.off('notice', listener);
	};
	if (database.url === undefined) return { on, publish: async (notice) => void emitter.emit('notice', notice), [Symbol.asyncDispose]: async () => {} };

	const url = database.url;
	const { Client } = (await import('pg')).default;
	let closed = false;
	let client: pg.Client;
	const listen = async (): Promise<void> => {
		client = new Client(url);
		client.on('notification', ({ payload }) => payload && emitter.emit('notice', JSON.parse(payload)));
		client.on('error', () => {});
		client.on('end', () => !closed && setTimeout(() => !closed && listen().catch(() => {}), reconnectMs).unref());
		await client.connect();
		await client.query(`LISTEN ${channel}`);
	};
	await listen();
	let batch: { readonly payloads: string[]; readonly sent: Promise<void> } | undefined;
	let last: Promise<void> = Promise.resolve();
	return {
		on,
		// Those that come while others are being sent go together.
		publish(notice) {
			if (!batch) {
				const payloads: string[] = [];
				const sent = last.then(async () => {
					batch = undefined;
					await client.query('SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS payload', [channel, payloads]);
				});
				last = sent.catch(() => {});
				batch = { payloads, sent };
			}
			batch.payloads.push(...split(notice).map((part) => JSON.stringify(part)));
			return batch.sent;
		},
		async [Symbol.asyncDispose]() {
			closed = true;
			await client.end().catch(() => {});
		},
	};
}

function split(notice: Notice): Notice[] {
	const key = notice.type === 'revoke' ? 'leases' : notice.type === 'licences' ? 'users' : notice.type === 'sessions-ended' ? 'sessions' : undefined;
	const items = key && ((notice as unknown as Record<string, readonly unknown[]>)[key] ?? []);
	if (!items || items.length <= maxPerNotice) return [notice];
	return Array.from({ length: Math.ceil(items.length / maxPerNotice) }, (_, part) => ({ ...notice, [key]: items.slice(part * maxPerNotice, (part + 1) * maxPerNotice) }) as Notice);
}
