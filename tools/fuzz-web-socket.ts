/**
 * What the WebSocket of scripting survives: the mutated requests of fuzz-scripting.ts, many under way at a time, with subscriptions that come and go between
 * them, binary frames, and frames that are no UTF-8, after which the connection has to end.
 *
 *   node --expose-gc tools/fuzz-web-socket.ts [requests] [--seed N]       (default 1000000)
 */

import { isUtf8 } from 'node:buffer';
import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';
import { realClock } from '../drivers/clock.ts';
import { MicrojouleError } from '../drivers/errors.ts';
import { Random } from '../drivers/simulator/random.ts';
import { subscriptionCommands } from '../toolboxes/automation/commands/subscription.ts';
import { device } from '../toolboxes/automation/testing.ts';
import { WebSocketEngine } from '../toolboxes/automation/web-socket-testing.ts';
import { type BatteryEngine, openBatteryEngine } from '../toolboxes/battery/testing.ts';
import { type FuzzOutcome, heapUsed, judge, mutated, mutatedRequest, pick, regain } from './fuzz-scripting.ts';

const batch = 100;
const connections = 8;
/** ms: a batch that is not answered by then hangs. */
const hangsMs = 30_000;
/** Of requests that concern subscriptions, and of frames that are binary. */
const subscriptionShare = 0.3;
const binaryShare = 0.02;
/** Of damaged frames that are sent as text although they are no UTF-8: each ends its connection. */
const invalidShare = 0.01;

export interface WebSocketFuzzOutcome extends FuzzOutcome {
	/** Frames of samples that came besides. */
	readonly frames: number;
}

export async function fuzzWebSocket(requests: number, seed: number): Promise<WebSocketFuzzOutcome> {
	const battery = await openBatteryEngine({ clock: realClock, devices: (clock) => [device(clock)], licences: ['Enterprise'], confined: true });
	const { engine } = battery;
	await using opened = await WebSocketEngine.over(engine);
	const failures: string[] = [];
	const answers: Record<string, number> = {};
	const startedAt = performance.now();
	let [sent, hungUp, frames] = [0, 0, 0];
	let heap: number | undefined;
	const worker = async (number: number) => {
		const random = new Random(seed, number);
		while (sent < requests && failures.length < 20) {
			const connection = new Connection(opened.url, answers, failures);
			for (let batches = random.integer(1, 50); batches > 0 && sent < requests && !connection.closed; batches--) {
				sent += batch;
				await connection.exchange(Array.from({ length: batch }, () => request(random, battery)));
				if (number !== 0) continue;
				await regain(engine);
				if (heap === undefined && sent > requests / 10) heap = heapUsed();
			}
			if (connection.closed) hungUp++;
			frames += connection.frames;
			// Some leave in the middle of what they asked for.
			if (random.integer(0, 1) === 0 && !connection.closed) connection.send(request(random, battery));
			connection.socket.terminate();
		}
	};
	await Promise.all(Array.from({ length: connections }, (_, number) => worker(number)));
	using last = await opened.client();
	await last.ask('otii_is_logged_in');
	const now = heapUsed();
	return {
		requests: sent,
		answers,
		hungUp,
		frames,
		failures,
		heapGrowth: now === undefined || heap === undefined ? undefined : now - heap,
		seconds: Math.round((performance.now() - startedAt) / 100) / 10,
	};
}

interface Frame {
	readonly bytes: Buffer;
	readonly binary: boolean;
}

function request(random: Random, battery: BatteryEngine): Frame {
	const bytes = requestBytes(random, battery);
	return { bytes, binary: random.uniform(0, 1) < binaryShare || (!isUtf8(bytes) && random.uniform(0, 1) >= invalidShare) };
}

function requestBytes(random: Random, battery: BatteryEngine): Buffer {
	if (random.uniform(0, 1) >= subscriptionShare) return mutated(random, battery);
	const row = pick(random, subscriptionCommands);
	const [{ id }] = battery.engine.bench.devices();
	const channel = () => ({ device_id: id, channel: pick(random, ['mc', 'mv', 'mp', 'rx', 'sp']) });
	const all: Record<string, unknown> = {
		channels: Array.from({ length: random.integer(1, 3) }, channel),
		recording_id: 1,
		rate: pick(random, [0.1, 1, 333, 4000, 1e9]),
		from: random.uniform(0, 2),
		to: random.uniform(0, 4),
		credit: random.integer(1, 5),
		events: ['log', 'edge'],
		devices: true,
		licences: true,
		subscription: random.integer(1, 40),
		frames: random.integer(1, 10),
	};
	const wanted = Object.keys(row.request.properties).filter((key) => row.request.required?.includes(key as never) || random.uniform(0, 1) < 0.3);
	return mutatedRequest(random, battery, row, Object.fromEntries(wanted.map((key) => [key, all[key]])));
}

class Connection {
	readonly socket: WebSocket;
	closed = false;
	frames = 0;
	readonly #failures: string[];
	readonly #open: Promise<void>;
	#answered = 0;
	#wake: () => void = () => {};

	constructor(url: string, answers: Record<string, number>, failures: string[]) {
		this.#failures = failures;
		this.socket = new WebSocket(url);
		this.#open = new Promise((resolve) => this.socket.once('open', resolve));
		this.socket.on('error', () => {});
		this.socket.on('close', () => {
			this.closed = true;
			this.#wake();
		});
		this.socket.on('message', (data, isBinary) => {
			if (isBinary) {
				this.frames++;
				return;
			}
			const text = data.toString();
			if (text.startsWith('{"type":"information"')) return;
			if (!text.startsWith('{"type":"progress"')) this.#answered++;
			const problem = judge(text, answers);
			if (problem !== undefined) failures.push(`${problem}: ${text.slice(0, 400)}`);
			this.#wake();
		});
	}

	send({ bytes, binary }: Frame): void {
		this.socket.send(bytes, { binary });
	}

	/** Sends them all, and waits until each is answered. */
	async exchange(requests: readonly Frame[]): Promise<void> {
		await this.#open;
		this.#answered = 0;
		for (const each of requests) if (!this.closed) this.send(each);
		let late = false;
		const timer = setTimeout(() => {
			late = true;
			this.#wake();
		}, hangsMs);
		while (this.#answered < requests.length && !this.closed && !late)
			await new Promise<void>((resolve) => {
				this.#wake = resolve;
			});
		clearTimeout(timer);
		if (late) this.#failures.push(`${requests.length - this.#answered} of ${requests.length} requests are not answered after ${hangsMs / 1000} s`);
	}
}

async function main(): Promise<void> {
	const { values, positionals } = parseArgs({ allowPositionals: true, options: { seed: { type: 'string', default: '1' } } });
	const [requests, seed] = [Number(positionals[0] ?? 1_000_000), Number(values.seed)];
	if (!(requests > 0) || !Number.isInteger(seed)) throw new MicrojouleError('INVALID_VALUE', 'Usage: node --expose-gc tools/fuzz-web-socket.ts [requests] [--seed N]');
	const outcome = await fuzzWebSocket(requests, seed);
	console.log(JSON.stringify({ ...outcome, residentBytes: process.memoryUsage().rss }));
	process.exitCode = outcome.failures.length > 0 ? 1 : 0;
}

if (import.meta.main) await main();
