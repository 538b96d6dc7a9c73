/** Keys that several battery commands have, and what they name. What they do not name is an `Invalid key value`. */

import { Type } from 'typebox';
import { MicrojouleError, messageOf } from '../../../drivers/errors.ts';
import { invalidValue } from '../../automation/scripting-error.ts';
import type { Battery } from '../battery.ts';
import type { Emulator } from '../emulator/emulator.ts';
import type { BatteryProfile } from '../profile/profile.ts';

export const profileKey = { battery_profile_id: Type.String() };
export const emulatorKey = { battery_emulator_id: Type.String() };

const cells = Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 }));
/** Cells in series, strings in parallel. */
export const packKeys = { series: cells, parallel: cells };

/** All profiles, by name. */
export async function allProfiles(battery: Battery): Promise<readonly BatteryProfile[]> {
	return (await battery.profiles.list()).profiles.map(({ profile }) => profile);
}

export async function profileOf(battery: Battery, id: string): Promise<BatteryProfile> {
	try {
		return await battery.profiles.get(id);
	} catch (error) {
		throw error instanceof MicrojouleError && error.code === 'NOT_FOUND' ? invalidValue('battery_profile_id', id, messageOf(error)) : error;
	}
}

/** An emulator that is its device's supply: one that has been replaced is none. */
export function emulatorOf(battery: Battery, id: string): Emulator {
	try {
		return battery.supplies.emulator(id);
	} catch (error) {
		throw error instanceof MicrojouleError && error.code === 'NOT_FOUND' ? invalidValue('battery_emulator_id', id, messageOf(error)) : error;
	}
}
