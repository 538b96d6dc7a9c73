/**
 * What a recording survives: SIGKILL at any moment, files cut at any length, any bit flipped, a disk without room. It makes recordings in a
 * temporary folder, harms them, and holds what verify, repair and the reader make of it against what was recorded.
 *
 *   node tools/torture.ts [kills] [damages] [--seed N]       (default 100 and 10000)
 *
 * It prints one JSON line a part, and ends with 1 when a promise was broken. torture.test.ts runs the same in short form.
 */

import { spawn, spawnSync } from 'node:child_process';
import { cpSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { MicrojouleError, messageOf } from '../drivers/errors.ts';
import { Random } from '../drivers/simulator/random.ts';
import { RecordingReader } from '../engine/recording/reader.ts';
import { repair } from '../engine/recording/repair.ts';
import { verify } from '../engine/recording/verify.ts';
import { advance, createTortured, tortureChannels, tortureSample, writeTortured } from './tortured.ts';

export interface Outcome {
	readonly part: string;
	readonly runs: number;
	/** Promises broken, in words; none is the aim. */
	readonly failures: string[];
	readonly [figure: string]: unknown;
}

/** Kinds of files a recording has. */
const kinds = ['.f32', '.128.sum', '.2048.sum', '.32768.sum', 'events.jsonl', 'checksums', 'recording.json', 'start.json'];

/** Recordings in processes of their own, each killed at a random moment, reopened, verified, repaired. */
export async function kills(runs: number, random: Random, atOnce = 2): Promise<Outcome> {
	const root = mkdtempSync(join(tmpdir(), 'microjoule-torture-'));
	const failures: string[] = [];
	let worstS = 0;
	let next = 0;
	const worker = async () => {
		while (next < runs) {
			const run = next++;
			const folder = join(root, `${run}`);
			const afterMs = 20 + random.uniform(0, 1500);
			try {
				const taken = await recordUntilKilled(folder, afterMs);
				worstS = Math.max(worstS, await checkKilled(folder, taken, failures, run));
			} catch (error) {
				failures.push(`kill ${run} after ${afterMs} ms: ${messageOf(error)}`);
			}
			rmSync(folder, { recursive: true, force: true });
		}
	};
	await Promise.all(Array.from({ length: atOnce }, worker));
	rmSync(root, { recursive: true, force: true });
	return { part: 'kills', runs, failures, mostMissingS: worstS };
}

/** Resolves with the seconds that the process said it had recorded. */
function recordUntilKilled(folder: string, afterMs: number): Promise<number> {
	return new Promise((resolve, reject) => {
		const child = spawn(process.execPath, [fileURLToPath(new URL('tortured.ts', import.meta.url)), folder], { stdio: ['ignore', 'pipe', 'inherit'] });
		let takenS = -1;
		createInterface({ input: child.stdout }).on('line', (line) => {
			if (takenS < 0) setTimeout(() => child.kill('SIGKILL'), afterMs);
			takenS = Number(line);
		});
		child.on('error', reject);
		child.on('close', () => (takenS >= 0 ? resolve(takenS) : reject(new Error('the recording process did not begin'))));
	});
}

/** Returns the s that are missing. */
async function checkKilled(folder: string, takenS: number, failures: string[], run: number): Promise<number> {
	let missing = 0;
	const check = async () => {
		using reader = await RecordingReader.open(folder);
		for (const channel of reader.info.channels) {
			const samples = await reader.read(channel, 0, channel.count);
			missing = Math.max(missing, takenS - samples.length / channel.rate);
			const wrong = samples.findIndex((x, n) => !Object.is(x, tortureSample(channel.id, n)));
			if (wrong >= 0) failures.push(`kill ${run}: sample ${wrong} of ${channel.id} is ${samples[wrong]}`);
		}
		for await (const event of reader.events()) if (event.type !== 'log') failures.push(`kill ${run}: event ${JSON.stringify(event)}`);
	};
	await check();
	await repair(folder);
	const { findings } = await verify(folder);
	if (findings.length > 0) failures.push(`kill ${run}: not clean after repair: ${JSON.stringify(findings.slice(0, 2))}`);
	await check();
	if (missing > 1) failures.push(`kill ${run}: ${missing} s are missing`);
	return missing;
}

/** A recording, finished or interrupted, cut (even runs) or with a bit flipped (odd ones) at a random place in each kind of file in turn. */
export async function damages(runs: number, random: Random, finished = true): Promise<Outcome> {
	const root = mkdtempSync(join(tmpdir(), 'microjoule-torture-'));
	const whole = join(root, 'whole');
	await writeTortured(whole, 3, finished);
	const files = readdirSync(whole);
	const failures: string[] = [];
	const seen: Record<string, number> = {};
	for (let run = 0; run < runs; run++) {
		const kind = kinds[(run >> 1) % kinds.length];
		const candidates = files.filter((name) => name.endsWith(kind) && statSync(join(whole, name)).size > 0);
		const file = candidates[random.integer(0, candidates.length - 1)];
		const size = statSync(join(whole, file)).size;
		const at = random.integer(0, size - 1);
		const bit = random.integer(0, 7);
		const how = run % 2 === 0 ? `${file} cut at ${at} of ${size}` : `${file} with bit ${bit} of byte ${at} flipped`;
		seen[kind] = (seen[kind] ?? 0) + 1;
		const folder = join(root, `${run}`);
		mkdirSync(folder);
		// Repair replaces files and truncates only what it has damaged here: the others may be shared.
		for (const name of files) (name === file || name === 'events.jsonl' || !finished ? cpSync : linkSync)(join(whole, name), join(folder, name));
		if (run % 2 === 0) truncateSync(join(folder, file), at);
		else {
			const bytes = readFileSync(join(folder, file));
			bytes[at] ^= 1 << bit;
			writeFileSync(join(folder, file), bytes);
		}
		try {
			for (const problem of await checkDamaged(folder, file, run % 2 === 0, finished)) failures.push(`${how}: ${problem}`);
		} catch (error) {
			failures.push(`${how}: ${error instanceof MicrojouleError ? error.code : 'crash'}: ${error instanceof Error ? error.stack : error}`);
		}
		rmSync(folder, { recursive: true, force: true });
	}
	rmSync(root, { recursive: true, force: true });
	return { part: finished ? 'damages' : 'damages of interrupted recordings', runs, failures, seen };
}

async function checkDamaged(folder: string, file: string, cut: boolean, finished: boolean): Promise<string[]> {
	const problems: string[] = [];
	const before = await verify(folder);
	// Summaries of an interrupted recording may be short.
	const maybeClean = !finished && cut && file.endsWith('.sum');
	if (before.clean && !maybeClean) problems.push('not reported');
	// Of an interrupted recording, what the last lines vouched for is as if it had not been written.
	const unknown = (x: number) => !finished && file === 'checksums' && x === undefined;
	await checkSamples(
		folder,
		problems,
		'before repair',
		(channel, n, x) =>
			unknown(x) || before.findings.some((finding) => finding.file.endsWith(`.${channel}.f32`) && finding.offset < n * 4 + 4 && n * 4 < finding.offset + finding.length),
	);
	const remaining = (await repair(folder)).remaining.filter(({ kind }) => file !== 'checksums' || kind !== 'unvouched'); // nothing may be left to vouch for it
	if (remaining.length > 0) problems.push(`not clean after repair: ${JSON.stringify(remaining.slice(0, 2))}`);
	const isColumn = file.endsWith('.f32');
	await checkSamples(folder, problems, 'after repair', (channel, _, x) => unknown(x) || (isColumn && file.endsWith(`.${channel}.f32`) && Number.isNaN(x)));
	return problems;
}

/** Every sample is the recorded one, or one that `excused` knows about. */
async function checkSamples(folder: string, problems: string[], when: string, excused: (channel: string, n: number, x: number) => boolean): Promise<void> {
	using reader = await RecordingReader.open(folder);
	for (const { id, rate } of tortureChannels) {
		const channel = reader.channel(undefined, id);
		const wanted = 3 * rate;
		const samples = await reader.read(channel, 0, channel.count).catch(() => new Float32Array());
		let wrong = 0;
		for (let n = 0; n < wanted; n++) if (!Object.is(samples[n], tortureSample(id, n)) && !excused(id, n, samples[n])) wrong++;
		if (wrong > 0) problems.push(`${when}, ${wrong} samples of ${id} are wrong or not served`);
		if (when === 'after repair') for await (const event of reader.events()) if (event.type !== 'log' && event.type !== 'gap') problems.push(`event ${JSON.stringify(event)}`);
	}
}

/** A recording onto a disk of `mebibytes`, until that is full. Undefined where this system lets nobody mount one. */
export async function fullDisk(mebibytes = 3): Promise<Outcome> {
	const mount = mkdtempSync(join(tmpdir(), 'microjoule-disk-'));
	const failures: string[] = [];
	if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', mount]).status !== 0) {
		rmdirSync(mount);
		return { part: 'full disk', runs: 0, failures, skipped: 'no small disk can be mounted here' };
	}
	try {
		const folder = join(mount, 'r');
		const { error, takenS } = await recordUntilFull(folder);
		const lostS = error instanceof MicrojouleError && error.code === 'DISK' ? error.details.lostS : undefined;
		if (typeof lostS !== 'number') failures.push(`ended with ${messageOf(error)}`);
		const copy = mkdtempSync(join(tmpdir(), 'microjoule-torture-'));
		try {
			cpSync(folder, copy, { recursive: true }); // a repair needs room
			const missingS = await checkKilled(copy, takenS, failures, 0);
			// The second that was being handed over when the disk was full does not count as taken.
			if (missingS > Number(lostS) + 0.001 || Number(lostS) > missingS + 1.001) failures.push(`${lostS} s are said to be lost, ${missingS} s are`);
			return { part: 'full disk', runs: 1, failures, takenS, lostS };
		} finally {
			rmSync(copy, { recursive: true, force: true });
		}
	} finally {
		spawnSync('umount', [mount]);
		rmdirSync(mount);
	}
}

async function recordUntilFull(folder: string): Promise<{ error: unknown; takenS: number }> {
	const writer = await createTortured(folder);
	let takenS = 0;
	try {
		while (true) {
			await advance(writer, takenS, takenS + 1);
			takenS++;
			await writer.flush();
		}
	} catch {
		const error = await writer.close().then(
			() => undefined,
			(reason: unknown) => reason,
		);
		return { error, takenS };
	}
}

if (import.meta.main) {
	const { positionals, values } = parseArgs({ allowPositionals: true, options: { seed: { type: 'string', default: '1' } } });
	const [killed = 100, damaged = 10_000] = positionals.map(Number);
	const random = new Random(Number(values.seed));
	for (const part of [() => kills(killed, random), () => damages(damaged * 2, random), () => damages(damaged / 5, random, false), () => fullDisk()]) {
		const outcome = await part();
		console.log(JSON.stringify({ ...outcome, failures: outcome.failures.slice(0, 10), failed: outcome.failures.length }));
		if (outcome.failures.length > 0) process.exitCode = 1;
	}
}
