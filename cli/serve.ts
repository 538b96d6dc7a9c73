/** `microjoule serve`: the engine with its dashboard and API, on real instruments and simulated ones. The one place that wires everything together. */

import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import envPaths from 'env-paths';
import { realClock } from '../drivers/clock.ts';
import { listInstruments } from '../drivers/discovery.ts';
import { messageOf } from '../drivers/errors.ts';
import { models } from '../drivers/models.ts';
import type { Simulator } from '../drivers/simulator/simulator.ts';
import { Bench } from '../engine/acquisition/bench.ts';
import { DeviceNames } from '../engine/acquisition/device-names.ts';
import { Trigger } from '../engine/acquisition/trigger.ts';
import { DecodePool } from '../engine/decode/pool.ts';
import { Project } from '../engine/project/project.ts';
import { version } from '../engine/version.ts';
import type { Toolbox } from '../toolboxes/licensing/licence.ts';
import type { Instrument } from '../toolboxes/licensing/licensing.ts';
import { openPort, openSimulated } from './instruments.ts';
import { choiceOption, listOption, minFreeOption, numberOption } from './options.ts';
import { addScriptingOptions, type ScriptingFlags } from './scripting-options.ts';
import { untilStopped } from './signals.ts';
import { addBenchOptions, type BenchFlags, buildBench, settingsAtStart, simulatedDevice } from './simulated-bench.ts';
import { openOffered, simulatedOffers } from './simulated-offers.ts';
import { closePipedOutput } from './standard-output.ts';

interface Options extends BenchFlags, ScriptingFlags {
	readonly port?: number;
	readonly data?: string;
	readonly project?: string;
	readonly host?: string;
	readonly tokenFile?: string;
	readonly tlsCert?: string;
	readonly tlsKey?: string;
	readonly allowOrigin?: string[];
	readonly keepOutput?: boolean;
	readonly portalPort?: number;
	readonly portal?: string;
	readonly reserve?: Toolbox[];
	readonly minFree: number;
	readonly closeOutput?: boolean;
}

export function serveCommand(): Command {
	const command = new Command('serve')
		.description('Runs the engine with its dashboard and API until stopped. Instruments that are plugged in are opened; their outputs stay off until switched on.')
		.option('--port <N>', 'port of the dashboard and API; 0 is any free one', numberOption('--port', { integer: true, min: 0, max: 65_535 }), 1906)
		.option('--data <DIR>', "folder for projects (default: the platform's data folder)")
		.option('--project <DIR>', 'the project that recordings go to (default: DATA/projects/default)')
		.option('--sim <KIND[:NAME],…>', 'simulated instruments, arc or ace, with names that scripts find them by: ace:Ace_source,ace:Ace_sink', listOption(simulatedDevice))
		.option('--no-sim', 'no simulated instrument')
		.option('--host <ADDRESS>', 'opens the server to other machines; needs --token-file', '127.0.0.1')
		.option('--token-file <FILE>', 'file with the secret that clients must present')
		.option('--tls-cert <FILE>', 'certificate, PEM')
		.option('--tls-key <FILE>', 'its key, PEM')
		.option('--allow-origin <URL,…>', 'pages of these origins may use the API', listOption(String))
		.option(
			'--portal-port <N>',
			'port of the licence portal in this program; 0 is any free one (default: 1907, with --port 0 any free one)',
			numberOption('--portal-port', { integer: true, min: 0, max: 65_535 }),
		)
		.option('--portal <URL>', 'the licence portal of others, instead of one in this program')
		.option('--reserve <automation,battery>', 'reserves licences for these toolboxes at the start', listOption(choiceOption<Toolbox>('--reserve', ['automation', 'battery'])))
		.addOption(minFreeOption())
		.option('--keep-output', 'leaves outputs on at the end')
		.option('--close-output', 'closes standard output once it listens, where that is a pipe: for a script that reads it to its end before it connects');
	return addBenchOptions(addScriptingOptions(command)).action(serve);
}

async function serve(options: Options): Promise<void> {
	// Loaded here and not by every other command: the web server alone takes most of the program's start.
	const { createServer } = await import('../engine/server/server.ts');
	const { openEngineLicensing, reserveAtStart } = await import('./engine-licensing.ts');
	const { triggerRoutes } = await import('../engine/server/trigger-routes.ts');
	const { licensingRoutes } = await import('../toolboxes/licensing/routes.ts');
	const { openScripting, scriptingRows } = await import('./scripting.ts');
	const { scriptingRoutes } = await import('../toolboxes/automation/routes.ts');
	const { Battery } = await import('../toolboxes/battery/battery.ts');
	const { announceBattery } = await import('../toolboxes/battery/live.ts');
	const { batteryRoutes } = await import('../toolboxes/battery/routes.ts');
	await using cleanup = new AsyncDisposableStack();
	const data = options.data ?? envPaths('microjoule', { suffix: '' }).data;
	const isNew = !existsSync(data);
	let started = false;
	// What was made for a start that failed goes again; a folder that was there keeps everything.
	cleanup.defer(() => (isNew && !started ? rm(data, { recursive: true, force: true }) : undefined));
	const simulated = await buildBench(options);
	const project = cleanup.use(await Project.openOrCreate(options.project ?? join(data, 'projects', 'default')));
	if (project.readOnly !== undefined) console.error(`microjoule: ${project.readOnly}`);
	const decoder = cleanup.use(new DecodePool());
	const simulators = simulated.map(({ simulator }) => simulator);
	const sources = new Map<string, Simulator['source']>();
	const bench = await Bench.create({
		project,
		decoder,
		clock: realClock,
		keepOutput: options.keepOutput,
		minFreeBytes: options.minFree,
		names: new DeviceNames(join(data, 'device-names.json')),
		openPath: async (path) => {
			const offered = await openOffered(path, new Set(bench.devices().map(({ name }) => name)));
			if (!offered) return openPort(path, options.keepOutput);
			simulators.push(offered.simulator);
			sources.set(offered.instrument.identity.id, offered.simulator.source);
			return offered.instrument;
		},
		discover: async () => [...(await pluggedIn()), ...simulatedOffers],
	});
	cleanup.use(bench.projects);
	cleanup.defer(async () => {
		for (const simulator of simulators) await simulator.close();
	});
	cleanup.use(bench);
	const trigger = cleanup.use(new Trigger(bench, realClock));
	const shutdown = Promise.withResolvers<void>();
	const stopped = Promise.race([untilStopped(), shutdown.promise]);
	const news: string[] = [];
	const { announce, licensing } = cleanup.use(
		await openEngineLicensing({ data, portal: options.portal, portalPort: options.portalPort ?? (options.port === 0 ? 0 : 1907), say: (message) => news.push(message) }),
	);
	const battery = cleanup.use(await Battery.open({ bench, gate: licensing.gate, clock: realClock, dataFolder: data, placeSource: (device) => sources.get(device) }));
	const server = cleanup.use(
		await createServer({
			bench,
			host: options.host,
			port: options.port,
			tokenFile: options.tokenFile,
			tls: options.tlsCert !== undefined && options.tlsKey !== undefined ? { certFile: options.tlsCert, keyFile: options.tlsKey } : undefined,
			allowOrigin: options.allowOrigin,
			dataFolder: data,
			uiFolder: fileURLToPath(new URL(import.meta.url.includes('/dist/cli/') ? '../ui/' : '../dist/ui/', import.meta.url)),
			plugins: [
				async (routes) => {
					await routes.register(licensingRoutes, { licensing });
					await routes.register(batteryRoutes, { battery });
					await routes.register(triggerRoutes, { trigger });
					await routes.register(scriptingRoutes, { rows: scriptingRows(battery) });
				},
			],
			version,
		}).catch(async (error) => {
			await project.discard(); // made for nothing, if it was not there before
			throw error;
		}),
	);
	started = true;
	announce(server.url);
	const tell = () => server.announce({ type: 'licensing', licensing: licensing.status() });
	cleanup.defer(licensing.on(tell));
	tell();
	cleanup.defer(announceBattery(battery, server.announce));
	const tellTrigger = () => server.announce({ type: 'trigger', trigger: trigger.status() });
	cleanup.defer(trigger.on(tellTrigger));
	tellTrigger();
	cleanup.defer(bench.on((change) => change.type.startsWith('device') && licensing.instruments(instrumentsOf(bench))));
	for (const warning of server.warnings) console.error(`microjoule: ${warning}`);
	await Promise.all(
		simulated.map(async (device, index) => {
			const { simulator, name } = device;
			const instrument = await openSimulated(simulator, realClock, `sim:${simulator.kind}${index + 1}`, name);
			await instrument.set(settingsAtStart(device));
			sources.set(instrument.identity.id, simulator.source);
			await bench.add(instrument);
		}),
	);
	for (const { path } of await pluggedIn()) await bench.open(path).catch((error: unknown) => console.error(`microjoule: ${path}: ${messageOf(error)}`));
	licensing.instruments(instrumentsOf(bench));
	const scripting = cleanup.use(await openScripting(options, options.port === 0 ? 0 : 1905, { bench, licensing, battery, data, server, shutdown: shutdown.resolve }));
	await reserveAtStart(licensing, options.reserve ?? [], (message) => console.error(`microjoule: ${message}`));
	console.log(`Microjoule ${version} is at ${server.url}; scripts connect to port ${scripting.tcp.port}`);
	console.log(
		`Devices: ${
			bench
				.devices()
				.map(({ name, port }) => `${name} (${port})`)
				.join(', ') || 'none'
		}. Recordings go to ${project.folder}. Stop with Ctrl-C.`,
	);
	for (const message of news) console.log(message);
	if (options.closeOutput) closePipedOutput();
	await stopped;
}

async function pluggedIn() {
	return (await listInstruments()).map(({ port, title, usbSerial }) => ({ path: port, title, serial: usbSerial ?? '' }));
}

/** Real instruments only: a simulated one is nobody's hardware. */
function instrumentsOf(bench: Bench): Instrument[] {
	return bench
		.devices()
		.filter(({ simulated }) => !simulated)
		.map(({ serial, kind, name, firmwareVersion }) => ({ serial, model: models[kind].title, name, firmware: firmwareVersion }));
}
