/**
 * Names of the battery commands: known, checked like any other, and answered `Operation not supported` where the battery toolbox has brought no rows of
 * its own. A client is told so instead of that it misspelt something.
 */

import { type TProperties, Type } from 'typebox';
import { type Command, command, keys, type Needs } from '../command.ts';
import { ScriptingError } from '../scripting-error.ts';

const positive = Type.Optional(Type.Integer({ minimum: 1 }));
const enable = { enable: Type.Boolean() };
const number = { value: Type.Number() };
const cells = { series: positive, parallel: positive };

const ofDevice: Readonly<Record<string, readonly [Needs, TProperties]>> = {
	arc_get_supply_mode: ['automation', {}],
	arc_set_supply_power_box: ['automation', {}],
	arc_set_supply_battery_emulator: [
		'battery',
		{
			battery_profile_id: Type.String(),
			...cells,
			used_capacity: Type.Optional(Type.Number()),
			soc: Type.Optional(Type.Number({ minimum: 0, maximum: 100 })),
			soc_tracking: Type.Optional(Type.Boolean()),
		},
	],
	arc_enable_battery_profiling: ['battery', enable],
	arc_set_battery_profile: ['battery', { value: Type.Array(Type.Object({}), { minItems: 1, maxItems: 10 }) }],
	arc_wait_for_battery_data: ['battery', { timeout: Type.Number({ minimum: 0 }) }],
	// Otii 2's, which older clients send.
	arc_get_supplies: ['automation', {}],
	arc_get_supply: ['automation', {}],
	arc_set_supply: ['automation', { supply_id: Type.Integer(), ...cells }],
	arc_get_supply_series: ['automation', {}],
	arc_get_supply_parallel: ['automation', {}],
	arc_get_supply_soc_tracking: ['automation', {}],
	arc_set_supply_soc_tracking: ['automation', enable],
	arc_get_supply_used_capacity: ['automation', {}],
	arc_set_supply_used_capacity: ['automation', number],
};

const ofEmulator: Readonly<Record<string, TProperties>> = {
	battery_emulator_get_series: {},
	battery_emulator_get_parallel: {},
	battery_emulator_get_soc: {},
	battery_emulator_set_soc: number,
	battery_emulator_get_used_capacity: {},
	battery_emulator_set_used_capacity: number,
	battery_emulator_get_soc_tracking: {},
	// One of the two is there: clients differ.
	battery_emulator_set_soc_tracking: { enable: Type.Optional(Type.Boolean()), enabled: Type.Optional(Type.Boolean()) },
	battery_emulator_update_profile: { battery_profile_id: Type.String(), mode: Type.Union([Type.Literal('keep_soc'), Type.Literal('reset')]) },
};

function unsupported(name: string, needs: Needs, request: TProperties): Command {
	return command(name, {
		brief: 'Not supported without the battery toolbox.',
		needs,
		request,
		handle: () => {
			throw new ScriptingError('Operation not supported', `${name} needs the battery toolbox, which this version does not have.`);
		},
	});
}

export const batteryNames: readonly Command[] = [
	unsupported('otii_get_battery_profiles', 'battery', {}),
	unsupported('otii_get_battery_profile_info', 'battery', { battery_profile_id: Type.String() }),
	...Object.entries(ofDevice).map(([name, [needs, request]]) => unsupported(name, needs, { ...keys.device, ...request })),
	...Object.entries(ofEmulator).map(([name, request]) => unsupported(name, 'battery', { battery_emulator_id: Type.String(), ...request })),
];
