/** The scripting side of `microjoule serve`: the command table on the engine, over TCP and over WebSocket. */

import { join } from 'node:path';
import { realClock } from '../drivers/clock.ts';
import type { Bench } from '../engine/acquisition/bench.ts';
import { isLoopback } from '../engine/server/admission.ts';
import { clientPath } from '../engine/server/client-path.ts';
import type { Server } from '../engine/server/server.ts';
import type { Command } from '../toolboxes/automation/command.ts';
import { subscriptionCommands } from '../toolboxes/automation/commands/subscription.ts';
import { ScriptingContext } from '../toolboxes/automation/context.ts';
import { Dispatcher } from '../toolboxes/automation/dispatcher.ts';
import { commands } from '../toolboxes/automation/table.ts';
import { TcpServer } from '../toolboxes/automation/tcp-server.ts';
import { Traffic } from '../toolboxes/automation/traffic.ts';
import { TrafficSocket, trafficPath } from '../toolboxes/automation/traffic-socket.ts';
import { ScriptingSocket, scriptingPath } from '../toolboxes/automation/web-socket.ts';
import type { Battery } from '../toolboxes/battery/battery.ts';
import { batteryCommands } from '../toolboxes/battery/commands/table.ts';
import type { Licensing } from '../toolboxes/licensing/licensing.ts';
import type { ScriptingFlags } from './scripting-options.ts';

export interface Scripting extends AsyncDisposable {
	readonly context: ScriptingContext;
	readonly dispatcher: Dispatcher;
	readonly tcp: TcpServer;
	readonly webSocket: ScriptingSocket;
}

export interface ScriptingParts {
	readonly bench: Bench;
	readonly licensing: Licensing;
	readonly battery: Battery;
	readonly data: string;
	/** Where WebSockets are served. */
	readonly server: Pick<Server, 'upgrades'>;
	/** Ends the program. */
	readonly shutdown: () => void;
}

function rowsOverTcp(battery: Battery): readonly Command[] {
	return [...commands, ...batteryCommands(() => battery)];
}

/** Every command there is. */
export function scriptingRows(battery: Battery): readonly Command[] {
	return [...rowsOverTcp(battery), ...subscriptionCommands];
}

export async function openScripting(
	flags: ScriptingFlags & { readonly host?: string },
	defaultPort: number,
	{ bench, licensing, battery, data, server, shutdown }: ScriptingParts,
): Promise<Scripting> {
	const confined = [flags.scriptingHost, flags.host].some((host) => host !== undefined && !isLoopback(host));
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
	const log = (message: string) => console.error(`microjoule: ${message}`);
	const traffic = new Traffic();
	const dispatcher = new Dispatcher(context, rowsOverTcp(battery), traffic);
	const tcp = await TcpServer.listen({
		context,
		dispatcher,
		port: flags.scriptingPort ?? defaultPort,
		host: flags.scriptingHost,
		allowFrom: flags.allowFrom,
		log,
	});
	const webSocket = new ScriptingSocket({ context, dispatcher: new Dispatcher(context, scriptingRows(battery), traffic), log });
	const trafficSocket = new TrafficSocket(traffic);
	server.upgrades.set(scriptingPath, webSocket.upgrade);
	server.upgrades.set(trafficPath, trafficSocket.upgrade);
	return {
		context,
		dispatcher,
		tcp,
		webSocket,
		[Symbol.asyncDispose]: async () => {
			await Promise.all([tcp.close(), webSocket.close(), trafficSocket.close()]);
		},
	};
}
