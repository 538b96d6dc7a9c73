/** A cell of which only the charge is known, as a profile: one voltage until it is empty, and no resistance. */

import { MicrojouleError } from '../../../drivers/errors.ts';
import type { BatteryProfile } from '../profile/profile.ts';
import type { IdealCell } from './request.ts';

/** Without a voltage its voltages are NaN. INVALID_VALUE for a capacity or voltage that is none. */
export function idealProfile({ capacityC, voltageV }: IdealCell): BatteryProfile {
	for (const [what, value, unit] of [
		['capacity', capacityC, 'C'],
		['voltage', voltageV, 'V'],
	] as const)
		if (value !== undefined && !(value > 0 && Number.isFinite(value)))
			throw new MicrojouleError('INVALID_VALUE', `The ${what} of the ideal cell is ${value} ${unit}; it must be above 0.`, { [what]: value });
	const volts = voltageV ?? Number.NaN;
	return {
		id: '00000000-0000-0000-0000-000000000000',
		name: 'ideal',
		battery: { nominalCapacityC: capacityC, nominalV: voltageV },
		tables: [{ id: 'ideal', usedC: Float64Array.of(0, capacityC), openCircuitV: Float64Array.of(volts, volts), resistanceOhm: Float64Array.of(0, 0), pairs: [] }],
	};
}
