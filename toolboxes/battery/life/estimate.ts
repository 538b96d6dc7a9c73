/**
 * How long a battery lasts under a load: the answer to a `LifeRequest`. It integrates over charge, so that ten years of a second's cycle cost no more
 * than a day of it; `discharge.ts` says how, `periodic.ts` what a cycle does to the voltage.
 */

import { MicrojouleError } from '../../../drivers/errors.ts';
import { BatteryModel, type Outcome } from './battery-model.ts';
import { interpolate } from './discharge.ts';
import { type Cycles, cyclesOf, type Load } from './load.ts';
import type { LoadedCell } from './loaded-cell.ts';
import type { LifeCurve, LifeEstimate, LifePeak, LifeRequest } from './request.ts';
import { sensitivitiesOf } from './sensitivity.ts';
import { spreadOf } from './spread.ts';
import { inWords } from './words.ts';

const curvePoints = 257;
const defaultCapacitorsF = [100e-6, 470e-6];

/** Throws INVALID_VALUE: a load, a cell or a figure that is none, a battery that is empty at the start, a load that draws nothing. */
export function estimateLife(request: LifeRequest): LifeEstimate {
	const { capacitorsF = defaultCapacitorsF, samples, seed } = request;
	for (const capacitorF of capacitorsF)
		if (!(capacitorF > 0 && Number.isFinite(capacitorF))) throw invalid(`A capacitor of ${capacitorF} F is none; it must be above 0 F.`, { capacitorF });
	const cycles = cyclesOf(request.load);
	const battery = new BatteryModel(request);
	requireVoltage(battery, cycles);
	const loaded = battery.loaded(cycles);
	requireDraw(battery, loaded);
	requireStart(battery, loaded);
	const outcome = battery.life(cycles);
	const { usedC, endedBy, selfDischargedC } = outcome;
	const lifeS = withinCycle(battery, loaded, outcome);
	if (!Number.isFinite(lifeS))
		throw invalid(`The battery would last longer than can be computed: ${battery.capacityC} C at this load. Check its capacity and the load.`, { lifeS });
	const deliveredC = usedC - battery.startC - selfDischargedC;
	const { uncertainty } = battery.profile;
	const spread = request.spread ?? uncertainty;
	return {
		lifeS,
		life: inWords(lifeS),
		endedBy,
		capacityC: battery.capacityC,
		deliveredC,
		selfDischargedC,
		leftC: battery.capacityC - usedC,
		meanA: deliveredC / outcome.lifeS,
		cutoffV: battery.cutoffV,
		peak: peakOf(battery, loaded, cycles, usedC),
		curve: curveOf(battery, loaded, outcome),
		sensitivities: sensitivitiesOf(battery, cycles, outcome.lifeS, usedC, capacitorsF),
		spread: spread && Object.values(spread).some((deviation) => deviation !== undefined && deviation !== 0) ? spreadOf(battery, cycles, spread, samples, seed) : undefined,
		notes: notesOf(battery, request, outcome),
	};
}

/** An ideal cell without a voltage can neither deliver a power nor reach a cut-off. */
function requireVoltage(battery: BatteryModel, { cycles }: Cycles): void {
	if (!Number.isNaN(battery.models[0].openCircuitV(0))) return;
	if (battery.cutoffV !== undefined)
		throw invalid(`A cut-off of ${battery.cutoffV} V needs a cell whose voltage is known: name a battery profile, or its voltage.`, { cutoffV: battery.cutoffV });
	if (cycles.some(({ segments }) => segments.some(({ powerW }) => powerW > 0)))
		throw invalid('A load that draws a power needs a cell whose voltage is known: name a battery profile, or its voltage.', {});
}

function requireDraw(battery: BatteryModel, loaded: readonly LoadedCell[]): void {
	const { startC, selfA } = battery;
	for (const [i, cell] of loaded.entries()) {
		const { meanA } = cell.at(startC);
		if (!(meanA + selfA[i] > 0))
			throw invalid(`Nothing draws from the battery: the load's mean current is ${meanA} A and its self-discharge ${selfA[i]} A, so it would last for ever.`, {
				meanA,
				selfA: selfA[i],
			});
	}
}

function requireStart(battery: BatteryModel, loaded: readonly LoadedCell[]): void {
	const { startC, models, cutoffV = 0 } = battery;
	const lowest = loaded.map((cell) => cell.at(startC).lowestV);
	const i = lowest.findIndex((v) => v < cutoffV);
	if (i < 0) {
		if (startC < (1 - battery.margin) * battery.capacityC) return;
		throw invalid(`The battery is empty at the start: of its charge ${percent(1 - battery.startShare)} are there, and the margin is ${percent(battery.margin)}.`, {
			margin: battery.margin,
		});
	}
	const { currentA } = loaded[i].peakAt(startC);
	const openV = models[i].openCircuitV(startC);
	const { temperatureC } = battery.temperatures[i];
	const under = Number.isFinite(lowest[i]) ? `${lowest[i].toFixed(3)} V under the peak of ${Number((1000 * currentA).toPrecision(4))} mA` : 'it cannot deliver the power asked for';
	throw invalid(
		`The battery is empty at the start: ${openV.toFixed(3)} V without a load and ${under}${temperatureC === undefined ? '' : ` at ${temperatureC} °C`}, the cut-off is ${cutoffV} V. Lower the cut-off or the peak, or take another battery.`,
		{ openCircuitV: openV, lowestV: lowest[i], cutoffV, currentA },
	);
}

/** Where in its last cycle a single load at one temperature ends. Matters when the battery lasts few cycles. */
function withinCycle(battery: BatteryModel, loaded: readonly LoadedCell[], { lifeS, usedC, endedBy }: Outcome): number {
	if (endedBy === 'shelf' || loaded.length > 1 || lifeS === 0) return lifeS;
	const [selfA] = battery.selfA;
	return loaded[0].endWithinCycle(lifeS, usedC, selfA, endedBy === 'cut-off under peak') ?? lifeS;
}

function peakOf(battery: BatteryModel, loaded: readonly LoadedCell[], { parts, cycles }: Cycles, usedC: number): LifePeak {
	const lowest = (charge: number) => Math.min(...loaded.map((cell) => cell.at(charge).lowestV));
	const endV = lowest(usedC);
	const worst = loaded.find((cell) => Object.is(cell.at(usedC).lowestV, endV)) ?? loaded[0];
	const { segment, cycle, currentA, atS } = worst.peakAt(usedC);
	const part = segment ? parts[segment.part] : { scenario: cycles[cycle].scenario, name: 'rest' };
	return { ...part, currentA, atS, startV: lowest(battery.startC), endV };
}

function curveOf(battery: BatteryModel, loaded: readonly LoadedCell[], { usedC: endC, courseC, timeS }: Outcome): LifeCurve {
	const curve: LifeCurve = { timeS: [], usedC: [], stateOfCharge: [], openCircuitV: [], loadedV: [], meanA: [] };
	const at = loaded.map((cell) => cell.quick());
	const { startC, capacityC, temperatures, models } = battery;
	for (let i = 0; i < curvePoints; i++) {
		const charge = i === curvePoints - 1 ? endC : startC + ((endC - startC) * i) / (curvePoints - 1);
		const each = at.map((of) => of(charge));
		const lowest = each.reduce((least, { lowestV }, k) => (lowestV < each[least].lowestV ? k : least), 0);
		curve.timeS.push(interpolate(courseC, timeS, charge));
		curve.usedC.push(charge);
		curve.stateOfCharge.push(1 - charge / capacityC);
		curve.openCircuitV.push(models[lowest].openCircuitV(charge));
		curve.loadedV.push(each[lowest].lowestV);
		curve.meanA.push(each.reduce((sum, { meanA }, k) => sum + temperatures[k].share * meanA, 0));
	}
	return curve;
}

function notesOf(battery: BatteryModel, { cell, load, selfDischargePerYear }: LifeRequest, { lifeS, usedC, selfDischargedC }: Outcome): string[] {
	const { profile, temperatures, startC } = battery;
	const notes: string[] = [];
	if (!('tables' in cell)) notes.push('The cell is ideal: no resistance, one voltage until it is empty.');
	if (profile.provenance?.generic) notes.push(`The profile ${profile.name} stands for a kind of cell; it is not the measurement of one.`);
	if (selfDischargePerYear === undefined && profile.selfDischargePerYear === undefined && 'tables' in cell)
		notes.push('The self-discharge of this cell is not known and not counted.');
	const measured = profile.tables.flatMap(({ temperatureC }) => temperatureC ?? []);
	for (const { temperatureC } of temperatures)
		if (temperatureC !== undefined && measured.length > 0 && (temperatureC < Math.min(...measured) - 5 || temperatureC > Math.max(...measured) + 5))
			notes.push(
				`Nothing was measured near ${temperatureC} °C: the nearest table, of ${temperatureC < Math.min(...measured) ? Math.min(...measured) : Math.max(...measured)} °C, stands for it.`,
			);
	if (battery.cutoffV === undefined && 'tables' in cell)
		notes.push('No cut-off voltage is given: the battery is counted on until its charge is used up. Give the lowest voltage that the device bears.');
	const lostS = waveformsOf(load).reduce((sum, waveform) => sum + waveform.lostS, 0);
	if (lostS > 0) notes.push(`${Number(lostS.toPrecision(4))} s of the recording were lost and are left out.`);
	if (selfDischargedC > 0.5 * (usedC - startC)) notes.push(`Self-discharge takes ${percent(selfDischargedC / (usedC - startC))} of the charge, more than the load.`);
	if (lifeS > 10 * 365.25 * 86_400)
		notes.push("More than ten years: cells age in ways that no discharge curve shows, such as drying out; take the maker's shelf life as the limit.");
	return notes;
}

function waveformsOf(load: Load) {
	const simple = 'scenarios' in load ? load.scenarios.map((scenario) => scenario.load) : [load];
	return simple.flatMap((each) => ('waveform' in each ? [each.waveform] : []));
}

const percent = (share: number): string => `${Number((100 * share).toPrecision(3))} %`;

function invalid(message: string, details: Record<string, unknown>): MicrojouleError {
	return new MicrojouleError('INVALID_VALUE', message, details);
}
