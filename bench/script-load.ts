/**
 * Clients of the scripting server for its benchmark, in a thread of their own: they share nothing with the server but its sockets, as scripts do.
 * They read as little of an answer as they must, so that what is measured is the server.
 */

import { connect as connectSocket, type Socket } from 'node:net';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { connect } from '../toolboxes/automation/client/node.ts';
import { sampleFrameHeaderBytes } from '../toolboxes/automation/subscriptions/sample-frame.ts';

export type Task =
	| { readonly type: 'latency'; readonly cmd: string; readonly data: object; readonly requests: number }
	| { readonly type: 'chunks'; readonly data: object; readonly samples: number; readonly of: number; readonly requests: number }
	| { readonly type: 'stream'; readonly data: object }
	/** Over WebSocket; the port is the engine's. */
	| { readonly type: 'subscription'; readonly data: object; readonly samples: number }
	| { readonly type: 'poll'; readonly clients: number; readonly recording: number; readonly devices: readonly string[]; readonly seconds: number; readonly hz: number };

export interface LoadResult {
	/** ms, ascending: one a request. */
	readonly latenciesMs: readonly number[];
	readonly bytes: number;
	readonly seconds: number;
	readonly errors: readonly string[];
}

/** Runs a task in a new thread. */
export function load(port: number, task: Task): Promise<LoadResult> {
	return new Promise((resolve, reject) => {
		const worker = new Worker(new URL(import.meta.url), { workerData: { port, task } });
		worker.once('message', resolve).once('error', reject);
	});
}

class Client {
	readonly #socket: Socket;
	#pieces: Buffer[] = [];
	#bytes = 0;
	#answered: ((line: Buffer) => void) | undefined;
	/** Whether lines are kept, or only counted. */
	readonly keep: boolean;

	constructor(port: number, keep: boolean) {
		this.keep = keep;
		this.#socket = connectSocket(port, '127.0.0.1').setNoDelay(true);
		this.#socket.on('data', (piece: Buffer) => {
			this.#bytes += piece.length;
			if (this.keep) this.#pieces.push(piece);
			if (piece.at(-1) !== 10) return;
			const line = Buffer.concat(this.#pieces);
			this.#pieces = [];
			this.#answered?.(line);
		});
	}

	get bytes(): number {
		return this.#bytes;
	}

	/** The next line; one request is under way at a time. */
	line(): Promise<Buffer> {
		return new Promise((resolve) => {
			this.#answered = resolve;
		});
	}

	ask(cmd: string, data: object): Promise<Buffer> {
		const answer = this.line();
		this.#socket.write(`${JSON.stringify({ type: 'request', cmd, data, trans_id: '1' })}\r\n`);
		return answer;
	}

	close(): void {
		this.#socket.destroy();
	}
}

async function run(port: number, task: Task): Promise<LoadResult> {
	if (task.type === 'poll') return poll(port, task);
	if (task.type === 'subscription') return subscription(port, task);
	const client = new Client(port, task.type === 'latency');
	await client.line();
	const latenciesMs: number[] = [];
	const before = client.bytes;
	const startedAt = performance.now();
	const timed = async (cmd: string, data: object) => {
		const from = performance.now();
		await client.ask(cmd, data);
		latenciesMs.push(performance.now() - from);
	};
	if (task.type === 'latency') for (let n = 0; n < task.requests; n++) await timed(task.cmd, task.data);
	else if (task.type === 'stream') await timed('recording_get_channel_data', task.data);
	else
		for (let n = 0; n < task.requests; n++) await timed('recording_get_channel_data', { ...task.data, index: (n * task.samples) % (task.of - task.samples), count: task.samples });
	const seconds = (performance.now() - startedAt) / 1000;
	client.close();
	return { latenciesMs: latenciesMs.sort((a, b) => a - b), bytes: client.bytes - before, seconds, errors: [] };
}

/** Takes the frames of a recording through the client library. */
async function subscription(port: number, { data, samples }: Extract<Task, { type: 'subscription' }>): Promise<LoadResult> {
	const client = await connect({ url: `http://127.0.0.1:${port}`, licences: [] });
	const startedAt = performance.now();
	let [received, bytes] = [0, 0];
	for await (const message of await client.subscribe(data)) {
		if (message.type !== 'samples') continue;
		received += message.values.length;
		bytes += sampleFrameHeaderBytes + message.values.byteLength;
	}
	const seconds = (performance.now() - startedAt) / 1000;
	await client.close();
	return { latenciesMs: [seconds * 1000], bytes, seconds, errors: received === samples ? [] : [`${received} of ${samples} samples`] };
}

/** Every client asks for count, the newest 100 samples and statistics, `hz` times a second. */
async function poll(port: number, { clients, recording, devices, seconds, hz }: Extract<Task, { type: 'poll' }>): Promise<LoadResult> {
	const latenciesMs: number[] = [];
	const errors: string[] = [];
	let bytes = 0;
	const startedAt = performance.now();
	const endsAt = startedAt + seconds * 1000;
	await Promise.all(
		Array.from({ length: clients }, async (_, number) => {
			const client = new Client(port, true);
			await client.line();
			const channel = { recording_id: recording, device_id: devices[number % devices.length], channel: ['mc', 'mv', 'mp'][number % 3] };
			const timed = async (cmd: string, data: object) => {
				const from = performance.now();
				const line = await client.ask(cmd, data);
				latenciesMs.push(performance.now() - from);
				const message = JSON.parse(line.toString('latin1'));
				if (message.type !== 'response') errors.push(line.toString('latin1').slice(0, 300));
				return message.data ?? {};
			};
			// Spread over the period, as unrelated scripts are.
			let due = startedAt + ((number / clients) * 1000) / hz;
			while (due < endsAt) {
				await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
				const { count = 0 } = await timed('recording_get_channel_data_count', channel);
				const { values = [] } = await timed('recording_get_channel_data', { ...channel, index: Math.max(0, count - 100), count: 100 });
				if (values.length !== Math.min(100, count)) errors.push(`${values.length} of 100 samples`);
				await timed('recording_get_channel_statistics', { ...channel, from: 0, to: 1e9 });
				due += 1000 / hz;
			}
			bytes += client.bytes;
			client.close();
		}),
	);
	return { latenciesMs: latenciesMs.sort((a, b) => a - b), bytes, seconds: (performance.now() - startedAt) / 1000, errors: errors.slice(0, 20) };
}

if (!isMainThread && workerData?.task) parentPort?.postMessage(await run(workerData.port, workerData.task));
