/**
 * One cell of a run: its runner while it is worked on, and what its journal says of it at any other time. It owns the cell's folder in that of
 * the run.
 */

import type { Clock } from '../../../drivers/clock.ts';
import type { Gate } from '../../licensing/gate.ts';
import type { RunCell } from '../schemas.ts';
import type { CyclerBench, CyclerEnd } from './cycler.ts';
import { Journal, type JournalContent, readJournal, type StepResult } from './journal.ts';
import type { KeptPlan } from './plan.ts';
import { stepResults } from './resume.ts';
import { CyclerRun } from './runner.ts';

export interface CellOutcome {
	readonly plan: KeptPlan;
	readonly device: string;
	readonly journal: JournalContent;
	readonly results: readonly StepResult[];
}

export interface CellRunOptions {
	readonly plan: KeptPlan;
	readonly device: string;
	readonly folder: string;
	readonly bench: CyclerBench;
	readonly clock: Clock;
	readonly gate: Gate;
	/** Ω, of the results so far. */
	readonly resistance: (results: readonly StepResult[]) => number | undefined;
	/** What is made of a run that has finished; its id and name are noted. */
	readonly conclude: (outcome: CellOutcome) => Promise<{ readonly id: string; readonly name: string } | undefined>;
	readonly changed: () => void;
}

/** Results that the live state is told from; the journal has all of them. */
const recentResults = 64;

export class CellRun {
	readonly #options: CellRunOptions;
	#run: CyclerRun | undefined;
	/** From the moment it is asked to begin: the journal is opened before there is a run. */
	#working = false;
	/** Why it is to stop, asked before there was a run. */
	#stopEarly: string | undefined;
	#known: RunCell | undefined;
	#recent: StepResult[] = [];
	/** s that an iteration takes. */
	#iterationS: number | undefined;

	constructor(options: CellRunOptions) {
		this.#options = options;
	}

	get running(): boolean {
		return this.#working;
	}

	/** It stopped before its end, or the program did. */
	get resumable(): boolean {
		return !this.running && this.status().state !== 'finished';
	}

	status(): RunCell {
		if (!this.#run) {
			this.#known ??= this.#fromJournal();
			const { problem: _, ...known } = this.#known;
			return this.#working ? { ...known, state: 'starting' } : this.#known;
		}
		const { state, iteration, step, voltageV, chargeC, elapsedS } = this.#run.state;
		return {
			deviceId: this.#options.device,
			state: state === 'ended' ? 'running' : state,
			phase: this.#phase(step),
			iteration,
			...(Number.isFinite(voltageV) ? { voltageV } : {}),
			resistanceOhm: this.#options.resistance(this.#recent),
			usedC: chargeC,
			elapsedS,
			remainingS: this.#remainingS(iteration, chargeC, elapsedS),
		};
	}

	outcome(): CellOutcome {
		const { plan, device, folder } = this.#options;
		const journal = readJournal(folder);
		return { plan, device, journal, results: stepResults(journal.lines) };
	}

	/** Begins, or goes on. Resolves when it has ended, with its output off, and what comes of it has been made. Never rejects. */
	async work(recording: string | undefined): Promise<CyclerEnd> {
		const { plan, device, folder, bench, clock, gate, changed } = this.#options;
		let end: CyclerEnd;
		this.#working = true;
		this.#stopEarly = undefined;
		try {
			using journal = await Journal.open(folder);
			const before = readJournal(folder);
			this.#recent = stepResults(before.lines).slice(-recentResults);
			this.#run = new CyclerRun({
				bench,
				device,
				clock,
				gate,
				script: plan.script,
				limits: plan.limits,
				recording,
				journal,
				before,
				resumeAt: plan.kind === 'profile' ? 'iteration' : 'step',
				onStep: (result) => this.#stepDone(result),
				onState: changed,
			});
			if (this.#stopEarly !== undefined) this.#run.stop(this.#stopEarly);
			changed();
			end = await this.#run.run();
			if (end.end === 'finished') await this.#concluded(journal);
		} catch (error) {
			end = { end: 'failed', reason: error instanceof Error ? error.message : String(error) };
		}
		this.#run = undefined;
		this.#working = false;
		this.#known = { ...this.#fromJournal(), ...(end.end === 'finished' ? {} : { state: end.end, problem: end.reason }) };
		changed();
		return end;
	}

	stop(reason = 'It was stopped.'): void {
		if (this.#run) this.#run.stop(reason);
		else this.#stopEarly = reason;
	}

	/** Makes of the run so far what its end would have made of it. */
	async conclude(): Promise<void> {
		using journal = await Journal.open(this.#options.folder);
		await this.#concluded(journal);
		this.#known = undefined;
		this.#options.changed();
	}

	async #concluded(journal: Journal): Promise<void> {
		const saved = await this.#options.conclude(this.outcome());
		if (saved) journal.append({ type: 'saved', at: new Date().toISOString(), ...saved });
	}

	#stepDone(result: StepResult): void {
		const last = this.#recent.findLast(({ step }) => step === result.step);
		if (last && result.iteration === last.iteration + 1) this.#iterationS = result.elapsedS - last.elapsedS;
		this.#recent.push(result);
		if (this.#recent.length > recentResults) this.#recent.shift();
	}

	#remainingS(iteration: number, chargeC: number, elapsedS: number): number | undefined {
		const { script, cell } = this.#options.plan;
		const { iterations } = script.until;
		if (iterations !== undefined && this.#iterationS !== undefined) return Math.max(0, (iterations - iteration + 1) * this.#iterationS);
		const { nominalCapacityC } = cell;
		if (nominalCapacityC === undefined || !(chargeC > 0) || script.steps.some(({ kind }) => kind === 'charge')) return undefined;
		return Math.max(0, (nominalCapacityC - chargeC) / (chargeC / elapsedS));
	}

	#phase(step: number): string {
		return this.#options.plan.stepNames?.[step] ?? String(step + 1);
	}

	#fromJournal(): RunCell {
		const { device, resistance } = this.#options;
		const { lines, progress } = readJournal(this.#options.folder);
		const results = stepResults(lines);
		const last = results.at(-1);
		const end = lines.findLast((line) => line.type === 'end');
		const saved = lines.findLast((line) => line.type === 'saved');
		const began = lines.findLastIndex((line) => line.type === 'start');
		const over = end && lines.indexOf(end) > began;
		const at = progress ?? (last && { ...last, chargeC: last.toC });
		return {
			deviceId: device,
			state: over ? end.end : 'stopped',
			iteration: at?.iteration ?? 0,
			phase: at && this.#phase(at.step),
			voltageV: at?.voltageV,
			resistanceOhm: resistance(results),
			usedC: at?.chargeC ?? 0,
			elapsedS: at?.elapsedS ?? 0,
			...(over ? (end.end === 'finished' ? {} : { problem: end.reason }) : { problem: 'The program ended before the run did.' }),
			profileId: saved?.id,
		};
	}
}
