/** Cuts a recording into a budget's phases and measures each: energy, charge, average and peak of the main current, duration. */

import { MicrojouleError } from '../../../drivers/errors.ts';
import type { RecordingReader } from '../../../engine/recording/reader.ts';
import { statistics } from '../../../engine/recording/statistics.ts';
import type { Figure, Moment, Phase } from './budget-file.ts';
import { findMoment } from './moments.ts';

export interface Occurrence {
	/** s from the recording's start. */
	readonly from: number;
	readonly to: number;
	readonly figures: Readonly<Record<Figure, number>>;
	/** Samples of the main current lost in it. */
	readonly lost: number;
}

/** Every occurrence that the phase asks for until `endS`; NOT_FOUND where it does not happen, with what is missing. */
export async function measurePhase(reader: RecordingReader, device: string, phase: Phase, endS: number): Promise<readonly Occurrence[]> {
	const occurrences: Occurrence[] = [];
	let after: number | undefined;
	do {
		const find = async (moment: Moment, since: number | undefined) => {
			const at = await findMoment(reader, device, moment, since);
			return at !== undefined && at <= endS ? at : undefined;
		};
		const from = phase.from ? await find(phase.from, after) : 0;
		if (from === undefined) {
			if (occurrences.length > 0) break;
			throw missing(phase, 'begin', phase.from, endS);
		}
		const to = phase.to ? await find(phase.to, from) : endS;
		if (to === undefined) {
			if (occurrences.length > 0) break;
			throw missing(phase, 'end', phase.to, endS);
		}
		if (from <= (occurrences.at(-1)?.from ?? -1)) break; // moments that do not move on
		occurrences.push(await measure(reader, device, from, to));
		// The end of one may be the beginning of the next.
		after = phase.to ? to - 2e-9 : to;
	} while (phase.every);
	return occurrences;
}

async function measure(reader: RecordingReader, device: string, from: number, to: number): Promise<Occurrence> {
	const current = await statistics(reader, { device, channel: 'mc', from, to });
	if (current.energy === undefined)
		throw new MicrojouleError('NOT_FOUND', `The recording has neither power nor voltage beside the main current of ${device}: its energy is not known. Record mv or mp as well.`, {
			device,
		});
	return {
		from,
		to,
		lost: current.lost,
		figures: { energy: current.energy, charge: current.charge ?? 0, average: current.average, peak: current.max, duration: to - from },
	};
}

function missing(phase: Phase, edge: string, moment: Moment | undefined, endS: number): MicrojouleError {
	return new MicrojouleError('NOT_FOUND', `The phase ${phase.name} does not ${edge} in the ${endS.toFixed(3)} s until "stop": no ${momentText(moment)}.`, {
		phase: phase.name,
	});
}

export function momentText(moment: Moment | undefined): string {
	if (!moment) return 'moment';
	const times = moment.count > 1 ? ` (number ${moment.count})` : '';
	const plus = moment.plusS ? ` plus ${moment.plusS} s` : '';
	switch (moment.kind) {
		case 'log':
			return `line ${JSON.stringify(moment.pattern)}${times}${plus}`;
		case 'edge':
			return `edge of ${moment.channel}${moment.level === undefined ? '' : moment.level ? ' to high' : ' to low'}${times}${plus}`;
		case 'crossing':
			return `crossing of ${moment.channel} ${moment.direction} ${moment.threshold}${times}${plus}`;
		case 'time':
			return `${moment.timeS} s${times}${plus}`;
	}
}
