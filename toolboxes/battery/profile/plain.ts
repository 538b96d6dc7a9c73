/** Profiles as JSON: what the HTTP API, and the program's --json, say of them. SI units. */

import type { Profile, ProfileSummary } from '../schemas.ts';
import { CellModel } from './model.ts';
import type { ProfileEntry } from './profile-store.ts';

export function summaryOf({ profile, builtIn, inUse }: ProfileEntry): ProfileSummary {
	const { id, name, battery, tables, provenance } = profile;
	return {
		id,
		name,
		manufacturer: battery.manufacturer,
		model: battery.model,
		size: battery.size,
		builtIn,
		generic: provenance?.generic ?? false,
		capacityC: new CellModel(profile).capacityC,
		nominalV: battery.nominalV,
		cutoffV: battery.cutoffV,
		temperaturesC: [...new Set(tables.flatMap(({ temperatureC }) => temperatureC ?? []))],
		source: provenance?.source,
		inUse,
	};
}

/** With its curves. */
export function plainProfile(entry: ProfileEntry): Profile {
	const { battery, tables, selfDischargePerYear, provenance, uncertainty } = entry.profile;
	return {
		...summaryOf(entry),
		nominalCapacityC: battery.nominalCapacityC,
		selfDischargePerYear,
		provenance,
		uncertainty,
		tables: tables.map(({ id, temperatureC, currentA, usedC, openCircuitV, resistanceOhm, pairs }) => ({
			id,
			temperatureC,
			currentA,
			usedC: [...usedC],
			openCircuitV: [...openCircuitV],
			resistanceOhm: [...resistanceOhm],
			pairs: pairs.map((pair) => ({ resistanceOhm: [...pair.resistanceOhm], timeConstantS: [...pair.timeConstantS] })),
		})),
	};
}
