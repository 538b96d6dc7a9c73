/** The scripting side of `microjoule serve`: the command table on the engine, over TCP. */

import { join } from 'node:path';
import { realClock } from '../drivers/clock.ts';
import type { Bench } from '../engine/acquisition/bench.ts';
import { isLoopback } from '../engine/server/admission.ts';
import { clientPath } from '../engine/server/client-path.ts';
import { ScriptingContext } from '../toolboxes/automation/context.ts';
import { Dispatcher } from '../toolboxes/automation/dispatcher.ts';
import { commands } from '../toolboxes/automation/table.ts';
import { TcpServer } from '../toolboxes/automation/tcp-server.ts';
import type { Licensing } from '../toolboxes/licensing/licensing.ts';
import type { ScriptingFlags } from './scripting-options.ts';

export interface Scripting extends AsyncDisposable {
	readonly context: ScriptingContext;
	readonly dispatcher: Dispatcher;
	readonly tcp: TcpServer;
}

export interface ScriptingParts {
	readonly bench: Bench;
	readonly licensing: Licensing;
	readonly data: string;
	/** Ends the program. */
	readonly shutdown: () => void;
}

export async function openScripting(flags: ScriptingFlags, defaultPort: number, { bench, licensing, data, shutdown }: ScriptingParts): Promise<Scripting> {
	const confined = flags.scriptingHost !== undefined && !isLoopback(flags.scriptingHost);
	const context = new ScriptingContext({
		bench,
		licensing,
		projectsFolder: join(data, 'projects'),
		convertersFolder: join(data, 'log-converters'),
		resolvePath: (path) => clientPath(path, { confined, dataFolder: data }),
		delay: (seconds) => realClock.delay(seconds),
		shutdown,
		compat: flags.scriptingCompat,
	});
	const dispatcher = new Dispatcher(context, commands);
	const tcp = await TcpServer.listen({
		context,
		dispatcher,
		port: flags.scriptingPort ?? defaultPort,
		host: flags.scriptingHost,
		allowFrom: flags.allowFrom,
		log: (message) => console.error(`microjoule: ${message}`),
	});
	return { context, dispatcher, tcp, [Symbol.asyncDispose]: () => tcp.close() };
}
