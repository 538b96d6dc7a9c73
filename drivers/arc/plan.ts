/**
 * What a measurement plan means for one model: the channels it names are checked, what the device brings in is added, rates are chosen.
 * Nothing is sent here.
 */

import { MicrojouleError } from '../errors.ts';
import type { Channel, MeasurementPlan } from '../instrument.ts';
import type { Model } from '../models.ts';
import { wireIds } from './protocol.ts';

export interface ResolvedPlan {
	/** All channels, those the device brings in included; logs with rate 0. */
	readonly channels: readonly { readonly id: string; readonly rate: number }[];
	/** Wire numbers to stream, ascending. */
	readonly wireIds: readonly number[];
	/** Rates that differ between channels of this model and must be set first: wire number and Hz. */
	readonly rates: readonly { readonly wireId: number; readonly id: string; readonly rateHz: number }[];
	readonly wantsLog: boolean;
}

/** Throws INVALID_VALUE naming the channel or rate and what is allowed. `present` are the rates in force, where they are not the defaults. */
export function resolvePlan(model: Model, plan: MeasurementPlan, present: ReadonlyMap<string, number>): ResolvedPlan {
	const asked = new Map<string, number>();
	const brought = new Map<string, number>();
	for (const { id, rate } of plan.channels) {
		const channel = channelNamed(model, id);
		const rateHz = rate ?? present.get(id) ?? channel.defaultRate;
		if (channel.kind !== 'log' && !channel.rates.includes(rateHz)) {
			const allowed = channel.rates.length === 1 ? `it is fixed at ${channel.rates[0]} S/s` : `it must be one of ${channel.rates.join(', ')} S/s`;
			throw new MicrojouleError('INVALID_VALUE', `The sample rate of ${id} is ${rateHz}; on the ${model.title} ${allowed}.`, { channel: id, rate: rateHz, choices: channel.rates });
		}
		if (asked.has(id)) throw new MicrojouleError('INVALID_VALUE', `Channel ${id} is named twice; name each channel once.`, { channel: id });
		asked.set(id, channel.kind === 'log' ? 0 : rateHz);
		for (const partner of channel.brings ?? []) brought.set(partner, channelNamed(model, partner).rates.includes(rateHz) ? rateHz : channelNamed(model, partner).defaultRate);
	}
	const all = new Map([...brought, ...asked]);
	const wire = new Map<number, string>();
	for (const id of all.keys()) if (channelNamed(model, id).kind !== 'log') wire.set(wireIdOf(id), id);
	if (wire.size === 0)
		throw new MicrojouleError('INVALID_VALUE', 'A measurement needs at least one sampled channel; add one such as mc or mv.', { channels: plan.channels.map(({ id }) => id) });
	const ascending = [...wire.keys()].sort((a, b) => a - b);
	return {
		channels: [...all].map(([id, rate]) => ({ id, rate })),
		wireIds: ascending,
		rates: ascending.flatMap((wireId) => {
			const id = wire.get(wireId) as string;
			return channelNamed(model, id).rates.length > 1 ? [{ wireId, id, rateHz: all.get(id) as number }] : [];
		}),
		wantsLog: asked.has('rx'),
	};
}

/** Both digital inputs travel in one column. */
export function wireIdOf(id: string): number {
	return id === 'i1' || id === 'i2' ? wireIds.gpi : wireIds[id];
}

export function channelNamed(model: Model, id: string): Channel {
	const channel = model.channels.find((candidate) => candidate.id === id);
	if (channel) return channel;
	const known = model.channels.map((candidate) => candidate.id);
	throw new MicrojouleError('INVALID_VALUE', `The ${model.title} has no channel ${id}; its channels are ${known.join(', ')}.`, { channel: id, choices: known });
}
