/** Channel names as scripts write them, and which of them a script has enabled. */

import type { DeviceState, MeasuredChannel } from '../../engine/server/bench-api.ts';
import type { ScriptingContext } from './context.ts';
import { invalidValue } from './scripting-error.ts';

/** Otii 3's names of the digital inputs are those of Otii 2 too. */
const aliases: Readonly<Record<string, string>> = { gpi1: 'i1', gpi2: 'i2' };
/** Otii 2's running energy counters: enabling them does nothing, since every recording knows its energy. */
export const energyCounters = ['me', 'ae'];
/** Always measured by the bench. */
const always = ['mc', 'mv', 'mp', 'i1', 'i2', 'rx'];

export function channelName(text: string): string {
	return aliases[text] ?? text;
}

export function channelOf(device: DeviceState, text: string): MeasuredChannel {
	const channel = device.channels.find(({ id }) => id === channelName(text));
	if (channel) return channel;
	throw invalidValue('channel', text, `${device.name} has no channel ${text}. Channels: ${device.channels.map(({ id }) => id).join(', ')}.`);
}

/** Enables or disables a channel for recordings, and switches on what it needs. */
export async function enableChannel(context: ScriptingContext, device: DeviceState, text: string, enable: boolean): Promise<void> {
	if (energyCounters.includes(text)) return;
	const { id } = channelOf(device, text);
	const enabled = context.enabled.get(device.id) ?? new Set<string>();
	context.enabled.set(device.id, enabled);
	if (enable) enabled.add(id);
	else enabled.delete(id);
	// Scripts enable these without a word to the expansion port.
	if (enable && (id === 'i1' || id === 'i2') && !device.settings.expansionPort) await context.bench.set(device.id, { expansionPort: true });
	if (enable && id === 'rx' && !(device.settings.uart && device.settings.expansionPort)) await context.bench.set(device.id, { expansionPort: true, uart: true });
	const { channels, rates } = context.bench.choice(device.id);
	const extra = device.channels.map((channel) => channel.id).filter((channel) => !always.includes(channel) && (channel === id ? enable : channels.includes(channel)));
	await context.bench.choose(device.id, { channels: extra, rates });
}
