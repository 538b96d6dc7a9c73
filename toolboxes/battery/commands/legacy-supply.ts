/**
 * Otii 2's supply commands, which older clients send. There a supply has a number: 0 is the power box, every battery profile has another for as long as
 * the program runs. Tracking and used capacity belong to the device: set while the power box is on, they wait for the battery.
 */

import { Type } from 'typebox';
import { type Command, command, keys } from '../../automation/command.ts';
import { invalidValue } from '../../automation/scripting-error.ts';
import type { Battery } from '../battery.ts';
import { allProfiles, packKeys } from './keys.ts';

const powerBox = { supply_id: 0, name: 'Power box' };

/** What a device's next battery starts with. */
interface Waiting {
	tracking: boolean;
	usedC: number;
}

export function legacySupplyCommands(battery: () => Battery): Command[] {
	const numbers = new Map<string, number>();
	const waiting = new Map<string, Waiting>();
	const numberOf = (profileId: string) => {
		const known = numbers.get(profileId) ?? numbers.size + 1;
		numbers.set(profileId, known);
		return known;
	};
	const profiles = async () => {
		const all = await allProfiles(battery());
		for (const { id } of all) numberOf(id);
		return all;
	};
	const emulatorOf = (device: string) => battery().supplies.get(device);
	const waitingOf = (device: string) => waiting.get(device) ?? { tracking: true, usedC: 0 };

	return [
		command('arc_get_supplies', {
			brief: 'Supplies by number: 0 is the power box, the others are the battery profiles. Otii 2.',
			needs: 'battery',
			request: keys.device,
			response: Type.Object({
				supplies: Type.Array(Type.Object({ supply_id: Type.Integer(), name: Type.String(), manufacturer: Type.Optional(Type.String()), model: Type.Optional(Type.String()) })),
			}),
			handle: async () => {
				const batteries = (await profiles()).map(({ id, name, battery: { manufacturer, model } }) => ({ supply_id: numberOf(id), name, manufacturer, model }));
				return { supplies: [powerBox, ...batteries] };
			},
		}),
		command('arc_get_supply', {
			brief: "The supply's number. Otii 2.",
			needs: 'battery',
			request: keys.device,
			response: Type.Object({ supply_id: Type.Integer() }),
			handle: async (_context, { device_id }) => {
				await profiles();
				const emulator = emulatorOf(device_id);
				return { supply_id: emulator ? numberOf(emulator.profile.id) : 0 };
			},
		}),
		command('arc_set_supply', {
			brief: 'Sets the supply by its number. Switches the main output off. Otii 2.',
			needs: 'battery',
			request: { ...keys.device, supply_id: Type.Integer({ minimum: 0 }), ...packKeys },
			handle: async (context, { device_id, supply_id, series, parallel }) => {
				context.requireConnected(device_id);
				const found = supply_id === 0 ? undefined : (await profiles()).find(({ id }) => numberOf(id) === supply_id);
				if (supply_id !== 0 && !found) throw invalidValue('supply_id', supply_id, `There is no supply ${supply_id}; arc_get_supplies lists them.`);
				if (!found) return await battery().supplies.setPowerBox(device_id);
				await battery().emulate(device_id, { profileId: found.id, series, parallel, ...waitingOf(device_id) });
				waiting.delete(device_id);
			},
		}),
		...(['series', 'parallel'] as const).map((what) =>
			command(`arc_get_supply_${what}`, {
				brief: `${what === 'series' ? 'Cells in series' : 'Strings of cells in parallel'}; 1 for the power box. Otii 2.`,
				needs: 'battery',
				request: keys.device,
				response: Type.Object({ value: Type.Integer() }),
				handle: (_context, { device_id }) => ({ value: emulatorOf(device_id)?.[what] ?? 1 }),
			}),
		),
		command('arc_get_supply_soc_tracking', {
			brief: 'Whether the battery discharges while current flows. Otii 2.',
			needs: 'battery',
			request: keys.device,
			response: Type.Object({ enabled: Type.Boolean() }),
			handle: (_context, { device_id }) => ({ enabled: (emulatorOf(device_id) ?? waitingOf(device_id)).tracking }),
		}),
		command('arc_set_supply_soc_tracking', {
			brief: 'Whether the battery, or the next one, discharges while current flows. Otii 2.',
			needs: 'battery',
			request: { ...keys.device, enable: Type.Boolean() },
			handle: (_context, { device_id, enable }) => {
				const emulator = emulatorOf(device_id);
				if (emulator) emulator.tracking = enable;
				else waiting.set(device_id, { ...waitingOf(device_id), tracking: enable });
			},
		}),
		command('arc_get_supply_used_capacity', {
			brief: 'Charge used since full, C. Otii 2.',
			needs: 'battery',
			request: keys.device,
			response: Type.Object({ value: Type.Number() }),
			handle: (_context, { device_id }) => ({ value: (emulatorOf(device_id) ?? waitingOf(device_id)).usedC }),
		}),
		command('arc_set_supply_used_capacity', {
			brief: 'Sets the charge used since full, C, of the battery or the next one. Otii 2.',
			needs: 'battery',
			request: { ...keys.device, value: Type.Number({ minimum: 0 }) },
			handle: (_context, { device_id, value }) => {
				const emulator = emulatorOf(device_id);
				if (emulator) emulator.setUsedC(value);
				else waiting.set(device_id, { ...waitingOf(device_id), usedC: value });
			},
		}),
	];
}
