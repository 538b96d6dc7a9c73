/** A trigger as it is being typed, and what it comes to. Text is kept as it was written; figures are in SI. Pure. */

import { parseQuantity, quantity } from '../format.ts';
import type { Condition, DeviceState, TriggerPlan } from '../types.ts';

export const conditionTypes = {
	edge: 'Value passes a level',
	level: 'Value stays beyond a level',
	digital: 'Digital input changes',
	text: 'UART line',
	manual: 'By hand',
} as const;
export type ConditionType = keyof typeof conditionTypes;

export interface ConditionDraft {
	readonly type: ConditionType;
	readonly device: string;
	readonly channel: string;
	readonly digital: string;
	/** Up, or above. */
	readonly up: boolean;
	readonly level: string;
	readonly hysteresis: string;
	readonly hold: string;
	readonly text: string;
	readonly pattern: boolean;
}

export interface PlanDraft {
	readonly starts: boolean;
	readonly start: ConditionDraft;
	readonly pre: string;
	readonly stops: 'hand' | 'time' | 'condition';
	readonly stop: ConditionDraft;
	readonly after: string;
	/** Empty: again and again. */
	readonly times: string;
	readonly name: string;
}

function newCondition(device: string, up: boolean): ConditionDraft {
	return { type: up ? 'edge' : 'level', device, channel: 'mc', digital: 'i1', up, level: '5 mA', hysteresis: '1 mA', hold: up ? '0 s' : '100 ms', text: '', pattern: false };
}

/** What the panel shows: the plan in force, or something to begin with. */
export function draftOf(plan: TriggerPlan | null, devices: readonly DeviceState[]): PlanDraft {
	const device = devices[0]?.id ?? '';
	const seconds = (value: number) => quantity(value, 's', 6).replace('−', '-');
	const condition = (from: Condition | null | undefined, up: boolean): ConditionDraft => {
		const fresh = newCondition(device, up);
		if (!from || from.type === 'manual') return { ...fresh, type: from ? 'manual' : fresh.type };
		const unit = unitOf(devices, from.device, 'channel' in from ? from.channel : '');
		const written = (value: number) => `${Number(value.toPrecision(12))} ${unit}`;
		switch (from.type) {
			case 'edge':
				return { ...fresh, type: 'edge', device: from.device, channel: from.channel, up: from.rising, level: written(from.level), hysteresis: written(from.hysteresis) };
			case 'level':
				return { ...fresh, type: 'level', device: from.device, channel: from.channel, up: from.above, level: written(from.level), hold: seconds(from.holdS) };
			case 'digital':
				return { ...fresh, type: 'digital', device: from.device, digital: from.channel, up: from.rising };
			case 'text':
				return { ...fresh, type: 'text', device: from.device, text: from.text, pattern: from.pattern };
		}
	};
	if (!plan)
		return {
			starts: true,
			start: condition(null, true),
			pre: '100 ms',
			stops: 'time',
			stop: condition(null, false),
			after: '1 s',
			times: '1',
			name: '',
		};
	return {
		starts: plan.start !== null,
		start: condition(plan.start, true),
		pre: seconds(plan.preS),
		stops: plan.stop ? 'condition' : plan.afterS !== null ? 'time' : 'hand',
		stop: condition(plan.stop, false),
		after: plan.afterS === null ? '1 s' : seconds(plan.afterS),
		times: plan.times === null ? '' : String(plan.times),
		name: plan.name ?? '',
	};
}

/** Throws an Error that names the field. */
export function planOf(draft: PlanDraft, devices: readonly DeviceState[]): TriggerPlan {
	const { starts, start, pre, stops, stop, after, times, name } = draft;
	const count = times.trim() === '' ? null : Number(times);
	if (count !== null && !(Number.isInteger(count) && count >= 1)) throw new Error(`"${times}" is no number of recordings: 1 or more, or nothing for no end.`);
	return {
		start: starts ? conditionOf(start, devices) : null,
		preS: starts ? figure(pre, 's', 'time before') : 0,
		stop: !starts || stops === 'condition' ? conditionOf(stop, devices) : null,
		afterS: starts && stops === 'time' ? figure(after, 's', 'time after') : null,
		times: count,
		name: starts && name.trim() !== '' ? name.trim() : null,
	};
}

function conditionOf({ type, device, channel, digital, up, level, hysteresis, hold, text, pattern }: ConditionDraft, devices: readonly DeviceState[]): Condition {
	const unit = unitOf(devices, device, channel);
	switch (type) {
		case 'edge':
			return { type, device, channel, rising: up, level: figure(level, unit, 'level'), hysteresis: figure(hysteresis, unit, 'hysteresis') };
		case 'level':
			return { type, device, channel, above: up, level: figure(level, unit, 'level'), holdS: figure(hold, 's', 'time it stays there') };
		case 'digital':
			return { type, device, channel: digital, rising: up };
		case 'text':
			return { type, device, text, pattern };
		case 'manual':
			return { type };
	}
}

export function unitOf(devices: readonly DeviceState[], device: string, channel: string): string {
	return devices.find(({ id }) => id === device)?.channels.find(({ id }) => id === channel)?.unit ?? '';
}

function figure(text: string, unit: string, what: string): number {
	const value = parseQuantity(text, unit);
	if (Number.isNaN(value)) throw new Error(`"${text}" is no ${what}. Type for example 20 m${unit}.`);
	return value;
}
