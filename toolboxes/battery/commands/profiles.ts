/** Commands of battery profiles: the list, and one in the words of its file. */

import { type Static, type TSchema, Type } from 'typebox';
import { Value } from 'typebox/value';
import { type Command, command } from '../../automation/command.ts';
import type { Battery } from '../battery.ts';
import type { BatteryProfile } from '../profile/profile.ts';
import { allProfiles, profileKey, profileOf } from './keys.ts';

const text = Type.Optional(Type.String());
const number = Type.Optional(Type.Number());

const description = Type.Object({
	capacity: Type.Number(),
	capacityunit: Type.String(),
	cutoffvoltage: number,
	manufacturer: text,
	maxtemperature: number,
	mintemperature: number,
	model: text,
	size: text,
	sizeunit: text,
	temperatureunit: text,
	voltage: number,
	voltageunit: Type.String(),
	weight: number,
	weightunit: text,
	worktemperature: number,
});

const table = Type.Object({
	dischargetable_id: Type.String(),
	id: Type.String(),
	starttime: text,
	stoptime: text,
	device: Type.Optional(Type.Object({ type: text, id: text, hardwareId: text, firmwareVersion: text })),
});

export const profileCommands = (battery: () => Battery): Command[] => [
	command('otii_get_battery_profiles', {
		brief: 'The battery profiles that there are.',
		needs: 'battery',
		response: Type.Object({
			battery_profiles: Type.Array(Type.Object({ battery_profile_id: Type.String(), name: Type.String(), manufacturer: text, model: text })),
		}),
		handle: async () => {
			const profiles = await allProfiles(battery());
			return { battery_profiles: profiles.map(({ id, name, battery: { manufacturer, model } }) => ({ battery_profile_id: id, name, manufacturer, model })) };
		},
	}),
	command('otii_get_battery_profile_info', {
		brief: 'What is known of a profile: what is printed on the cell (mAh, V), and the ids of its tables.',
		needs: 'battery',
		request: profileKey,
		response: Type.Object({ battery_profile_id: Type.String(), name: Type.String(), battery: description, discharge_tables: Type.Array(table) }),
		handle: async (_context, { battery_profile_id }) => {
			const profile = await profileOf(battery(), battery_profile_id);
			return {
				battery_profile_id: profile.id,
				name: profile.name,
				battery: describe(profile),
				discharge_tables: profile.tables.map(({ id }, index) => tableOf(profile, id, index)),
			};
		},
	}),
];

/** C of a mAh. */
const mAh = 3.6;

/** What is printed on the cell, and what else the profile's file says under the protocol's names. */
function describe({ battery, tables, document }: BatteryProfile): Static<typeof description> {
	const { manufacturer, model, size, cutoffV, nominalV, nominalCapacityC } = battery;
	const largest = Math.max(...tables.map(({ usedC }) => usedC[usedC.length - 1]));
	return {
		...known(description.properties, document?.battery),
		capacity: (nominalCapacityC ?? largest) / mAh,
		capacityunit: 'mAh',
		voltage: nominalV ?? tables[0].openCircuitV[0],
		voltageunit: 'V',
		...present({ cutoffvoltage: cutoffV, manufacturer, model, size }),
	};
}

function tableOf({ document }: BatteryProfile, id: string, index: number): Static<typeof table> {
	const noted = (document?.dischargetables as readonly { device?: unknown }[] | undefined)?.[index];
	const { starttime, stoptime } = known({ starttime: text, stoptime: text }, noted);
	const device = known({ type: text, id: text, hardwareId: text, firmwareVersion: text }, noted?.device);
	return { dischargetable_id: id, id, ...present({ starttime, stoptime, device: Object.keys(device).length > 0 ? device : undefined }) };
}

/** The keys of `value` that have the type wanted. */
function known<P extends Readonly<Record<string, TSchema>>>(properties: P, value: unknown): { [K in keyof P]?: Static<P[K]> } {
	if (typeof value !== 'object' || value === null) return {};
	return Object.fromEntries(Object.entries(value).filter(([key, each]) => Object.hasOwn(properties, key) && Value.Check(properties[key], each))) as never;
}

const present = <T extends object>(values: T): T => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
