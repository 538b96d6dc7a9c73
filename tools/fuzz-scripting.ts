/**
 * What the scripting server survives: requests of every command with keys dropped, retyped and mis-valued, bytes flipped, cut, doubled and merged, over
 * several connections at once. Every line must be answered by one message that clients can read, no error may be a fault of the program's own, and
 * memory must be what it was.
 *
 *   node --expose-gc tools/fuzz-scripting.ts [requests] [--seed N]       (default 1000000)
 *
 * It prints one JSON line, and ends with 1 when something was found. fuzz-scripting.test.ts runs the same in short form;
 * fuzz-web-socket.ts does the same over WebSocket.
 */

import { parseArgs } from 'node:util';
import { realClock } from '../drivers/clock.ts';
import { MicrojouleError } from '../drivers/errors.ts';
import { Random } from '../drivers/simulator/random.ts';
import type { Command } from '../toolboxes/automation/command.ts';
import { ensureProject } from '../toolboxes/automation/projects.ts';
import { credentials, device, python, pythonJson, type ScriptClient, type ScriptingEngine, validData } from '../toolboxes/automation/testing.ts';
import { libraryProfiles } from '../toolboxes/battery/profile/library/library.ts';
import { type BatteryEngine, openBatteryEngine } from '../toolboxes/battery/testing.ts';
import { commands } from './scripting-reference.ts';

export interface FuzzOutcome {
	readonly requests: number;
	readonly answers: Readonly<Record<string, number>>;
	/** Connections that the server ended, as it does after what looks like HTTP. */
	readonly hungUp: number;
	/** What must not be, in words; none is the aim. */
	readonly failures: string[];
	/** Growth from the first tenth of the run to its end, bytes; with --expose-gc. */
	readonly heapGrowth: number | undefined;
	readonly seconds: number;
}

const batch = 100;
/** Many: some commands wait for the device. */
const connections = 40;
/** ms: a batch that is not answered by then hangs. */
const hangsMs = 30_000;
/** What makes files, ends sessions or keeps a device busy for seconds comes seldom: it is the other requests that a million are for. */
const seldom =
	/^(otii_(login|logout|create_project|open_project|reserve_license|return_license)|project_(save|close|crop_data|start_recording|stop_recording)|recording_(delete|downsample_channel|import_log))$/;
/** The device is busy for seconds, and everything else waits. */
const busy = /^arc_(calibrate|firmware_upgrade)$/;
/** A setting takes the device 10 ms. */
const settings = /^(arc_set_|arc_enable_|arc_get_value|arc_get_gpi|otii_set_all_main)/;
/** Not the program's end, and not what waits for as long as it is told. */
const rows = commands.filter(({ name }) => !['otii_shutdown', 'arc_wait_for_battery_data'].includes(name));
const shares = [
	{ share: 0.00005, rows: rows.filter(({ name }) => busy.test(name)) },
	{ share: 0.002, rows: rows.filter(({ name }) => seldom.test(name)) },
	{ share: 0.1, rows: rows.filter(({ name }) => settings.test(name)) },
	{ share: 1, rows: rows.filter(({ name }) => ![seldom, busy, settings].some((kind) => kind.test(name))) },
];
const strange = [
	null,
	true,
	false,
	0,
	-1,
	1.5,
	1e300,
	-1e300,
	1e-320,
	'',
	'x',
	'mc',
	'rx',
	'\u0000',
	'☃😀',
	'../../etc',
	'x'.repeat(5000),
	[],
	[[]],
	{},
	{ a: 1 },
	2 ** 53,
	4294967296,
];
/** What clients' exceptions read, by code. */
const needed: Readonly<Record<string, Readonly<Record<string, string>>>> = {
	'Device not connected': { device_id: 'string' },
	'Invalid key type': { key: 'string', expected_type: 'string', received_type: 'string' },
	'Invalid key value': { key: 'string' },
	'Missing key in request': { key: 'string' },
	'Not able to parse request': { parse_error: 'string' },
	'Request too large': { read_size: 'string' },
};

export async function fuzz(requests: number, seed: number): Promise<FuzzOutcome> {
	await using opened = await openBatteryEngine({ clock: realClock, devices: (clock) => [device(clock)], licences: ['Enterprise'], confined: true });
	const { engine } = opened;
	const failures: string[] = [];
	const answers: Record<string, number> = {};
	using first = await engine.client();
	const startedAt = performance.now();
	let sent = 0;
	let hungUp = 0;
	let heap: number | undefined;
	const worker = async (number: number) => {
		const random = new Random(seed, number);
		let client = await engine.client();
		while (sent < requests && failures.length < 20) {
			sent += batch;
			const text = Buffer.concat(Array.from({ length: batch }, () => mutated(random, opened)));
			const gone = await exchange(client, text, answers, failures);
			if (gone) {
				hungUp++;
				client[Symbol.dispose]();
				client = await engine.client();
			}
			client.raw = '';
			if (number === 0) {
				await regain(engine);
				if (heap === undefined && sent > requests / 10) heap = heapUsed();
			}
		}
		client[Symbol.dispose]();
	};
	await Promise.all(Array.from({ length: connections }, (_, number) => worker(number)));
	await first.do('otii_is_logged_in');
	const now = heapUsed();
	return {
		requests: sent,
		answers,
		hungUp,
		failures,
		heapGrowth: now === undefined || heap === undefined ? undefined : now - heap,
		seconds: Math.round((performance.now() - startedAt) / 100) / 10,
	};
}

export function heapUsed(): number | undefined {
	if (!globalThis.gc) return undefined;
	globalThis.gc();
	return process.memoryUsage().heapUsed;
}

/** What was signed out, returned, closed or deleted is had again: refusals for want of it test little. */
export async function regain({ licensing, licences, bench, context }: ScriptingEngine): Promise<void> {
	await ensureProject(context);
	if (bench.recordings().length === 0) await bench.startRecording({});
	if (licensing.gate.isOpen('automation')) return;
	if (licensing.user === null) await licensing.login(credentials.username, credentials.password);
	using connection = licensing.connection();
	for (const licence of licences) await connection.reserve(licence);
}

/** Sends a batch and a last request that is whole, and reads until that is answered. True: the server hung up. */
async function exchange(client: ScriptClient, text: Buffer, answers: Record<string, number>, failures: string[]): Promise<boolean> {
	const last = `last ${Math.random()}`;
	let answered = 0;
	client.write(text);
	// The batch may end in the middle of a line.
	client.write(`\n${python.text('otii_is_logged_in', undefined, last)}\r\n`);
	for (;;) {
		let timer: NodeJS.Timeout | undefined;
		const hanging = new Promise<'hangs'>((resolve) => {
			timer = setTimeout(resolve, hangsMs, 'hangs');
		});
		const line = await Promise.race([client.line(), hanging]);
		clearTimeout(timer);
		if (line === 'hangs') {
			const request = text
				.toString('latin1')
				.split('\n')
				.filter((each) => each.trim() !== '')[answered];
			failures.push(`nothing for ${hangsMs / 1000} s after ${request?.slice(0, 500)}`);
			return true;
		}
		if (line === undefined) return true;
		if (!line.startsWith('{"type":"progress"')) answered++;
		const problem = judge(line, answers);
		if (problem !== undefined) failures.push(`${problem}: ${line.slice(0, 400)}`);
		if (line.includes(last)) return false;
	}
}

export function judge(line: string, answers: Record<string, number>): string | undefined {
	// biome-ignore lint/suspicious/noExplicitAny: it is looked at here
	let message: any;
	try {
		message = JSON.parse(line);
	} catch {
		return 'no JSON';
	}
	if (!/^[\x20-\x7e]*$/.test(line)) return 'not ASCII';
	const kind = message.type === 'error' ? message.errorcode : message.type;
	answers[kind] = (answers[kind] ?? 0) + 1;
	if (message.type === 'response' || message.type === 'progress') return typeof message.cmd === 'string' ? undefined : 'no cmd';
	if (message.type !== 'error') return 'neither response, progress nor error';
	if (typeof message.cmd !== 'string' || typeof message.trans_id !== 'string') return 'no cmd or trans_id';
	if (typeof message.data?.message !== 'string' || message.data.message === '') return 'no message';
	for (const [key, type] of Object.entries(needed[message.errorcode] ?? {})) if (typeof message.data[key] !== type) return `no ${key}`;
	if (message.errorcode === 'Invalid key value' && !('value' in message.data)) return 'no value';
	if (
		message.errorcode !== 'Invalid command' &&
		/is not a function|is not iterable|cannot read|undefined|not defined|NaN|\[object/i.test(message.data.message.replace(/"(?:[^"\\]|\\.)*"/g, ''))
	)
		return 'a fault of the program';
	return undefined;
}

export function pick<T>(random: Random, list: readonly T[]): T {
	return list[random.integer(0, list.length - 1)];
}

/** One request, or what is left of it. */
export function mutated(random: Random, opened: BatteryEngine): Buffer {
	const chance = random.uniform(0, 1);
	const row: Command = pick(random, shares.find(({ share }) => chance < share)?.rows ?? rows);
	const bytes = mutatedRequest(random, opened, row, validData(row, opened.engine.bench.devices()[0].id));
	return Buffer.concat([bytes, Buffer.from(pick(random, ['\r\n', '\n']))]);
}

export function mutatedRequest(random: Random, { engine: { bench, context }, battery }: BatteryEngine, row: Command, data: Record<string, unknown>): Buffer {
	if ('project_id' in data) data.project_id = context.activeProjectId;
	if ('recording_id' in data) data.recording_id = Number(bench.recordings().at(-1)?.id ?? 1);
	if ('battery_profile_id' in data) data.battery_profile_id = pick(random, libraryProfiles).id;
	if ('battery_emulator_id' in data) data.battery_emulator_id = battery.supplies.get(bench.devices()[0].id)?.id ?? 'none';
	// A channel's data without an end would be most of the run.
	if (row.name === 'recording_get_channel_data') data.count = random.integer(0, 20);
	const keys = Object.keys(data);
	const request: Record<string, unknown> = { type: 'request', cmd: row.name, trans_id: String(random.next()), data };
	for (let changes = random.integer(0, 3); changes > 0; changes--) {
		const where = random.uniform(0, 1) < 0.8 && keys.length > 0 ? data : request;
		const key = pick(random, [...Object.keys(where), 'more', '__proto__']);
		const how = random.integer(0, 4);
		if (how === 0) delete where[key];
		else if (how === 1 && typeof where[key] === 'number') where[key] = (where[key] as number) * pick(random, [-1, 0, 0.5, 2, 1e6, 1e15, 1e300]);
		else Object.defineProperty(where, key, { value: pick(random, strange), enumerable: true, configurable: true, writable: true });
	}
	const bytes = Buffer.from(random.integer(0, 1) === 0 ? JSON.stringify(request) : pythonJson(request));
	return random.uniform(0, 1) < 0.25 ? damaged(random, bytes) : bytes;
}

function damaged(random: Random, whole: Buffer): Buffer {
	const bytes = Buffer.from(whole);
	const at = random.integer(0, bytes.length - 1);
	switch (random.integer(0, 4)) {
		case 0:
			bytes[at] ^= 1 << random.integer(0, 7);
			return bytes;
		case 1:
			return bytes.subarray(0, at);
		case 2:
			return Buffer.concat([bytes.subarray(0, at), bytes]);
		case 3:
			return Buffer.concat([bytes.subarray(0, at), Buffer.from(Array.from({ length: random.integer(1, 30) }, () => random.integer(0, 255))), bytes.subarray(at)]);
		default:
			return Buffer.concat([bytes.subarray(0, at), Buffer.from('['.repeat(random.integer(1, 3000))), bytes.subarray(at)]);
	}
}

async function main(): Promise<void> {
	const { values, positionals } = parseArgs({ allowPositionals: true, options: { seed: { type: 'string', default: '1' } } });
	const [requests, seed] = [Number(positionals[0] ?? 1_000_000), Number(values.seed)];
	if (!(requests > 0) || !Number.isInteger(seed)) throw new MicrojouleError('INVALID_VALUE', 'Usage: node --expose-gc tools/fuzz-scripting.ts [requests] [--seed N]');
	const outcome = await fuzz(requests, seed);
	console.log(JSON.stringify({ ...outcome, residentBytes: process.memoryUsage().rss }));
	process.exitCode = outcome.failures.length > 0 ? 1 : 0;
}

if (import.meta.main) await main();
