/**
 * Runs a budget on a bench: for each repetition the output goes off and on again, the recording begins, ends at the budget's moment, and is
 * cut and measured; then everything is judged. The moments are looked for in the recording in progress, the same way as in a finished
 * one. Whatever goes wrong, the output is off and the recording is kept.
 */

import { type Clock, VirtualClock } from '../../../drivers/clock.ts';
import { MicrojouleError } from '../../../drivers/errors.ts';
import type { SettingsChange } from '../../../drivers/settings.ts';
import type { Bench } from '../../../engine/acquisition/bench.ts';
import type { DeviceState } from '../../../engine/server/bench-api.ts';
import type { Budget, Moment } from './budget-file.ts';
import { type Baseline, judgePhase, type PhaseVerdict } from './judge.ts';
import { findMoment } from './moments.ts';
import { measurePhase, momentText, type Occurrence } from './phases.ts';

export interface BudgetRun {
	readonly bench: Bench;
	readonly budget: Budget;
	readonly baseline: Baseline;
	/** What the devices live in. A virtual one stands still while the recording is looked at. */
	readonly clock: Clock;
	/** Called before every step that needs the toolbox: throws NO_LICENCE where it is locked. */
	readonly requireLicence: () => void;
	readonly onRepetition?: (done: number) => void;
	/** Ends the run at the next step. */
	readonly signal?: AbortSignal;
}

export interface BudgetOutcome {
	readonly device: DeviceState;
	readonly phases: readonly PhaseVerdict[];
	readonly recordings: readonly string[];
	readonly passed: boolean;
}

/** How often the recording in progress is looked at, s. */
const lookS = 0.05;

/** NOT_FOUND where a phase does not happen; DEVICE_TIMEOUT where `wait` or `stop` does not. */
export async function runBudget(run: BudgetRun): Promise<BudgetOutcome> {
	const { bench, budget } = run;
	const device = deviceOf(bench, budget);
	await bench.set(device.id, { ...inputsOf(budget), ...(budget.settings as SettingsChange), main: false });
	const recordings: string[] = [];
	const measured: (readonly Occurrence[])[][] = budget.phases.map(() => []);
	try {
		for (let repetition = 0; repetition < budget.repetitions; repetition++) {
			run.requireLicence();
			const { id, endS } = await recordOnce(run, device.id, repetition);
			recordings.push(id);
			await bench.reading(id, async (reader) => {
				for (const [index, phase] of budget.phases.entries()) measured[index].push(await measurePhase(reader, device.id, phase, endS));
			});
			run.onRepetition?.(repetition + 1);
		}
	} finally {
		if (bench.recording) await bench.stopRecording().catch(() => {});
		await bench.set(device.id, { main: false }).catch(() => {});
	}
	const phases = budget.phases.map((phase, index) => judgePhase(phase, measured[index], run.baseline));
	return { device, phases, recordings, passed: phases.every(({ checks }) => checks.every(({ passed }) => passed)) };
}

/** What must be on for the budget's moments to be seen. */
function inputsOf({ wait, stop, phases }: Budget): SettingsChange {
	const kinds = new Set([wait, stop, ...phases.flatMap(({ from, to }) => [from, to])].map((moment) => moment?.kind));
	return { ...(kinds.has('edge') || kinds.has('log') ? { expansionPort: true } : {}), ...(kinds.has('log') ? { uart: true } : {}) };
}

interface Recorded {
	readonly id: string;
	/** s from its start: when the budget's `stop` happened. What was recorded after that is of no account. */
	readonly endS: number;
}

async function recordOnce({ bench, budget, clock, signal }: BudgetRun, device: string, repetition: number): Promise<Recorded> {
	await bench.set(device, { main: false });
	await clock.delay(budget.offS);
	const name = `${budget.name} ${repetition + 1}`;
	let { id } = await bench.startRecording({ name });
	await bench.set(device, { main: true });
	const until = async (moment: Moment, key: string) => {
		for (;;) {
			signal?.throwIfAborted();
			if (bench.recording?.id !== id) throw new MicrojouleError('NOT_RECORDING', `The recording ended before "${key}" (${momentText(moment)}) happened.`, { key });
			const recordedS = bench.recording.duration;
			const release = clock instanceof VirtualClock ? clock.hold() : undefined;
			const found = await bench.reading(id, (reader) => findMoment(reader, device, moment)).finally(release);
			if (found !== undefined) return found;
			if (recordedS > budget.timeoutS)
				throw new MicrojouleError('DEVICE_TIMEOUT', `"${key}" (${momentText(moment)}) did not happen within ${budget.timeoutS} s. Check the device, or raise "timeout".`, { key });
			await clock.delay(lookS);
		}
	};
	if (budget.wait) {
		await until(budget.wait, 'wait');
		const waiting = id;
		({ id } = await bench.startRecording({ name }));
		await bench.deleteRecording(waiting);
	}
	const endS = await until(budget.stop, 'stop');
	await bench.stopRecording();
	await bench.set(device, { main: false });
	return { id, endS };
}

function deviceOf(bench: Bench, { device: wanted }: Budget): DeviceState {
	const devices = bench.devices();
	const found = wanted === undefined ? devices : devices.filter(({ id, name, serial }) => [id, name, serial].includes(wanted));
	if (found.length === 1) return found[0];
	const open = devices.map(({ name }) => name).join(', ') || 'none';
	if (found.length === 0) throw new MicrojouleError('NOT_FOUND', `There is no device ${wanted ?? 'at all'}. Open devices: ${open}.`, { device: wanted });
	throw new MicrojouleError('INVALID_VALUE', `The budget names no device ("device: NAME"), and several are open: ${open}.`, {});
}
