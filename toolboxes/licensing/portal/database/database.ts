/**
 * Opens the portal's database: a SQLite file through `node:sqlite`, or PostgreSQL. Queries are written once with Kysely; the two things
 * that differ, row locks and notifications, are here and in `notices.ts`.
 */

import { chmodSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { Kysely, PostgresDialect, type SqliteDatabase, SqliteDialect, type Transaction } from 'kysely';
import { Migrator } from 'kysely/migration';
import { MicrojouleError, messageOf } from '../../../../drivers/errors.ts';
import { migrationsFor } from './migrations.ts';
import type { Tables } from './tables.ts';

export type Db = Kysely<Tables>;
export type Tx = Transaction<Tables>;

const deadlockRetries = 3;

export interface PortalDatabase extends AsyncDisposable {
	readonly db: Db;
	readonly kind: 'sqlite' | 'postgres';
	/** Connections and LISTEN need the address itself; undefined for SQLite. */
	readonly url: string | undefined;
	/**
	 * Runs `work` in a transaction. On PostgreSQL it runs at READ COMMITTED: lock what you read and then write with `forUpdate`; where two
	 * transactions wait for each other, one is undone, and its `work` runs again. On SQLite transactions of a process come one after the other.
	 */
	transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
	/** Adds FOR UPDATE where the database has it. */
	forUpdate<Q extends { forUpdate(): Q }>(query: Q): Q;
	close(): Promise<void>;
}

/** `where` is a file's path, ':memory:', or a postgres:// address. Brings the tables up to date. DISK, NEWER_VERSION, PORTAL_UNREACHABLE. */
export async function openDatabase(where: string): Promise<PortalDatabase> {
	const kind = /^postgres(?:ql)?:\/\//.test(where) ? 'postgres' : 'sqlite';
	const db = new Kysely<Tables>({ dialect: kind === 'postgres' ? await postgres(where) : new SqliteDialect({ database: sqlite(where) }) });
	try {
		const { error } = await new Migrator({ db, provider: { getMigrations: async () => migrationsFor(kind) } }).migrateToLatest();
		if (error) throw error;
	} catch (error) {
		await db.destroy();
		const message = messageOf(error);
		if (message.includes('missing') && message.includes('migration'))
			throw new MicrojouleError('NEWER_VERSION', `The portal's database was written by a newer version of Microjoule; update this program.`, {}, error);
		throw new MicrojouleError('DISK', `The portal's database cannot be opened or brought up to date: ${message}`, { database: withoutPassword(where) }, error);
	}
	const close = () => db.destroy();
	return {
		db,
		kind,
		url: kind === 'postgres' ? where : undefined,
		transaction: (work) => withoutDeadlock(() => db.transaction().execute(work)),
		forUpdate: (query) => (kind === 'postgres' ? query.forUpdate() : query),
		close,
		[Symbol.asyncDispose]: close,
	};
}

/** Only PostgreSQL has them (error 40P01), and undoes all that the transaction did. */
async function withoutDeadlock<T>(run: () => Promise<T>): Promise<T> {
	for (let left = deadlockRetries; ; left--) {
		try {
			return await run();
		} catch (error) {
			if (left === 0 || (error as { code?: unknown }).code !== '40P01') throw error;
		}
	}
}

/** Its driver is loaded here: an embedded portal never needs it. */
async function postgres(url: string): Promise<PostgresDialect> {
	const { default: pg } = await import('pg');
	// Times and counts are int8 and stay far below 2^53.
	const types = {
		getTypeParser: ((oid: number, format?: 'text') => (oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format))) as typeof pg.types.getTypeParser,
	};
	const pool = new pg.Pool({ connectionString: url, max: 10, types });
	pool.on('error', () => {}); // an idle connection that breaks is replaced; whoever queries next is told if that fails
	return new PostgresDialect({ pool });
}

/** `node:sqlite` as Kysely's SQLite dialect wants it. A commit is on the disk before it is acknowledged. */
function sqlite(file: string): SqliteDatabase {
	if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true });
	let database: DatabaseSync;
	try {
		database = new DatabaseSync(file);
		if (file !== ':memory:') chmodSync(file, 0o600);
		database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000');
	} catch (error) {
		throw new MicrojouleError('DISK', `The portal's database ${file} cannot be opened: ${messageOf(error)}`, { file }, error);
	}
	return {
		close: () => database.close(),
		prepare(sql) {
			const statement = database.prepare(sql);
			const values = (parameters: readonly unknown[]) => parameters as SQLInputValue[];
			return {
				reader: statement.columns().length > 0,
				all: (parameters) => statement.all(...values(parameters)),
				run: (parameters) => statement.run(...values(parameters)),
				iterate: (parameters) => statement.iterate(...values(parameters)),
			};
		},
	};
}

function withoutPassword(where: string): string {
	return where.replace(/^(postgres(?:ql)?:\/\/[^:/@]*):[^@]*@/, '$1:…@');
}
