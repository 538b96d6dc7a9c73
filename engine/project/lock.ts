/**
 * One writer a project: the file project.lock names the process that may change it. Whoever comes second reads only. A lock whose process is
 * gone is taken over; one of another computer cannot be judged from here and is respected. A running engine also notes its address there, so
 * that a program that finds the project taken can ask the engine instead. The address is all: no secret stands in a file that others can read.
 *
 * The lock is a courtesy between programs, no safeguard against a hostile one.
 */

import { existsSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { link, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

/** What project.lock says. */
export interface LockHolder {
	readonly pid: number;
	readonly host: string;
	/** When the process began, in clock ticks since boot, where the system tells: a number used again is another process. */
	readonly processStart?: string;
	/** ISO 8601, UTC. */
	readonly since: string;
	/** Tells two holders in one process apart. */
	readonly token: string;
	/** Where the holder answers over HTTP, on this computer only. */
	readonly engine?: string;
}

export const lockFileName = 'project.lock';

/** How often, and after which pause, a lock is tried for while others take a stale one over. */
const rounds = 50;
const pauseMs = 5;
/** Taking over lasts less than a millisecond. */
const guardLifeMs = 10_000;

/** Locks that this process must not leave behind when it ends without closing its projects. */
const held = new Set<ProjectLock>();
let atExit = false;

export class ProjectLock {
	readonly #path: string;
	#text: string;

	/** Takes the lock of the project in `folder`; where another holds it, says who. Throws what the disk says. */
	static async take(folder: string): Promise<ProjectLock | LockHolder> {
		const path = join(folder, lockFileName);
		const mine = self();
		const lock = new ProjectLock(path, JSON.stringify(mine));
		for (let round = 0; round < rounds; round++) {
			if (round > 0) await setTimeout(pauseMs);
			if (await createWhole(path, lock.#text, mine.token)) {
				lock.#hold();
				return lock;
			}
			const holder = await holderOf(path);
			if (holder && isAlive(holder)) return holder;
			await removeStale(path);
		}
		return (await holderOf(path)) ?? { ...mine, pid: 0 };
	}

	private constructor(path: string, text: string) {
		this.#path = path;
		this.#text = text;
	}

	/** Notes where the holder answers. Throws what the disk says. */
	announce(engine: string): void {
		if (!held.has(this)) return;
		const text = JSON.stringify({ ...(JSON.parse(this.#text) as LockHolder), engine });
		const temporary = `${this.#path}.announce`;
		writeFileSync(temporary, text);
		renameSync(temporary, this.#path);
		this.#text = text;
	}

	/** Idempotent; never removes a lock that has become another's. */
	release(): void {
		if (!held.delete(this)) return;
		try {
			if (readFileSync(this.#path, 'utf8') === this.#text) unlinkSync(this.#path);
		} catch {} // gone with its folder, or the disk is: nothing is left to release
	}

	#hold(): void {
		held.add(this);
		if (atExit) return;
		atExit = true;
		process.once('exit', () => {
			for (const lock of held) lock.release();
		});
	}
}

/** Who holds the project in `folder` now; undefined when nobody does. */
export async function lockHolder(folder: string): Promise<LockHolder | undefined> {
	const holder = await holderOf(join(folder, lockFileName));
	return holder && isAlive(holder) ? holder : undefined;
}

/** Who holds a project, in words. */
export function describeHolder({ pid, host, since, engine }: LockHolder): string {
	return `process ${pid}${host === hostname() ? '' : ` on ${host}`}${engine === undefined ? '' : `, the engine at ${engine}`}, since ${since}`;
}

function self(): LockHolder {
	return { pid: process.pid, host: hostname(), processStart: processStart(process.pid), since: new Date().toISOString(), token: crypto.randomUUID() };
}

/** Creates the lock with its content at once, so that nobody ever reads half of it. Returns false when there is one. */
async function createWhole(path: string, text: string, token: string): Promise<boolean> {
	const temporary = `${path}.${token}`;
	await writeFile(temporary, text);
	try {
		await link(temporary, path);
		return true;
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		if (code === 'EEXIST') return false;
		// A file system without hard links (exFAT): the content then follows a moment after the name.
		return await writeFile(path, text, { flag: 'wx' }).then(
			() => true,
			(failure: NodeJS.ErrnoException) => {
				if (failure.code === 'EEXIST') return false;
				throw failure;
			},
		);
	} finally {
		await rm(temporary, { force: true });
	}
}

/**
 * Two may find the same stale lock, and the slower one must not remove what the faster one has put in its place. So whoever removes one holds
 * a second file meanwhile, and looks again. Should a program die in just these moments, that file counts for nothing after a while.
 */
async function removeStale(path: string): Promise<void> {
	const guard = `${path}.takeover`;
	try {
		await writeFile(guard, '', { flag: 'wx' });
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
		const age = Date.now() - ((await stat(guard).catch(() => undefined))?.mtimeMs ?? Date.now());
		if (age > guardLifeMs) await rm(guard, { force: true });
		return; // another one is at it
	}
	try {
		const holder = await holderOf(path);
		if (!holder || !isAlive(holder)) await rm(path, { force: true });
	} finally {
		await rm(guard, { force: true });
	}
}

async function holderOf(path: string): Promise<LockHolder | undefined> {
	return parse(await readFile(path, 'utf8').catch(() => ''));
}

function parse(text: string): LockHolder | undefined {
	try {
		const holder = JSON.parse(text) as LockHolder;
		return Number.isInteger(holder?.pid) && typeof holder.host === 'string' ? holder : undefined;
	} catch {
		return undefined;
	}
}

function isAlive({ pid, host, processStart: started }: LockHolder): boolean {
	if (host !== hostname()) return true;
	try {
		process.kill(pid, 0);
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM'; // alive, but another user's
	}
	return started === undefined || started === (processStart(pid) ?? started);
}

/** Linux only: field 22 of /proc/<pid>/stat, counted behind the name, which may hold spaces. */
function processStart(pid: number): string | undefined {
	const path = `/proc/${pid}/stat`;
	if (!existsSync(path)) return undefined;
	const text = readFileSync(path, 'utf8');
	return text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
}
