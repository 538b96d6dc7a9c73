/** For tests of the engine's side: clocks that are moved by hand, a network that is cut, and a world of a portal and computers with engines. */

import { mkdtempSync, rmSync } from 'node:fs';
import { connect as connectTo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Clock } from '../../drivers/clock.ts';
import { type Computer, loadComputer } from './computer.ts';
import { LeaseStore } from './lease-store.ts';
import type { Clocks } from './lease-time.ts';
import { Licensing } from './licensing.ts';
import { LicenceBench } from './portal/licence-testing.ts';
import type { SignedIn } from './portal/licences.ts';

/** Both clocks of a computer; time passes only when told to. */
export class TestClocks implements Clocks {
	wall: number;
	#monotonicS = 0;
	#appointments = new Set<{ readonly at: number; readonly callback: () => void }>();
	readonly monotonic: Clock = {
		virtual: true,
		now: () => this.#monotonicS,
		delay: (seconds) => new Promise((resolve) => this.monotonic.after(seconds, resolve)),
		after: (seconds, callback) => {
			const appointment = { at: this.#monotonicS + seconds, callback };
			this.#appointments.add(appointment);
			return () => void this.#appointments.delete(appointment);
		},
	};
	readonly wallMs = () => this.wall;

	constructor(wall = Date.UTC(2030, 0, 1)) {
		this.wall = wall;
	}

	/** Both clocks go on, and what is due is called in order. */
	pass(seconds: number): void {
		const end = this.#monotonicS + seconds;
		for (;;) {
			const next = [...this.#appointments].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
			const to = next ? Math.max(next.at, this.#monotonicS) : end;
			this.wall += (to - this.#monotonicS) * 1000;
			this.#monotonicS = to;
			if (!next) return;
			this.#appointments.delete(next);
			next.callback();
		}
	}

	/** The computer sleeps: only the wall clock goes on. */
	sleep(seconds: number): void {
		this.wall += seconds * 1000;
	}
}

/** Passes bytes on to a port of this computer until it is cut. */
export class TestNetwork implements AsyncDisposable {
	readonly #server: Server;
	readonly #sockets = new Set<Socket>();
	#isCut = false;
	/** What was sent over it, byte for byte a character. */
	sent = '';
	/** The port that it leads to. */
	to: number;
	/** Answers are lost, while requests arrive. */
	deaf = false;

	static async to(port: number): Promise<TestNetwork> {
		const network = new TestNetwork(port);
		await new Promise<void>((resolve) => network.#server.listen(0, '127.0.0.1', resolve));
		return network;
	}

	private constructor(port: number) {
		this.to = port;
		this.#server = createServer((near) => {
			this.#sockets.add(near.on('error', () => near.destroy()));
			if (this.#isCut) return near.destroy();
			const far = connectTo(this.to, '127.0.0.1');
			this.#sockets.add(far.on('error', () => far.destroy()));
			near.pipe(far);
			near.on('data', (bytes: Buffer) => {
				this.sent += bytes.toString('latin1');
			});
			far.on('data', (bytes: Buffer) => this.deaf || near.write(bytes));
			near.on('close', () => far.destroy());
			far.on('close', () => near.destroy());
		});
	}

	get url(): string {
		return `http://127.0.0.1:${(this.#server.address() as { port: number }).port}`;
	}

	/** Connections break, and none can be made. */
	cut(): void {
		this.#isCut = true;
		for (const socket of this.#sockets) socket.destroy();
		this.#sockets.clear();
	}

	mend(): void {
		this.#isCut = false;
	}

	async [Symbol.asyncDispose](): Promise<void> {
		this.cut();
		await new Promise((resolve) => this.#server.close(resolve));
	}
}

export const password = 'correct horse battery staple';

/** s */
const stepS = 3600;

/** A real portal, and engines on computers of their own; all clocks stand until they are moved together. */
export class TestWorld implements AsyncDisposable {
	readonly bench: LicenceBench;
	readonly folder: string;
	readonly computers: TestComputer[] = [];
	readonly #cleanup = new AsyncDisposableStack();

	static async open(): Promise<TestWorld> {
		const folder = mkdtempSync(join(tmpdir(), 'microjoule-licensing-'));
		return new TestWorld(folder, await LicenceBench.open(join(folder, 'portal.db')));
	}

	private constructor(folder: string, bench: LicenceBench) {
		this.folder = folder;
		this.bench = bench;
	}

	/** A verified user, who can sign in with `password`. */
	async user(name: string): Promise<SignedIn> {
		const { id } = await this.bench.portal.services.accounts.create({ name, email: `${name.toLowerCase()}@example.org`, password });
		return { id, name };
	}

	get port(): number {
		return this.bench.portal.port;
	}

	/** A computer whose engine reaches the portal over a network of its own. */
	async computer(hostname: string): Promise<TestComputer> {
		const computer = new TestComputer(this, hostname, this.#cleanup.use(await TestNetwork.to(this.port)));
		this.computers.push(computer);
		this.#cleanup.defer(() => computer.stop());
		return computer;
	}

	/** Time passes everywhere, at most an hour at once, so that renewals are answered in between; and the portal makes its regular round. */
	async pass(seconds: number): Promise<void> {
		for (let left = seconds; left > 0; left -= stepS) {
			const step = Math.min(left, stepS);
			this.bench.clock += step * 1000;
			for (const { clocks } of this.computers) clocks.pass(step);
			this.check();
			await this.bench.sweep();
			for (const computer of this.computers) await computer.settle();
			this.check();
		}
	}

	/** At no time are two gates open on one licence. */
	check(): void {
		const open = this.computers.flatMap((computer) => computer.openLicences());
		expect(open, 'one gate a licence').toEqual([...new Set(open)]);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.#cleanup.disposeAsync();
		await this.bench[Symbol.asyncDispose]();
		rmSync(this.folder, { recursive: true, force: true });
	}
}

export class TestComputer {
	readonly clocks: TestClocks;
	readonly network: TestNetwork;
	readonly data: string;
	readonly computer: Computer;
	readonly #world: TestWorld;
	#store: LeaseStore | undefined;
	#engine: Licensing | undefined;

	constructor(world: TestWorld, hostname: string, network: TestNetwork) {
		this.#world = world;
		this.clocks = new TestClocks(world.bench.clock);
		this.network = network;
		this.data = join(world.folder, hostname);
		this.computer = { ...loadComputer(this.data), hostname };
	}

	/** The running engine. */
	get engine(): Licensing {
		if (!this.#engine) throw new Error('no engine runs');
		return this.#engine;
	}

	/** Starts the engine and waits until it has tried to reach the portal. */
	async start(): Promise<Licensing> {
		this.#store = await LeaseStore.open(this.data);
		this.#engine = await Licensing.create({ portal: this.network.url, portalName: 'test', store: this.#store, computer: this.computer, version: '0', clocks: this.clocks });
		this.#engine.gate.on(() => this.#world.check());
		await this.#engine.settled();
		return this.#engine;
	}

	async stop(): Promise<void> {
		await this.#engine?.close();
		this.#store?.close();
		this.#engine = undefined;
	}

	async settle(): Promise<void> {
		await this.#engine?.settled();
	}

	/** What its gate is open on. */
	openLicences(): number[] {
		return this.#engine?.openLicences() ?? [];
	}

	/** Cuts the network, and waits until the engine knows. */
	async cut(): Promise<void> {
		this.network.cut();
		await until(() => this.#engine?.status().state !== 'online');
	}

	/** Mends the network, and waits until the engine is connected again. */
	async mend(): Promise<void> {
		this.network.mend();
		await this.reach(() => this.#engine?.status().state === 'online' && this.#engine.status().problem === null);
	}

	/** Lets the engine try again and again until it is so. */
	async reach(isSo: () => boolean): Promise<void> {
		await until(() => {
			if (isSo()) return true;
			this.clocks.pass(0.1);
			return false;
		});
	}
}

/** Resolves when it is so. */
export async function until(isSo: () => boolean): Promise<void> {
	await expect.poll(isSo, { timeout: 10_000, interval: 5 }).toBe(true);
}
