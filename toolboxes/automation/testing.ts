/**
 * For tests, benchmarks and the fuzzer of scripting: an engine in this process, wired as `serve` does it, with simulated instruments, a real licence
 * portal and the real TCP server; and a client that sees every byte.
 *
 * On a virtual clock time stands while the test thinks. A request that cannot be answered from what there is lets it run until the answer comes;
 * `pass` lets it run for as long as the script sleeps.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TSchema, Type } from 'typebox';
import { Value } from 'typebox/value';
import { ArcInstrument } from '../../drivers/arc/instrument.ts';
import { type Clock, VirtualClock } from '../../drivers/clock.ts';
import type { InstrumentKind } from '../../drivers/instrument.ts';
import { openSerialLink } from '../../drivers/serial-link.ts';
import type { SettingsChange } from '../../drivers/settings.ts';
import { parseLoad } from '../../drivers/simulator/loads/catalogue.ts';
import { MemoryBinding } from '../../drivers/simulator/memory-binding.ts';
import { createSimulator, type Simulator } from '../../drivers/simulator/simulator.ts';
import { Bench } from '../../engine/acquisition/bench.ts';
import { DecodePool } from '../../engine/decode/pool.ts';
import { Project } from '../../engine/project/project.ts';
import { clientPath } from '../../engine/server/client-path.ts';
import { loadComputer } from '../licensing/computer.ts';
import { LeaseStore } from '../licensing/lease-store.ts';
import type { LicenceType } from '../licensing/licence.ts';
import { Licensing } from '../licensing/licensing.ts';
import type { SignedIn } from '../licensing/portal/licences.ts';
import { createPortal, type Portal } from '../licensing/portal/portal.ts';
import { asciiJson } from './ascii-json.ts';
import type { Command } from './command.ts';
import { ScriptingContext } from './context.ts';
import { Dispatcher } from './dispatcher.ts';
import { commands } from './table.ts';
import { TcpServer } from './tcp-server.ts';
import { typesOf } from './validation.ts';

export const credentials = { username: 'anna', password: 'correct horse battery staple' };

export interface EngineDevice {
	readonly simulator: Simulator;
	readonly name?: string;
	readonly settings?: SettingsChange;
}

export interface EngineOptions {
	/** Default: a virtual one. */
	readonly clock?: Clock;
	/** Default: an Arc with 330 Ω, without noise. */
	readonly devices?: (clock: Clock) => readonly EngineDevice[] | Promise<readonly EngineDevice[]>;
	/** Licences of the user `anna`; default Automation. */
	readonly licences?: readonly LicenceType[];
	/** Default true: signed in, and all licences reserved. */
	readonly reserved?: boolean;
	readonly compat?: 'java';
	readonly stallS?: number;
	/** Files that clients name must lie in the engine's folder, as off loopback. */
	readonly confined?: boolean;
	/** Rows of another toolbox, on this engine. */
	readonly rows?: (parts: EngineParts) => readonly Command[] | Promise<readonly Command[]>;
}

/** What rows of another toolbox are made on. */
export interface EngineParts {
	readonly bench: Bench;
	readonly licensing: Licensing;
	readonly clock: Clock;
	readonly folder: string;
	/** By the device's id. */
	readonly simulators: ReadonlyMap<string, Simulator>;
	/** Ends what is added to it before the bench ends. */
	readonly cleanup: AsyncDisposableStack;
}

/** A simulated instrument by its kind and load. */
export function device(clock: Clock, kind: InstrumentKind = 'arc', load = 'resistor:330', name?: string): EngineDevice {
	return { simulator: createSimulator({ kind, load: parseLoad(load), noise: false, clock, name }), name };
}

/** ms: an answer that needs no time to pass is there by then. */
const promptMs = 20;

export class ScriptingEngine implements AsyncDisposable {
	readonly clock: Clock;
	readonly folder: string;
	readonly bench: Bench;
	readonly licensing: Licensing;
	readonly portal: Portal;
	readonly licences: readonly number[];
	readonly context: ScriptingContext;
	/** All commands that it answers. */
	readonly rows: readonly Command[];
	readonly dispatcher: Dispatcher;
	readonly tcp: TcpServer;
	/** What the server wrote into its log. */
	readonly logged: string[];
	/** Resolves when a script has asked the program to end. */
	readonly shutdown: Promise<void>;
	readonly simulators: readonly Simulator[];
	readonly #user: SignedIn;
	readonly #time: PassingTime;
	readonly #cleanup: AsyncDisposableStack;

	static async open(options: EngineOptions = {}): Promise<ScriptingEngine> {
		await using cleanup = new AsyncDisposableStack();
		const { clock = new VirtualClock(), devices = (time: Clock) => [device(time)], licences: types = ['Automation'], reserved = true } = options;
		const folder = await mkdtemp(join(tmpdir(), 'microjoule-scripting-'));
		cleanup.defer(() => rm(folder, { recursive: true, force: true }));

		const portal = await createPortal({ database: join(folder, 'portal.db'), port: 0, outbox: join(folder, 'outbox') });
		cleanup.defer(() => portal.close());
		const { accounts, licences: granter, context: portalContext } = portal.services;
		const { username: name, password } = credentials;
		const user: SignedIn = { ...(await accounts.create({ name, email: `${name}@example.org`, password })), name };
		const licences: number[] = [];
		for (const type of types)
			licences.push(...(await portalContext.database.transaction((tx) => granter.grant(tx, user, { ownerId: user.id, type, term: 'perpetual', expiresAt: null }))));
		const store = await LeaseStore.open(folder);
		cleanup.defer(() => store.close());
		const licensing = cleanup.use(await Licensing.create({ portal: portal.url, portalName: 'test', store, computer: loadComputer(folder), version: '0' }));

		const project = cleanup.use(await Project.openOrCreate(join(folder, 'projects', 'default')));
		const decoder = cleanup.use(new DecodePool());
		const bench = await Bench.create({ project, decoder, clock, openPath: () => Promise.reject(new Error('no ports here')), discover: async () => [] });
		cleanup.use(bench.projects);
		const time = new PassingTime(clock);
		const present = await devices(clock);
		for (const { simulator } of present) cleanup.defer(() => simulator.close());
		cleanup.use(bench);
		const binding = new MemoryBinding();
		const byId = new Map<string, Simulator>();
		for (const [index, { simulator, name: deviceName, settings }] of present.entries()) {
			const path = simulator.attachMemory(binding, `sim:${index + 1}`);
			const instrument = await ArcInstrument.open(await openSerialLink(path, { binding }), clock, { simulated: true, name: deviceName });
			if (settings) await instrument.set(settings);
			await bench.add(instrument);
			byId.set(instrument.identity.id, simulator);
		}
		const logged: string[] = [];
		const ending = Promise.withResolvers<void>();
		const context = new ScriptingContext({
			bench,
			licensing,
			projectsFolder: join(folder, 'projects'),
			resolvePath: (path) => clientPath(path, { confined: options.confined ?? false, dataFolder: folder }),
			delay: (seconds) => clock.delay(seconds),
			shutdown: ending.resolve,
			compat: options.compat,
		});
		const rows = [...commands, ...((await options.rows?.({ bench, licensing, clock, folder, simulators: byId, cleanup })) ?? [])];
		// The bench needs time to pass while it stops its instruments, and a toolbox that drives them too.
		cleanup.defer(() => time.end());
		const dispatcher = new Dispatcher(context, rows);
		const tcp = cleanup.use(await TcpServer.listen({ context, dispatcher, port: 0, stallS: options.stallS, log: (message) => logged.push(message) }));
		if (reserved) {
			await licensing.login(name, password);
			using connection = licensing.connection();
			for (const licence of licences) await connection.reserve(licence);
		}
		time.begin();
		const parts = { clock, folder, bench, licensing, portal, licences, context, rows, dispatcher, tcp, logged, shutdown: ending.promise };
		return new ScriptingEngine({ ...parts, simulators: present.map(({ simulator }) => simulator) }, user, time, cleanup.move());
	}

	private constructor(
		parts: Pick<
			ScriptingEngine,
			'clock' | 'folder' | 'bench' | 'licensing' | 'portal' | 'licences' | 'context' | 'rows' | 'dispatcher' | 'tcp' | 'logged' | 'shutdown' | 'simulators'
		>,
		user: SignedIn,
		time: PassingTime,
		cleanup: AsyncDisposableStack,
	) {
		this.clock = parts.clock;
		this.folder = parts.folder;
		this.bench = parts.bench;
		this.licensing = parts.licensing;
		this.portal = parts.portal;
		this.licences = parts.licences;
		this.context = parts.context;
		this.rows = parts.rows;
		this.dispatcher = parts.dispatcher;
		this.tcp = parts.tcp;
		this.logged = parts.logged;
		this.shutdown = parts.shutdown;
		this.simulators = parts.simulators;
		this.#user = user;
		this.#time = time;
		this.#cleanup = cleanup;
	}

	/** A client that has read the greeting. */
	async client(format: Format = python): Promise<ScriptClient> {
		const client = await this.socket(format);
		await client.message();
		return client;
	}

	/** One that has not. */
	async socket(format: Format = python): Promise<ScriptClient> {
		const socket = connect(this.tcp.port, '127.0.0.1');
		await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
		return new ScriptClient(socket, format, this);
	}

	/** The script sleeps, s. */
	pass(seconds: number): Promise<void> {
		return this.#time.during(() => this.clock.delay(seconds));
	}

	/** Waits for what a request has started, and lets time pass where it does not come by itself. */
	async answered<T>(answer: Promise<T>): Promise<T> {
		if (!this.clock.virtual) return answer;
		const late = Symbol('late');
		let timer: NodeJS.Timeout | undefined;
		const prompt = await Promise.race([
			answer,
			new Promise<typeof late>((resolve) => {
				timer = setTimeout(resolve, promptMs, late);
			}),
		]);
		clearTimeout(timer);
		return prompt === late ? this.#time.during(() => answer) : (prompt as T);
	}

	/** The user returns it on the portal's page. */
	async returnInPortal(licence: number): Promise<void> {
		await this.portal.services.licences.return(licence, this.#user);
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.#cleanup.disposeAsync();
	}
}

/** A virtual clock that runs only while somebody needs it to. */
class PassingTime {
	readonly #clock: Clock;
	#held: (() => void) | undefined;
	#users = 1;

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	/** From now on time stands. */
	begin(): void {
		this.#leave();
	}

	/** From now on it runs. */
	end(): void {
		this.#enter();
	}

	async during<T>(work: () => Promise<T>): Promise<T> {
		this.#enter();
		try {
			return await work();
		} finally {
			this.#leave();
		}
	}

	#enter(): void {
		this.#users++;
		this.#held?.();
		this.#held = undefined;
	}

	#leave(): void {
		this.#users--;
		if (this.#users === 0 && this.#clock instanceof VirtualClock) this.#held = this.#clock.hold();
	}
}

/** How a client writes requests. */
export interface Format {
	readonly lineEnd: string;
	text(cmd: string, data: unknown, transId: string): string;
}

/** A number that Python wrote with a decimal point. */
export class PythonFloat {
	readonly value: number;
	constructor(value: number) {
		this.value = value;
	}
}

export const float = (value: number) => new PythonFloat(value);

/** As `json.dumps` writes. */
export function pythonJson(value: unknown): string {
	if (value instanceof PythonFloat) return Number.isInteger(value.value) ? `${value.value}.0` : String(value.value);
	if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
	if (typeof value !== 'object' || value === null) return asciiJson(value);
	return `{${Object.entries(value)
		.filter(([, each]) => each !== undefined)
		.map(([key, each]) => `${asciiJson(key)}: ${pythonJson(each)}`)
		.join(', ')}}`;
}

/** The official Python client. */
export const python: Format = {
	lineEnd: '\r\n',
	text: (cmd, data, transId) => pythonJson({ type: 'request', cmd, ...(data === undefined ? {} : { data }), trans_id: transId }),
};

/** C#, Java on Unix, MATLAB: LF, UTF-8 as it is. */
export const lineFeed: Format = {
	lineEnd: '\n',
	text: (cmd, data, transId) => JSON.stringify({ type: 'request', cmd, trans_id: transId, data }),
};

/** Some clients fail on a key that they do not know, or on `data` where none is expected: a response is what the table says, and nothing more. */
export function requireDescribed(rows: readonly Command[], cmd: string, message: Message): void {
	const { type, trans_id, data, ...more } = message;
	const schema = rows.find(({ name, aliases = [] }) => name === cmd || aliases.includes(cmd))?.response;
	const refuse = (problem: string): never => {
		throw new Error(`${cmd} answered ${JSON.stringify(message).slice(0, 300)}: ${problem}`);
	};
	if (JSON.stringify(more) !== JSON.stringify({ cmd })) refuse('the keys of a response are type, cmd, trans_id and data');
	if (!schema) {
		if ('data' in message) refuse('it returns nothing');
		return;
	}
	if (!Value.Check(schema, data)) refuse('that is not what the table says');
	const surplus = surplusKey(schema, data);
	if (surplus !== undefined) refuse(`the table does not know ${surplus}`);
}

function surplusKey(schema: TSchema, value: unknown): string | undefined {
	const { properties, items } = schema as { properties?: Readonly<Record<string, TSchema>>; items?: TSchema };
	if (properties) {
		for (const [key, each] of Object.entries(value as object)) {
			const found = properties[key] === undefined ? key : surplusKey(properties[key], each);
			if (found !== undefined) return found;
		}
	} else if (items && Array.isArray(value)) for (const each of value.slice(0, 10)) if (surplusKey(items, each) !== undefined) return surplusKey(items, each);
	return undefined;
}

// biome-ignore lint/suspicious/noExplicitAny: tests look at any shape
export type Message = any;

export class ScriptClient implements Disposable {
	readonly socket: Socket;
	/** Every byte the server sent, as Latin-1. */
	raw = '';
	/** Whether `raw` is kept. */
	keeping = true;
	readonly #format: Format;
	readonly #engine: ScriptingEngine;
	#rest = '';
	#lines: string[] = [];
	#waiting: (() => void)[] = [];
	#closed = false;
	#transaction = 0;

	constructor(socket: Socket, format: Format, engine: ScriptingEngine) {
		this.socket = socket;
		this.#format = format;
		this.#engine = engine;
		socket.setEncoding('latin1').setNoDelay(true);
		socket.on('data', (text: string) => {
			if (this.keeping) this.raw += text;
			const lines = (this.#rest + text).split('\r\n');
			this.#rest = lines.pop() ?? '';
			this.#lines.push(...lines);
			this.#wake();
		});
		socket.on('error', () => {});
		socket.on('close', () => {
			this.#closed = true;
			this.#wake();
		});
	}

	/** The next line; undefined when the server has hung up. */
	async line(): Promise<string | undefined> {
		while (this.#lines.length === 0 && !this.#closed) await new Promise<void>((resolve) => this.#waiting.push(resolve));
		return this.#lines.shift();
	}

	async message(): Promise<Message> {
		const line = await this.#engine.answered(this.line());
		if (line === undefined) throw new Error('the server hung up');
		return JSON.parse(line);
	}

	write(bytes: string | Uint8Array): void {
		this.socket.write(bytes);
	}

	/** Sends one line as it is, and reads one. */
	async say(line: string): Promise<Message> {
		this.write(`${line}${this.#format.lineEnd}`);
		return this.message();
	}

	/** Sends a request as this client writes it; answers the whole response, progress left out. */
	async ask(cmd: string, data?: unknown): Promise<Message> {
		const transId = String(++this.#transaction);
		this.write(`${this.#format.text(cmd, data, transId)}${this.#format.lineEnd}`);
		for (;;) {
			const message = await this.message();
			if (message.trans_id !== transId) throw new Error(`transaction ${message.trans_id} instead of ${transId}`);
			if (message.type === 'progress') continue;
			if (message.type === 'response') requireDescribed(this.#engine.rows, cmd, message);
			return message;
		}
	}

	/** The `data` of the response; throws what the server refused. */
	async do(cmd: string, data?: unknown): Promise<Message> {
		const message = await this.ask(cmd, data);
		if (message.type === 'response') return message.data;
		throw Object.assign(new Error(`${cmd}: ${message.errorcode}: ${message.data?.message}`), { code: message.errorcode, message });
	}

	/** Resolves when the server has hung up. */
	async ended(): Promise<void> {
		while (!this.#closed) await new Promise<void>((resolve) => this.#waiting.push(resolve));
	}

	[Symbol.dispose](): void {
		this.socket.destroy();
	}

	#wake(): void {
		for (const resolve of this.#waiting.splice(0)) resolve();
	}
}

/** A value that the schema allows. */
export function validValue(schema: TSchema): unknown {
	if (Type.IsUnion(schema)) return validValue(schema.anyOf[0]);
	if (Type.IsLiteral(schema)) return schema.const;
	const { minimum = 1, minItems = 0 } = schema as { minimum?: number; minItems?: number };
	switch (typesOf(schema)[0]) {
		case 'String':
			return 'x';
		case 'Number':
			return Math.max(1, minimum);
		case 'Boolean':
			return false;
		case 'Array':
			return Array.from({ length: minItems }, () => ({}));
		default:
			return 1;
	}
}

/** A request's `data` with all keys, which names the first project and recording, and this device. */
export function validData({ request }: Command, device_id: string): Record<string, unknown> {
	const named: Record<string, unknown> = { device_id, project_id: 1, recording_id: 1, channel: 'mc' };
	return Object.fromEntries(Object.entries(request.properties).map(([key, schema]) => [key, named[key] ?? validValue(schema)]));
}

/** All that a script can change, as text: for tests that nothing did. */
export async function snapshot({ bench, context, licensing }: ScriptingEngine): Promise<string> {
	const { project } = bench.projects;
	return JSON.stringify({
		devices: bench.devices().map(({ id, settings, connected }) => ({ id, settings, connected, choice: bench.choice(id) })),
		project: project && { file: project.file, folder: project.folder, unsaved: project.unsaved },
		recordings: bench.recordings(),
		recording: bench.recording,
		enabled: [...context.enabled].map(([id, channels]) => [id, [...channels]]),
		userLogs: [...context.userLogs],
		licensing: { user: licensing.user, open: licensing.openLicences() },
	});
}
