/**
 * The licence portal: reservations and returns a second over the WebSocket, how fast a push reaches connected engines, and what one costs in
 * memory. The portal is in this process, the engines are plain WebSocket clients in a child process (this file again, see the end).
 */

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { WebSocket } from 'ws';
import { startPostgres } from '../toolboxes/licensing/portal/database/testing.ts';
import { createPortal, type Portal } from '../toolboxes/licensing/portal/portal.ts';
import { type Bench, figure, inRounds } from './harness.ts';

const engineCount = 1000;
/** Each with a licence of its own. */
const busyEngines = 32;
const actions = 3000;
const singleActions = 500;

/** ms on a clock that both processes share. */
const clock = () => Number(process.hrtime.bigint()) / 1e6;

/** Calls of the child. */
interface Calls {
	/** Connects one engine a token; `after` says hello. */
	connect(url: string, tokens: readonly string[]): void;
	disconnect(): void;
	/** When each engine has had one push of this kind since `connect` or the last call: the times. */
	arrivals(push: string, count: number): number[];
	/** Reserves and returns, each engine its licence, until `count` actions are done: ms. */
	work(licences: readonly number[], count: number): number;
}

class Engines {
	readonly #child: ChildProcess = fork(import.meta.filename, { stdio: 'inherit' });
	#id = 0;

	async call<Name extends keyof Calls>(name: Name, ...args: Parameters<Calls[Name]>): Promise<ReturnType<Calls[Name]>> {
		const id = ++this.#id;
		this.#child.send({ id, name, args });
		for (;;) {
			const [answer] = await once(this.#child, 'message');
			if (answer.id === id) return answer.result;
		}
	}

	stop(): void {
		this.#child.kill();
	}
}

/** A portal with users, their sessions, and a licence each for the first of them. */
async function prepare(database: string, outbox: string, users: number, licences: number) {
	const portal = await createPortal({ database, port: 0, outbox });
	const { db } = portal.context.database;
	const now = Date.now();
	const rows = Array.from({ length: users }, (_, k) => ({
		name: `u${k}`,
		name_key: `u${k}`,
		email: `${k}@x`,
		email_key: `${k}@x`,
		password: '-',
		verified_at: now,
		admin: 0,
		terms_accepted_at: now,
		created_at: now,
	}));
	const ids = (await db.insertInto('users').values(rows).returning('id').execute()).map(({ id }) => id);
	const tokens: string[] = [];
	for (const id of ids) tokens.push(await portal.services.sessions.create(id, 'engine'));
	const granted = await portal.context.database.transaction(async (tx) => {
		const all: number[] = [];
		for (const ownerId of ids.slice(0, licences))
			all.push(...(await portal.services.licences.grant(tx, { id: null, name: 'bench' }, { ownerId, type: 'Automation', term: 'perpetual', expiresAt: null })));
		return all;
	});
	return { portal, ids, tokens, licences: granted };
}

const socketUrl = (portal: Portal) => `${portal.url.replace('http', 'ws')}/api/engine`;

/** Commits of a page a second that the disk itself allows. */
function syncedWrites(folder: string): number {
	const file = openSync(join(folder, 'plain'), 'w');
	const page = Buffer.alloc(4096);
	const begin = performance.now();
	for (let k = 0; k < singleActions; k++) {
		writeSync(file, page);
		fdatasyncSync(file);
	}
	closeSync(file);
	return (singleActions / (performance.now() - begin)) * 1000;
}

function percentile(values: readonly number[], share: number): number {
	return [...values].sort((a, b) => a - b)[Math.ceil(values.length * share) - 1];
}

export const bench: Bench = {
	brief: 'licence portal: reservations and returns over the WebSocket, pushes to 1000 engines, memory an engine; the network left out',
	async run(report, { rounds }) {
		const folder = mkdtempSync(join(tmpdir(), 'microjoule-bench-'));
		const postgres = await startPostgres();
		const engines = new Engines();
		setFlagsFromString('--expose-gc');
		const collect = runInNewContext('gc') as () => void;
		const used = () => {
			collect();
			const { heapUsed, external } = process.memoryUsage();
			return heapUsed + external;
		};
		try {
			for (const [name, database] of [
				['SQLite', join(folder, 'busy.db')],
				['PostgreSQL', await postgres.fresh()],
			] as const) {
				const { portal, tokens, licences } = await prepare(database, folder, busyEngines, busyEngines);
				await using _ = portal;
				await engines.call('connect', socketUrl(portal), tokens);
				const speed = async (of: readonly number[], count: number) => (count / (await engines.call('work', of, count))) * 1000;
				const runs = await inRounds({ one: () => speed(licences.slice(0, 1), singleActions), many: () => speed(licences, actions), disk: () => syncedWrites(folder) }, rounds);
				await engines.call('disconnect');
				const reference: Record<string, readonly number[]> = name === 'SQLite' ? { 'synced writes': runs.disk } : {};
				report.figure(figure('portal', `${name}: reservations and returns, ${busyEngines} engines`, '1/s', runs.many, reference));
				report.figure(figure('portal', `${name}: reservations and returns, one engine`, '1/s', runs.one, reference));
				if (name === 'SQLite') report.figure(figure('portal', 'synced writes of 4 KiB', '1/s', runs.disk));
			}
			report.note('SQLite has every action on the disk before it is answered; the PostgreSQL here is on this machine and does not sync');

			const { portal, ids, tokens, licences } = await prepare(join(folder, 'many.db'), folder, engineCount, 1);
			await using _ = portal;
			const rss = process.memoryUsage().rss;
			await engines.call('connect', socketUrl(portal), tokens);
			report.note(`resident memory of the portal with ${engineCount} engines: ${Math.round((process.memoryUsage().rss - rss) / 2 ** 20)} MB more than without`);
			const all: number[][] = [];
			const single: number[] = [];
			const runs = await inRounds(
				{
					push: async () => {
						const arrived = engines.call('arrivals', 'licences', engineCount);
						const begin = clock();
						await portal.services.licences.changed(ids);
						const latencies = (await arrived).map((time) => time - begin);
						all.push(latencies);
						return percentile(latencies, 0.5);
					},
					revoke: async () => {
						const latencies: number[] = [];
						for (let k = 0; k < 20; k++) {
							await engines.call('work', licences, 1);
							const arrived = engines.call('arrivals', 'revoke', 1);
							const begin = clock();
							await portal.services.licences.return(licences[0], { id: ids[0], name: 'u0' });
							latencies.push((await arrived)[0] - begin);
						}
						single.push(...latencies);
						return percentile(latencies, 0.5);
					},
					memory: async () => {
						await engines.call('disconnect');
						const before = await settled(() => portal.engines.connections === 0, used);
						await engines.call('connect', socketUrl(portal), tokens);
						return (used() - before) / engineCount / 1024;
					},
				},
				rounds,
			);
			report.figure(figure('portal', `push to ${engineCount} engines at once, p50`, 'ms', runs.push));
			report.figure(
				figure(
					'portal',
					`push to ${engineCount} engines at once, p99`,
					'ms',
					all.slice(1).map((latencies) => percentile(latencies, 0.99)),
				),
			);
			report.figure(figure('portal', `return in the portal to the lock of one of ${engineCount} engines, p50`, 'ms', runs.revoke));
			report.note(`of these ${single.length} returns the p99 is ${percentile(single, 0.99).toFixed(1)} ms`);
			report.figure(figure('portal', 'memory of a connected engine: heap and buffers', 'KiB', runs.memory));
		} finally {
			engines.stop();
			await postgres.stop();
			rmSync(folder, { recursive: true, force: true });
		}
	},
};

async function settled<T>(condition: () => boolean, then: () => T): Promise<T> {
	while (!condition()) await new Promise((resolve) => setImmediate(resolve));
	return then();
}

/** The child: engines that answer revocations, and note when they are told something. */
class Client {
	readonly socket: WebSocket;
	readonly #waiting = new Map<number, (answer: never) => void>();
	#id = 0;
	pushed: (push: string, time: number) => void = () => {};

	constructor(url: string, token: string) {
		this.socket = new WebSocket(url, { headers: { authorization: `Bearer ${token}` }, perMessageDeflate: false });
		this.socket.on('message', (data) => {
			const time = clock();
			const message = JSON.parse(String(data));
			if (message.push === undefined) {
				this.#waiting.get(message.id)?.(message as never);
				this.#waiting.delete(message.id);
				return;
			}
			this.pushed(message.push, time);
			if (message.push === 'revoke') void this.ask({ type: 'revoked', lease: message.lease });
		});
	}

	ask(request: object): Promise<{ readonly error?: object }> {
		const id = ++this.#id;
		this.socket.send(JSON.stringify({ id, ...request }));
		return new Promise((resolve) => this.#waiting.set(id, resolve));
	}
}

function serveCalls(): void {
	let clients: Client[] = [];
	const calls: { [Name in keyof Calls]: (...args: Parameters<Calls[Name]>) => Promise<ReturnType<Calls[Name]>> } = {
		async connect(url, tokens) {
			for (let from = 0; from < tokens.length; from += 50) {
				const some = tokens.slice(from, from + 50).map((token) => new Client(url, token));
				await Promise.all(some.map(({ socket }) => once(socket, 'open')));
				clients.push(...some);
			}
			await Promise.all(clients.map((client, k) => client.ask({ type: 'hello', computer: { id: `computer-of-engine-${k}`, hostname: `pc${k}` }, version: '1', leases: [] })));
		},
		async disconnect() {
			const closed = clients.map(({ socket }) => once(socket, 'close'));
			for (const { socket } of clients) socket.close();
			await Promise.all(closed);
			clients = [];
		},
		arrivals: (push, count) =>
			new Promise((resolve) => {
				const times: number[] = [];
				for (const client of clients)
					client.pushed = (kind, time) => {
						if (kind !== push) return;
						times.push(time);
						client.pushed = () => {};
						if (times.length === count) resolve(times);
					};
			}),
		async work(licences, count) {
			let left = count;
			const begin = clock();
			await Promise.all(
				licences.map(async (licence, k) => {
					for (let reserve = true; left > 0; reserve = !reserve) {
						left--;
						const { error } = await clients[k].ask({ type: reserve ? 'reserve' : 'return', licence });
						if (error) throw new Error(JSON.stringify(error));
					}
				}),
			);
			return clock() - begin;
		},
	};
	process.on('message', async ({ id, name, args }: { id: number; name: keyof Calls; args: never[] }) => {
		const result = await (calls[name] as (...args: never[]) => Promise<unknown>)(...args);
		process.send?.({ id, result });
	});
	process.on('disconnect', () => process.exit());
}

if (process.argv[1] === import.meta.filename) serveCalls();
