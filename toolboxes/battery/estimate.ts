/** A question of life that came over HTTP, asked of `life/` with what it names: a profile of the store, a selection of a recording. */

import { MicrojouleError } from '../../drivers/errors.ts';
import type { Bench } from '../../engine/acquisition/bench.ts';
import { estimateLife } from './life/estimate.ts';
import type { Load, SimpleLoad } from './life/load.ts';
import type { IdealCell, Sensitivity } from './life/request.ts';
import { recordedWaveform } from './life/waveform.ts';
import type { BatteryProfile } from './profile/profile.ts';
import type { ProfileStore } from './profile/profile-store.ts';
import type { Estimate, EstimateRequest } from './schemas.ts';

export interface EstimateParts {
	readonly bench: Bench;
	readonly profiles: ProfileStore;
}

/** INVALID_VALUE, NOT_FOUND. */
export async function estimate(parts: EstimateParts, asked: EstimateRequest): Promise<Estimate> {
	const { series, parallel, temperatureC, cutoffV, margin, selfDischargePerYear, spread, capacitorF, soc } = asked;
	const life = estimateLife({
		cell: await cellOf(parts, asked),
		load: await loadOf(parts, asked.load),
		series,
		parallel,
		temperature: temperatureC,
		cutoffV,
		margin,
		selfDischargePerYear,
		spread,
		stateOfCharge: soc === undefined ? undefined : soc / 100,
		capacitorsF: capacitorF === undefined ? undefined : [capacitorF],
	});
	const { timeS, usedC, stateOfCharge, openCircuitV, loadedV } = life.curve;
	return {
		lifeS: life.lifeS,
		endedBy: life.endedBy,
		usedC: life.deliveredC,
		leftC: life.leftC,
		meanA: life.meanA,
		spread: life.spread,
		curve: { timeS, usedC, soc: stateOfCharge.map((share) => 100 * share), openCircuitV: known(openCircuitV), loadedV: known(loadedV) },
		sensitivities: life.sensitivities.map((each) => ({ change: changeText(each), lifeS: each.lifeS })),
		notes: [...life.notes],
	};
}

/** An ideal cell need not have a voltage. */
const known = (volts: number[]): number[] | undefined => (volts.some(Number.isNaN) ? undefined : volts);

async function cellOf({ profiles }: EstimateParts, { profileId, capacityC, voltageV }: EstimateRequest): Promise<BatteryProfile | IdealCell> {
	if ((profileId === undefined) === (capacityC === undefined))
		throw new MicrojouleError('INVALID_VALUE', 'An estimate needs a battery profile (profileId) or the charge of an ideal cell (capacityC), and not both.', {
			profileId,
			capacityC,
		});
	return profileId === undefined ? { capacityC: capacityC as number, voltageV } : await profiles.get(profileId);
}

type AskedLoad = EstimateRequest['load'];

async function loadOf(parts: EstimateParts, load: AskedLoad): Promise<Load> {
	if (!('scenarios' in load)) return await simpleLoadOf(parts, load);
	return { scenarios: await Promise.all(load.scenarios.map(async (each) => ({ ...each, load: await simpleLoadOf(parts, each.load) }))) };
}

async function simpleLoadOf({ bench }: EstimateParts, load: Exclude<AskedLoad, { scenarios: unknown }>): Promise<SimpleLoad> {
	if ('phases' in load) return load;
	const { recording, device, from, to } = load;
	return { waveform: await bench.reading(recording, (reader) => recordedWaveform(reader, reader.channel(device, 'mc'), from, to)) };
}

/** What would be different, in words. */
function changeText({ of, change, name, scenario }: Sensitivity): string {
	if (of === 'capacitor') return `a capacitor of ${Math.round(change * 1e9) / 1e3} µF across the battery`;
	const percent = `${Math.abs(Math.round(change * 100))} % ${change < 0 ? 'less' : 'more'} ${of}`;
	return [percent, name && `in ${name}`, scenario && `of ${scenario}`].filter((part) => part).join(' ');
}
