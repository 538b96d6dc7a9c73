/** Simulated instruments that can be added while the program runs: one of each kind is always on offer, beside what is plugged in. */

import { type Clock, realClock } from '../drivers/clock.ts';
import type { Instrument } from '../drivers/instrument.ts';
import { models } from '../drivers/models.ts';
import type { Simulator } from '../drivers/simulator/simulator.ts';
import { openSimulated } from './instruments.ts';
import { buildBench, settingsAtStart } from './simulated-bench.ts';
import { instrumentKinds } from './simulators.ts';

const pathOf = (kind: string) => `sim:new-${kind}`;

export const simulatedOffers = instrumentKinds.map((kind) => ({ path: pathOf(kind), title: `Simulated ${models[kind].title}`, serial: '' }));

/** Makes the one that a path offers, with its output on as at the start of the program; undefined where the path is no offer. */
export async function openOffered(
	path: string,
	names: ReadonlySet<string>,
	clock: Clock = realClock,
): Promise<{ readonly simulator: Simulator; readonly instrument: Instrument } | undefined> {
	const kind = instrumentKinds.find((candidate) => pathOf(candidate) === path);
	if (!kind) return undefined;
	let number = 1;
	const name = () => (number === 1 ? models[kind].title : `${models[kind].title} ${number}`);
	while (names.has(name())) number++;
	const [device] = await buildBench({ sim: [{ kind, name: name() }] }, clock);
	const instrument = await openSimulated(device.simulator, clock, `sim:${kind} ${name()}`, name());
	await instrument.set(settingsAtStart(device));
	return { simulator: device.simulator, instrument };
}
