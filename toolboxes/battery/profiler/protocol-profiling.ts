/**
 * The discharge that scripts steer: steps are set, profiling is switched on and off, and the end of each step is waited for. It goes on until it is
 * switched off, is kept nowhere, and ends with the output off like any other run.
 */

import type { Clock } from '../../../drivers/clock.ts';
import { MicrojouleError } from '../../../drivers/errors.ts';
import type { Gate } from '../../licensing/gate.ts';
import type { CyclerBench, CyclerEnd } from '../cycler/cycler.ts';
import type { StepResult } from '../cycler/journal.ts';
import { CyclerRun } from '../cycler/runner.ts';
import { checkScript, type Step } from '../cycler/step.ts';

/** Exactly one of the first three, A, Ω or W, and s. */
export interface ProfilingStep {
	readonly current?: number;
	readonly resistance?: number;
	readonly power?: number;
	readonly duration: number;
}

export interface BatteryData {
	/** s since profiling began, at the end of the step. */
	readonly timestamp: number;
	/** From 0, both. */
	readonly iteration: number;
	readonly step: number;
	/** V at the end of the step. */
	readonly voltage: number;
	/** C since profiling began. */
	readonly discharge: number;
}

export interface ProfilingOptions {
	readonly bench: CyclerBench;
	readonly gate: Gate;
	readonly clock: Clock;
	readonly deviceId: string;
}

export const mostSteps = 10;
/** Ends of steps that nobody has waited for; older ones are dropped. */
const mostWaiting = 10_000;

export class ProfilingSession implements AsyncDisposable {
	readonly #options: ProfilingOptions;
	#steps: readonly Step[] = [];
	#run: CyclerRun | undefined;
	#ended: Promise<CyclerEnd> | undefined;
	#end: CyclerEnd | undefined;
	#data: BatteryData[] = [];
	readonly #waiting = new Set<() => void>();

	constructor(options: ProfilingOptions) {
		this.#options = options;
	}

	get enabled(): boolean {
		return this.#run !== undefined;
	}

	/** Takes effect when profiling is switched on. INVALID_VALUE; DEVICE_BUSY while it is. */
	setSteps(steps: readonly ProfilingStep[]): void {
		if (this.#run) throw new MicrojouleError('DEVICE_BUSY', 'Profiling is under way; switch it off before its steps are changed.', { device: this.#options.deviceId });
		if (steps.length > mostSteps) throw new MicrojouleError('INVALID_VALUE', `There are ${steps.length} steps; at most ${mostSteps} are possible.`, { steps: steps.length });
		const made = steps.map(stepOf);
		checkScript({ steps: made, until: { iterations: 1 } });
		this.#steps = made;
	}

	/** Resolves once the cell has been found to be right, or, when switched off, once the output is. What it throws is why it could not begin. */
	async enable(on: boolean): Promise<void> {
		if (!on) {
			this.#run?.stop();
			await this.#ended;
			return;
		}
		if (this.#run) return;
		if (this.#steps.length === 0) throw new MicrojouleError('INVALID_VALUE', 'No steps are set; set them before profiling is switched on.', { device: this.#options.deviceId });
		const { bench, gate, clock, deviceId } = this.#options;
		this.#data = [];
		this.#end = undefined;
		let begun: () => void = () => {};
		const began = new Promise<void>((resolve) => {
			begun = resolve;
		});
		const run = new CyclerRun({
			bench,
			gate,
			clock,
			device: deviceId,
			script: { steps: this.#steps, until: { iterations: Number.MAX_SAFE_INTEGER } },
			onStep: (result) => this.#stepDone(result),
			onState: ({ state }) => state === 'running' && begun(),
		});
		this.#run = run;
		this.#ended = run.run().then((end) => {
			this.#run = undefined;
			this.#end = end;
			for (const wake of this.#waiting) wake();
			return end;
		});
		await Promise.race([began, this.#ended]);
		const { error } = (this.#end as CyclerEnd | undefined) ?? {};
		if (!error) return;
		this.#end = undefined; // told
		throw error;
	}

	/** The oldest end of a step that was not told yet. Null when none comes within `timeoutMs`, or profiling ends. Throws why it ended, once, if it had to. */
	async waitForData(timeoutMs: number, signal?: AbortSignal): Promise<BatteryData | null> {
		const { clock } = this.#options;
		const untilS = clock.now() + timeoutMs / 1000;
		while (this.#data.length === 0 && this.#run && clock.now() < untilS && !signal?.aborted) {
			await new Promise<void>((resolve) => {
				const wake = () => {
					cancel();
					this.#waiting.delete(wake);
					signal?.removeEventListener('abort', wake);
					resolve();
				};
				const cancel = clock.after(untilS - clock.now(), wake);
				this.#waiting.add(wake);
				signal?.addEventListener('abort', wake);
			});
		}
		const next = this.#data.shift();
		if (next) return next;
		const { error } = this.#end ?? {};
		this.#end = undefined;
		if (error) throw error;
		return null;
	}

	/** Ends it with the output off. Idempotent. */
	async close(): Promise<void> {
		await this.enable(false);
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.close();
	}

	#stepDone({ elapsedS, iteration, step, voltageV, toC, endedBy }: StepResult): void {
		if (endedBy !== 'duration') return;
		this.#data.push({ timestamp: elapsedS, iteration: iteration - 1, step, voltage: voltageV, discharge: toC });
		if (this.#data.length > mostWaiting) this.#data.shift();
		for (const wake of this.#waiting) wake();
	}
}

function stepOf({ current, resistance, power, duration }: ProfilingStep, index: number): Step {
	const given = [current, resistance, power].filter((value) => value !== undefined);
	if (given.length !== 1)
		throw new MicrojouleError('INVALID_VALUE', `Step ${index + 1} names ${given.length} of current, resistance and power; it must name exactly one.`, { step: index + 1 });
	const exits = { durationS: duration };
	if (current === 0 || power === 0) return { kind: 'rest', exits };
	const control = current !== undefined ? ({ mode: 'current', currentA: current } as const) : power !== undefined ? ({ mode: 'power', powerW: power } as const) : undefined;
	return { kind: 'discharge', control: control ?? { mode: 'resistance', resistanceOhm: resistance as number }, exits };
}
