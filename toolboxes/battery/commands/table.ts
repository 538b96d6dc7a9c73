/** The battery toolbox's rows of the command table. The battery is asked for when a command comes: whoever only describes the table has none. */

import type { Command } from '../../automation/command.ts';
import type { Battery } from '../battery.ts';
import { emulatorCommands } from './emulator.ts';
import { legacySupplyCommands } from './legacy-supply.ts';
import { profileCommands } from './profiles.ts';
import { profilingCommands } from './profiling.ts';
import { supplyCommands } from './supply.ts';

export function batteryCommands(battery: () => Battery): readonly Command[] {
	return [...profileCommands(battery), ...supplyCommands(battery), ...emulatorCommands(battery), ...profilingCommands(battery), ...legacySupplyCommands(battery)];
}
