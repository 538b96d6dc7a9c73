/** Commands of a device's supply: the power box, which is a constant voltage, or an emulated battery. Setting either switches the output off. */

import { Type } from 'typebox';
import { type Command, command, keys } from '../../automation/command.ts';
import { invalidValue } from '../../automation/scripting-error.ts';
import type { Battery } from '../battery.ts';
import { packKeys, profileKey, profileOf } from './keys.ts';

interface Charge {
	readonly soc?: number;
	readonly used_capacity?: number;
}

export const supplyCommands = (battery: () => Battery): Command[] => [
	command('arc_get_supply_mode', {
		brief: 'What the supply is: `power-box` or `battery-emulator`.',
		request: keys.device,
		response: Type.Object({ supply_mode: Type.Union([Type.Literal('power-box'), Type.Literal('battery-emulator')]) }),
		handle: (context, { device_id }) => {
			context.requireDevice(device_id);
			return { supply_mode: battery().supplies.status(device_id).mode };
		},
	}),
	command('arc_set_supply_power_box', {
		brief: 'The supply is a constant voltage again. Switches the main output off.',
		request: keys.device,
		handle: async (context, { device_id }) => {
			context.requireConnected(device_id);
			await battery().supplies.setPowerBox(device_id);
		},
	}),
	command('arc_set_supply_battery_emulator', {
		brief:
			'The supply is an emulated battery. Switches the main output off. `used_capacity` (C) and `soc` (%) exclude each other; without either it is full. ' +
			'With `soc_tracking` it discharges while current flows.',
		needs: 'battery',
		request: {
			...keys.device,
			...profileKey,
			...packKeys,
			used_capacity: Type.Optional(Type.Number({ minimum: 0 })),
			soc: Type.Optional(Type.Number({ minimum: 0, maximum: 100 })),
			soc_tracking: Type.Optional(Type.Boolean()),
		},
		response: Type.Object({ battery_emulator_id: Type.String() }),
		handle: async (context, { device_id, battery_profile_id, series, parallel, soc_tracking, ...given }) => {
			context.requireConnected(device_id);
			const { soc, used_capacity } = chargeOf(given);
			const { id: profileId } = await profileOf(battery(), battery_profile_id);
			const { id } = await battery().emulate(device_id, { profileId, series, parallel, soc, usedC: used_capacity, tracking: soc_tracking });
			return { battery_emulator_id: id };
		},
	}),
];

/** The C# client always sends both, 0 for the one it does not mean. */
function chargeOf({ soc, used_capacity }: Charge): Charge {
	if (soc === undefined || used_capacity === undefined) return { soc, used_capacity };
	if (soc !== 0 && used_capacity !== 0)
		throw invalidValue('used_capacity', used_capacity, `soc is ${soc} % and used_capacity ${used_capacity} C; they exclude each other, so give one of them.`);
	return { soc: soc === 0 ? undefined : soc, used_capacity: used_capacity === 0 ? undefined : used_capacity };
}
