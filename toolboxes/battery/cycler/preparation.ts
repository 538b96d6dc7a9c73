/** What is settled before a run begins: whether the instrument can do it, which channels are measured, and how much current may flow. */

import { MicrojouleError } from '../../../drivers/errors.ts';
import type { Instrument } from '../../../drivers/instrument.ts';
import type { ChannelChoice } from '../../../engine/acquisition/bench.ts';
import type { SafetyLimits } from './safety.ts';
import { type Script, signedCurrentA } from './step.ts';

/** Cells are slow: more samples a second say nothing more. */
const sampleRateHz = 1000;
/** Where nothing says how low a cell may come, a share of its voltage at rest decides what constant power may draw. */
const assumedLowest = 0.5;

/** Throws NOT_SUPPORTED, INVALID_VALUE. */
export function checkInstrument({ identity, settingSpecs }: Instrument, { steps }: Script): void {
	if (identity.kind === 'arc' && steps.some(({ kind }) => kind === 'charge'))
		throw new MicrojouleError('NOT_SUPPORTED', `${identity.name} is an Arc: it discharges cells, but does not charge them. Use an Ace, or a script without charge steps.`, {
			device: identity.id,
		});
	const spec = (name: string) => settingSpecs.find((each) => each.name === name);
	for (const { control } of steps) {
		const asked = control?.mode === 'current' ? ['mainCurrent', control.currentA, 'A'] : control?.mode === 'voltage' ? ['mainVoltage', control.voltageV, 'V'] : undefined;
		if (!asked) continue;
		const [name, value, unit] = asked as [string, number, string];
		const { max = Number.POSITIVE_INFINITY } = spec(name) ?? {};
		if (value > max) throw new MicrojouleError('INVALID_VALUE', `A step asks for ${value} ${unit}; ${identity.name} does at most ${max} ${unit}.`, { value, max });
	}
}

/** Current, voltage and temperatures, at a rate that cells need; what somebody measures besides stays. */
export function choiceFor({ channels }: Instrument, before: ChannelChoice): ChannelChoice {
	const temperatures = channels.filter(({ unit }) => unit === '°C').map(({ id }) => id);
	const rates = channels.filter(({ id, rates }) => ['mc', 'mv', 'mp'].includes(id) && rates.includes(sampleRateHz)).map(({ id }) => [id, sampleRateHz] as const);
	return { channels: [...new Set([...before.channels, ...temperatures])], rates: { ...before.rates, ...Object.fromEntries(rates) } };
}

/** A, the most that a script draws from or gives to a cell of `restV`. INVALID_VALUE where nothing says how much. */
export function largestA({ steps, until }: Script, restV: number, given: Partial<SafetyLimits>): number {
	return Math.max(
		0,
		...steps.map((step, index) => {
			const { currentA } = step.control?.mode === 'current' || step.control?.mode === 'voltage' ? step.control : {};
			if (given.maxCurrentA !== undefined && currentA !== undefined && currentA > given.maxCurrentA)
				throw new MicrojouleError('INVALID_VALUE', `Step ${index + 1} asks for ${currentA} A, above the limit of ${given.maxCurrentA} A; lower it, or raise the limit.`, {
					step: index + 1,
					value: currentA,
					max: given.maxCurrentA,
				});
			if (step.control?.mode === 'voltage' && step.control.currentA === undefined) {
				if (given.maxCurrentA !== undefined) return given.maxCurrentA;
				throw new MicrojouleError('INVALID_VALUE', `Step ${index + 1} holds a voltage without a current as its limit; give the step a current, or the script a limit maxCurrent.`, {
					step: index + 1,
				});
			}
			const lowest = Math.max(until.cutoffV ?? 0, step.exits.belowV ?? 0, given.minVoltageV ?? 0) || restV * assumedLowest;
			// A resistance draws most from a full cell, a power from an empty one.
			const voltageV = step.control?.mode === 'resistance' ? Math.max(restV, step.exits.aboveV ?? 0) : lowest;
			return Math.abs(signedCurrentA(step, voltageV));
		}),
	);
}
