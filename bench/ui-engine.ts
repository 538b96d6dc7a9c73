/**
 * The engines that the dashboard's benchmark looks at: the real program in a process of its own; and, for the time from a sample to the screen, an engine in
 * this process whose simulated load notes when it made its steps.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ArcInstrument } from '../drivers/arc/instrument.ts';
import { realClock } from '../drivers/clock.ts';
import { openSerialLink } from '../drivers/serial-link.ts';
import type { Load } from '../drivers/simulator/loads/load.ts';
import { MemoryBinding } from '../drivers/simulator/memory-binding.ts';
import { createSimulator } from '../drivers/simulator/simulator.ts';
import { Bench } from '../engine/acquisition/bench.ts';
import { DecodePool } from '../engine/decode/pool.ts';
import { Project } from '../engine/project/project.ts';
import { createServer } from '../engine/server/server.ts';
import { version } from '../engine/version.ts';

const fileOf = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export interface ServedEngine extends AsyncDisposable {
	readonly url: string;
	/** A change over the HTTP API; throws for an error. */
	request(method: string, path: string, body: unknown): Promise<void>;
}

/** `microjoule serve`, on free ports, until disposed of. */
export async function serve(data: string, args: readonly string[]): Promise<ServedEngine> {
	const child = spawn(process.execPath, [fileOf('../cli/main.ts'), 'serve', '--port', '0', '--data', data, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
	let url: string | undefined;
	for await (const line of createInterface(child.stdout)) {
		url = /is at (http:[^\s;]+)/.exec(line)?.[1];
		if (url) break;
	}
	if (!url) throw new Error('The engine ended before it had an address.');
	child.stdout.resume();
	return {
		url,
		async request(method, path, body) {
			const response = await fetch(`${url}/api${path}`, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
			if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
		},
		async [Symbol.asyncDispose]() {
			const ended = once(child, 'exit');
			child.kill('SIGINT');
			await ended;
		},
	};
}

/** A current that steps up and down, and when each step was due: s since 1970. */
export class SteppingLoad implements Load {
	readonly levels = 0;
	/** Half a period, µs. */
	readonly #halfUs: number;
	#atUs = 0;
	/** Least of (moment of the call − time of the load), s: calls come late, never early. */
	#epochS = Number.POSITIVE_INFINITY;
	#steps: { readonly up: boolean; readonly atUs: number }[] = [];

	constructor(halfUs: number) {
		this.#halfUs = halfUs;
	}

	fill(voltage: number, current: Float64Array, from: number, to: number, tickUs: number): void {
		for (let index = from; index < to; index++) {
			const before = Math.floor((this.#atUs - tickUs) / this.#halfUs);
			const half = Math.floor(this.#atUs / this.#halfUs);
			if (half !== before) this.#steps.push({ up: half % 2 === 1, atUs: this.#atUs });
			current[index] = voltage > 0.5 ? (half % 2 === 1 ? 10e-3 : 1e-3) : 0;
			this.#atUs += tickUs;
		}
		this.#epochS = Math.min(this.#epochS, (performance.timeOrigin + performance.now()) / 1000 - this.#atUs / 1e6);
	}

	peak(): number {
		return 10e-3;
	}

	/** From now on: while nothing was measured, the load's time may have stood. */
	begin(): void {
		this.#epochS = Number.POSITIVE_INFINITY;
		this.#steps = [];
	}

	steps(): readonly { readonly up: boolean; readonly atS: number }[] {
		return this.#steps.map(({ up, atUs }) => ({ up, atS: this.#epochS + atUs / 1e6 }));
	}
}

/** An Ace with this load on its output, served with the page. */
export async function engineWith(load: Load, data: string): Promise<{ readonly url: string } & AsyncDisposable> {
	const cleanup = new AsyncDisposableStack();
	const project = cleanup.use(await Project.openOrCreate(join(data, 'project')));
	const decoder = cleanup.use(new DecodePool());
	const none = async () => {
		throw new Error('There is one instrument, and it is open.');
	};
	const bench = await Bench.create({ project, decoder, clock: realClock, openPath: none, discover: async () => [] });
	const simulator = cleanup.use(createSimulator({ kind: 'ace', load }));
	cleanup.use(bench);
	const server = cleanup.use(await createServer({ bench, port: 0, dataFolder: data, uiFolder: fileOf('../dist/ui/'), version }));
	const binding = new MemoryBinding();
	const port = simulator.attachMemory(binding);
	const instrument = await ArcInstrument.open(await openSerialLink(port, { binding }), realClock, { simulated: true });
	await instrument.set({ mainVoltage: 3.3, main: true });
	await bench.add(instrument);
	return { url: server.url, [Symbol.asyncDispose]: () => cleanup.disposeAsync() };
}
