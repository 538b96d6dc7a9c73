/** For tests of the battery toolbox: the engine of the scripting tests with the toolbox on it, wired as `serve` does it. */

import { type EngineOptions, ScriptingEngine } from '../automation/testing.ts';
import { Battery } from './battery.ts';
import { batteryCommands } from './commands/table.ts';

export interface BatteryEngine extends AsyncDisposable {
	readonly engine: ScriptingEngine;
	readonly battery: Battery;
}

/** Licences: Automation and Battery, unless told otherwise. */
export async function openBatteryEngine(options: Omit<EngineOptions, 'rows'> = {}): Promise<BatteryEngine> {
	let battery: Battery | undefined;
	const engine = await ScriptingEngine.open({
		licences: ['Automation', 'Battery'],
		...options,
		rows: async ({ bench, licensing, clock, folder, simulators, cleanup }) => {
			const made = await Battery.open({ bench, gate: licensing.gate, clock, dataFolder: folder, placeSource: (device) => simulators.get(device)?.source });
			battery = cleanup.use(made);
			return batteryCommands(() => made);
		},
	});
	return { engine, battery: battery as Battery, [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose]() };
}
