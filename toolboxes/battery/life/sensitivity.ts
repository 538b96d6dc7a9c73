/**
 * What would help: the life with a tenth less of each phase's current and time, with a tenth less of each scenario, and with a capacitor across the
 * battery. A shorter phase leaves its time to the quietest one of its cycle; a shorter quietest phase makes the cycle shorter.
 */

import type { BatteryModel } from './battery-model.ts';
import type { Cycle, Cycles, Segment } from './load.ts';
import { periodS } from './load.ts';
import type { Sensitivity } from './request.ts';

const change = -0.1;
/** More parts than this are not asked one by one. */
const mostParts = 50;

/** The gains are from `lifeS`, the life without a change. */
export function sensitivitiesOf(battery: BatteryModel, { parts, cycles }: Cycles, lifeS: number, usedC: number, capacitorsF: readonly number[]): Sensitivity[] {
	const result: Sensitivity[] = [];
	const note = (what: Omit<Sensitivity, 'lifeS' | 'gainS' | 'change'>, changed: readonly Cycle[]) => {
		const life = battery.life({ parts, cycles: changed }).lifeS;
		result.push({ ...what, change, lifeS: life, gainS: life - lifeS });
	};
	for (const [index, part] of parts.slice(0, mostParts).entries()) {
		const own = cycles.findIndex(({ segments }) => segments.some((segment) => segment.part === index && (segment.currentA !== 0 || segment.powerW !== 0)));
		if (own < 0) continue;
		const { segments } = cycles[own];
		const powered = segments.some((segment) => segment.part === index && segment.powerW > 0);
		note({ ...part, of: powered ? 'power' : 'current' }, replaced(cycles, own, weaker(segments, index)));
		const others = segments.some((segment) => segment.part !== index);
		if (others || cycles[own].perDay !== undefined) note({ ...part, of: 'duration' }, replaced(cycles, own, shorter(cycles[own], index)));
	}
	if (cycles.length > 1)
		for (const [index, { scenario, perDay, weight }] of cycles.entries()) {
			if (perDay === undefined && cycles.filter((cycle) => cycle.weight !== undefined).length < 2) continue;
			const fewer = perDay === undefined ? { weight: (1 + change) * (weight ?? 0) } : { perDay: (1 + change) * perDay };
			note({ scenario, of: perDay === undefined ? 'weight' : 'number per day' }, cycles.with(index, { ...cycles[index], ...fewer }));
		}
	for (const capacitorF of capacitorsF) {
		const { lifeS: life } = battery.life({ parts, cycles }, { capacitorF });
		const peaks = battery.loaded({ parts, cycles }, capacitorF).map((loaded) => loaded.peakAt(usedC).currentA);
		result.push({ of: 'capacitor', change: capacitorF, lifeS: life, gainS: life - lifeS, peakA: Math.max(...peaks) });
	}
	return result;
}

const replaced = (cycles: readonly Cycle[], index: number, segments: readonly Segment[]): Cycle[] => cycles.with(index, { ...cycles[index], segments });

function weaker(segments: readonly Segment[], part: number): Segment[] {
	const factor = 1 + change;
	return segments.map((segment) =>
		segment.part === part ? { ...segment, currentA: factor * segment.currentA, powerW: factor * segment.powerW, peakA: factor * segment.peakA } : segment,
	);
}

function shorter({ segments, perDay }: Cycle, part: number): Segment[] {
	const ofPart = (index: number) => segments.filter((segment) => segment.part === index);
	const mean = (index: number) => ofPart(index).reduce((sum, { currentA, powerW, durationS }) => sum + (currentA + powerW) * durationS, 0) / periodS(ofPart(index));
	const present = [...new Set(segments.map((segment) => segment.part))];
	const quietest = present.reduce((least, index) => (mean(index) < mean(least) ? index : least));
	// Between runs a scenario rests, and takes the time.
	const heir = quietest === part || perDay !== undefined ? undefined : quietest;
	const freedS = -change * periodS(ofPart(part));
	const longer = heir === undefined ? 1 : 1 + freedS / periodS(ofPart(heir));
	return segments.map((segment) => ({ ...segment, durationS: segment.durationS * (segment.part === part ? 1 + change : segment.part === heir ? longer : 1) }));
}
