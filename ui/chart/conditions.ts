/**
 * What the chart says of a measurement besides its values: where the instrument switched range and had not settled, where it cut off for over-current or
 * had another fault, where samples are missing and why. From the engine's events; pure.
 */

import { quantity } from '../format.ts';
import type { AcquisitionEvent } from '../types.ts';

export interface Condition {
	/** more: too many to tell apart. */
	readonly kind: 'range' | 'fault' | 'gap' | 'more';
	readonly device: string;
	/** Of what channel; of all of the device where there is none. */
	readonly channel?: string;
	/** s, of the device's or recording's own time; a moment where both are the same. */
	readonly from: number;
	readonly to: number;
	/** One line for people. */
	readonly text: string;
}

/** Types of events that become conditions. */
export const conditionTypes = ['range', 'fault', 'disconnect', 'gap'] as const;

const gapReasons = { lost: 'lost on the way', checksum: 'damaged on the way', damaged: 'damaged on the disk' } as const;

/** `settleS`: s that a switch of the channel needs to settle; 0 where nothing is known. Undefined for other events, and for the first range of all, which is no switch. */
export function conditionOf(device: string, event: AcquisitionEvent, settleS: (channel: string) => number): Condition | undefined {
	const { time } = event;
	switch (event.type) {
		case 'range': {
			if (time <= 0) return undefined;
			const { channel, range } = event;
			const settling = settleS(channel);
			return { kind: 'range', device, channel, from: time, to: time + settling, text: `${range} range${settling > 0 ? `, ${quantity(settling, 's', 1)} to settle` : ''}` };
		}
		case 'fault':
		case 'disconnect':
			return { kind: 'fault', device, from: time, to: time, text: event.message };
		case 'gap':
			return { kind: 'gap', device, channel: event.channel, from: time, to: time + event.duration, text: `samples ${gapReasons[event.reason]}` };
		default:
			return undefined;
	}
}

/** Whether it concerns a channel: switches concern their own rail's current only, what has no channel every one of its device. */
export function concerns({ device, channel }: Condition, ofDevice: string, ofChannel: string): boolean {
	return device === ofDevice && (channel === undefined || channel === ofChannel);
}
