/** The profile that a discharge has shown, in Otii's format with how it was measured. */

import { MicrojouleError } from '../../../drivers/errors.ts';
import { version } from '../../../engine/version.ts';
import type { CellOutcome } from '../cycler/cell-run.ts';
import { type Control, type Step, stepText } from '../cycler/step.ts';
import { readProfile } from '../profile/otii-json.ts';
import type { BatteryProfile } from '../profile/profile.ts';
import { decimated, rowsOf } from './rows.ts';

/** mAh, in which tables are written. */
const coulombsPerMAh = 3.6;

/** INVALID_VALUE where too little was measured for a curve. */
export function profileOf({ plan, device, results, journal }: CellOutcome, name: string): BatteryProfile {
	const starts = journal.lines.filter((line) => line.type === 'start');
	const rows = decimated(rowsOf(results, starts[0]?.restV));
	if (rows.length < 2) {
		const found = `The run ${plan.id} has measured ${rows.length === 0 ? 'no point' : 'one point'} of the cell's curve`;
		throw new MicrojouleError('INVALID_VALUE', `${found}; a profile needs two, each of an iteration with two different currents. Let it run for longer.`, { id: plan.id });
	}
	const { steps, until } = plan.script;
	const instrument = plan.instruments[device];
	const recordings = [...new Set(starts.flatMap(({ recording }) => recording ?? []))];
	const interrupted = starts.length > 1 ? ` Resumed ${starts.length - 1} times; the cell rested in between.` : '';
	const document = {
		id: crypto.randomUUID(),
		battery: {
			manufacturer: plan.cell.manufacturer,
			model: plan.cell.model,
			size: plan.cell.size,
			capacity: plan.cell.nominalCapacityC === undefined ? undefined : plan.cell.nominalCapacityC / coulombsPerMAh,
			capacityunit: 'mAh',
			voltage: plan.cell.nominalV,
			cutoffvoltage: plan.cell.cutoffV ?? until.cutoffV,
			voltageunit: 'V',
		},
		dischargetables: [
			{
				id: crypto.randomUUID(),
				temperature: plan.temperatureC,
				temperatureunit: plan.temperatureC === undefined ? undefined : '°C',
				dischargeprofile: {
					...(steps.length === 2 ? { low: phaseOf(steps[0]), high: phaseOf(steps[1]) } : { steps: steps.map(phaseOf) }),
					exitConditions: { iterations: until.iterations, ocv: until.openCircuitV, voltage: until.cutoffV },
				},
				device: { type: instrument.kind === 'arc' ? 'Arc' : 'Ace', id: instrument.serial, hardwareId: instrument.hardwareVersion, firmwareVersion: instrument.firmwareVersion },
				softwareVersion: `Microjoule ${version}`,
				table: rows.map(({ usedC, openCircuitV, resistanceOhm }) => ({ voltage: openCircuitV, resistance: resistanceOhm, capacity: usedC / coulombsPerMAh })),
			},
		],
		microjoule: {
			provenance: {
				source: `Discharged with ${instrument.name} (${instrument.serial}) from ${plan.startedAt.slice(0, 10)} on: ${steps.map(stepWords).join(', ')}.${interrupted}`,
				recording: recordings.length > 0 ? recordings.join(', ') : undefined,
			},
		},
	};
	return readProfile(JSON.stringify(document), { name });
}

const modes: Readonly<Record<Control['mode'], (control: never) => number>> = {
	current: ({ currentA }: { currentA: number }) => currentA,
	power: ({ powerW }: { powerW: number }) => powerW,
	resistance: ({ resistanceOhm }: { resistanceOhm: number }) => resistanceOhm,
	voltage: ({ voltageV }: { voltageV: number }) => voltageV,
};

/** As Otii writes it, SI units. A rest is a current of 0. */
function phaseOf({ control, exits }: Step) {
	if (!control) return { mode: 'current', value: 0, time: exits.durationS };
	return { mode: control.mode, value: modes[control.mode](control as never), time: exits.durationS };
}

const stepWords = (step: Step): string => `${stepText(step)}${step.exits.durationS === undefined ? '' : ` for ${step.exits.durationS} s`}`;
