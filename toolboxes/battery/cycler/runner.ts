/**
 * Works through a script on the cell at one device: the core of profiling and of validation.
 *
 *     script ──► runner ── Regulation ──► settings ──► cell ──► samples ── CellMeter ──► runner ──► results, journal
 *
 * A step begins when the device says so and ends likewise: the samples between the two moments are its own, whatever the link's delays. The next step
 * begins at once; the result of the one before is known some milliseconds later, when its samples have come.
 *
 * Whatever ends it — an exit, the caller, the licence, a limit, the device's departure, an error — the output is off when `run` resolves. Where this
 * process dies, the driver's watchdog does it. The journal has what is needed to go on.
 */

import { VirtualClock } from '../../../drivers/clock.ts';
import { MicrojouleError, messageOf } from '../../../drivers/errors.ts';
import { type Boundary, CellMeter } from './cell-meter.ts';
import type { CyclerEnd, CyclerOptions, CyclerState } from './cycler.ts';
import type { StepResult } from './journal.ts';
import { occupy } from './occupied.ts';
import { Patience } from './patience.ts';
import { checkInstrument, choiceFor, largestA } from './preparation.ts';
import { Regulation } from './regulation.ts';
import { resumePoint } from './resume.ts';
import { checkBeforeStart, danger, type SafetyLimits, safetyLimits } from './safety.ts';
import { checkScript, gentlestStep, type Step } from './step.ts';

interface Ongoing {
	readonly iteration: number;
	/** From 0. */
	readonly index: number;
	readonly step: Step;
	readonly began: Promise<Boundary>;
	/** s of this step that a run before this one has done. */
	readonly doneS: number;
	/** Known once the beginning is: when it was, and the run's charge and energy then. */
	beganS?: number;
	fromC?: number;
	fromJ?: number;
	endedBy: string;
}

/** s the cell is watched at rest before anything is asked of it. */
const restS = 0.3;
/** s of the end of a step that its voltage and current are means of: a share of it, within bounds. */
const endShare = 0.05;
const longestEndS = 0.5;
/** The current of a constant voltage is taken from as much, s, and not looked at before. */
const taperS = 0.1;
/** Between two words on how far it is, s: for the journal, and for whoever looks. */
const progressS = 0.1;
const tellS = 1;
/** s the output may have stayed on after the last word of a run that died: until that word, and until the watchdog acted. */
const unknownS = 2;
/** Times that a device is told to switch its output off before that is given up. */
const offAttempts = 3;

export class CyclerRun {
	readonly #options: CyclerOptions;
	readonly #meter: CellMeter;
	readonly #regulation: Regulation;
	readonly #patience: Patience;
	#limits: SafetyLimits | undefined;
	#gentlest = 0;
	#state: CyclerState['state'] = 'starting';
	#step: Ongoing | undefined;
	#ended: CyclerEnd | undefined;
	/** What the run before had come to, and where this one's samples begin. */
	#base = { chargeC: 0, energyJ: 0, elapsedS: 0 };
	#begin = { timeS: 0, chargeC: 0, energyJ: 0 };
	#progressAtS = 0;
	#toldAtS = 0;
	#results: Promise<void> = Promise.resolve();
	#wake: () => void = () => {};

	constructor(options: CyclerOptions) {
		checkScript(options.script);
		this.#options = options;
		this.#meter = new CellMeter(options.bench, options.device, options.clock);
		this.#regulation = new Regulation(this.#meter);
		this.#patience = new Patience(this.#meter, options.device, options.silenceS);
	}

	get state(): CyclerState {
		const { nowS } = this.#meter;
		const windowS = Math.max(0.02, this.#meter.sampleS);
		return {
			state: this.#state,
			iteration: this.#step?.iteration ?? 0,
			step: this.#step?.index ?? 0,
			voltageV: this.#meter.voltageV(nowS - windowS, nowS),
			currentA: this.#meter.currentA(nowS - windowS, nowS),
			chargeC: this.#chargeAt(nowS),
			energyJ: this.#energyAt(nowS),
			elapsedS: this.#elapsedAt(nowS),
		};
	}

	/** Ends it at once, with the output off; it can be resumed. */
	stop(reason = 'It was stopped.'): void {
		this.#finish({ end: 'stopped', reason });
	}

	/** Resolves when it has ended and the output is off. Call it once. */
	async run(): Promise<CyclerEnd> {
		const { bench, device, gate } = this.#options;
		try {
			gate.require('battery');
			const instrument = bench.instrument(device);
			checkInstrument(instrument, this.#options.script);
			using _ = occupy(bench, device);
			const choice = bench.choice(device);
			await bench.choose(device, choiceFor(instrument, choice));
			await this.#attended();
			await bench.choose(device, choice).catch(() => {});
		} catch (error) {
			this.#fail(error);
		}
		this.#state = 'ended';
		this.#tell();
		return this.#ended as CyclerEnd;
	}

	/** From here on the output is this run's. */
	async #attended(): Promise<void> {
		const { device, gate, journal } = this.#options;
		const leaveGate = gate.on(() => {
			if (!gate.isOpen('battery')) this.stop(`The licence has ended: ${gate.state('battery').reason}.`);
		});
		this.#meter.onTrouble = (reason, kind) => {
			const code = kind === 'gone' ? 'DEVICE_GONE' : kind === 'fault' ? 'UNSAFE' : 'DEVICE_BUSY';
			this.#fail(new MicrojouleError(code, kind === 'foreign' ? `Stopped, because ${reason}.` : reason, { device }));
		};
		this.#meter.onSamples = () => this.#samples();
		this.#meter.begin();
		using _ = this.#patience.watch(() => this.#state === 'running' && this.#fail(this.#patience.error));
		try {
			await this.#work();
		} catch (error) {
			this.#fail(error);
		}
		try {
			await this.#switchOff();
			const { end, reason } = this.#ended as CyclerEnd;
			journal?.append({ type: 'end', at: new Date().toISOString(), end, reason, lostS: this.#meter.lostS });
		} finally {
			leaveGate();
			this.#meter[Symbol.dispose]();
		}
	}

	async #work(): Promise<void> {
		const { script, device, limits: given = {}, journal, before } = this.#options;
		const rest = await this.#patience.for(this.#regulation.rest());
		await this.#sampled(rest.toS + restS);
		const restV = this.#meter.voltageV(rest.toS + restS / 3, rest.toS + restS);
		const from = resumePoint(script, before, this.#options.resumeAt ?? 'iteration');
		checkBeforeStart(device, restV, script, given);
		this.#limits = safetyLimits(script, restV, largestA(script, restV, given), given);
		this.#gentlest = gentlestStep(script.steps, restV);
		await this.#regulation.limit(this.#limits);
		this.#base = from;
		this.#begin = { timeS: this.#meter.nowS, chargeC: this.#meter.chargeC, energyJ: this.#meter.energyJ };
		this.#progressAtS = this.#begin.timeS;
		const again = before && before.lines.length > 0;
		const restedS = from.lastAt ? Math.max(0, (Date.now() - Date.parse(from.lastAt)) / 1000) : undefined;
		journal?.append({
			type: 'start',
			at: new Date().toISOString(),
			restV,
			recording: this.#options.recording,
			...(again ? { iteration: from.iteration, step: from.step, restedS, unknownC: from.ended ? 0 : Math.abs(from.currentA) * unknownS } : {}),
		});
		this.#meter.forget();
		this.#state = 'running';
		this.#tell();
		const { iterations = Number.POSITIVE_INFINITY } = script.until;
		for (let iteration = from.iteration; iteration <= iterations && !this.#ended; iteration++) {
			for (let index = iteration === from.iteration ? from.step : 0; index < script.steps.length && !this.#ended; index++) {
				const rest = iteration === from.iteration && index === from.step ? from.begun : undefined;
				await this.#doStep(iteration, index, script.steps[index], rest);
			}
		}
		this.#finish({ end: 'finished', reason: `all ${iterations} iterations are done` });
	}

	async #doStep(iteration: number, index: number, step: Step, begun?: { readonly stepS: number; readonly fromC: number; readonly fromJ: number }): Promise<void> {
		this.#options.gate.require('battery');
		const { loopRateHz } = this.#regulation;
		const { boundary, sentAtS } = await this.#regulation.enter(step);
		boundary.catch(() => {});
		this.#close(boundary, loopRateHz);
		const ongoing: Ongoing = {
			iteration,
			index,
			step,
			began: boundary,
			doneS: begun?.stepS ?? 0,
			fromC: begun?.fromC,
			fromJ: begun?.fromJ,
			endedBy: 'end',
		};
		this.#step = ongoing;
		boundary.then(({ toS }) => {
			this.#meter.forget();
			ongoing.beganS = toS;
			ongoing.fromC ??= this.#chargeAt(toS);
			ongoing.fromJ ??= this.#energyAt(toS);
		});
		if (this.#options.clock instanceof VirtualClock) {
			// Simulated time runs far ahead of what is decoded; exits are to be found where they are.
			const release = this.#options.clock.hold();
			await this.#patience.for(Promise.all([boundary, this.#results])).finally(release);
		}
		await new Promise<void>((resolve) => {
			const { durationS } = step.exits;
			// From where it was sent: the next step's change takes as long to arrive.
			const passedS = ongoing.doneS + this.#options.clock.now() - sentAtS;
			const cancel =
				durationS === undefined
					? () => {}
					: this.#options.clock.after(Math.max(0, durationS - passedS), () => {
							ongoing.endedBy = 'duration';
							this.#wake();
						});
			this.#wake = () => {
				cancel();
				resolve();
			};
			if (this.#ended) this.#wake();
		});
	}

	/** New samples have come. */
	#samples(): void {
		const { temperatureC, voltage, current } = this.#meter;
		if (this.#state !== 'running' || this.#ended) return;
		const peakA = Math.max(Math.abs(current.low), Math.abs(current.high));
		const reading = { lowV: voltage.low, highV: voltage.high, peakA: Number.isFinite(peakA) ? peakA : 0, temperatureC };
		const problem = this.#limits && danger(this.#limits, reading);
		if (problem) {
			this.#fail(new MicrojouleError('UNSAFE', `Stopped, because ${problem}.`, { device: this.#options.device, ...reading }));
			return;
		}
		const step = this.#step;
		if (!step || step.beganS === undefined) return;
		const { cutoffV, chargeC } = this.#options.script.until;
		const { nowS } = this.#meter;
		const reached = this.#exitOf(step, nowS);
		if (reached) {
			step.endedBy = reached;
			this.#wake();
		}
		if (cutoffV !== undefined && voltage.low <= cutoffV && step.step.kind !== 'charge')
			this.#finish({ end: 'finished', reason: `the voltage under load came to the cut-off at ${cutoffV} V` });
		else if (chargeC !== undefined && this.#chargeAt(nowS) >= chargeC) this.#finish({ end: 'finished', reason: `${chargeC} C were drawn` });
		this.#regulation.follow();
		if (nowS - this.#progressAtS < progressS) return;
		this.#progressAtS = nowS;
		this.#writeProgress(step, nowS);
		if (nowS - this.#toldAtS < tellS) return;
		this.#toldAtS = nowS;
		this.#tell();
	}

	#exitOf({ step: { exits, control }, beganS = 0, fromC = 0 }: Ongoing, nowS: number): string | undefined {
		const { voltage } = this.#meter;
		const { belowV, aboveV, belowA, chargeC } = exits;
		if (belowV !== undefined && voltage.low <= belowV) return 'voltage';
		if (aboveV !== undefined && voltage.high >= aboveV && control?.mode !== 'voltage') return 'voltage';
		if (belowA !== undefined && nowS - beganS > 2 * taperS && Math.abs(this.#meter.currentA(nowS - taperS, nowS)) < belowA) return 'taper';
		if (chargeC !== undefined && Math.abs(this.#chargeAt(nowS) - fromC) >= chargeC) return 'charge';
		return undefined;
	}

	/** The present step ends where the next one, or the output's being off, begins. */
	#close(next: Promise<Boundary>, loopRateHz: number | undefined): void {
		const step = this.#step;
		if (!step) return;
		this.#step = undefined;
		this.#results = this.#results.then(async () => {
			const [began, ended] = await this.#patience.for(Promise.all([step.began, next]));
			this.#result(step, began.toS, ended.fromS, loopRateHz);
		});
		this.#results.catch((error) => this.#fail(error));
	}

	#result({ iteration, index, step, doneS, fromC = 0, fromJ = 0, endedBy }: Ongoing, beganS: number, endedS: number, loopRateHz: number | undefined): void {
		const { sampleS } = this.#meter;
		// The last sample may already be of the next step.
		const toS = Math.max(endedS - sampleS, beganS + sampleS);
		const windowS = Math.min(Math.max((endedS - beganS) * endShare, 2 * sampleS), longestEndS);
		const fromS = Math.max(toS - windowS, Math.min(beganS + sampleS, toS - sampleS));
		const result: StepResult = {
			iteration,
			step: index,
			elapsedS: this.#elapsedAt(endedS),
			durationS: endedS - beganS + doneS,
			voltageV: this.#meter.voltageV(fromS, toS),
			currentA: this.#meter.currentA(fromS, toS),
			fromC,
			toC: this.#chargeAt(endedS),
			fromJ,
			toJ: this.#energyAt(endedS),
			endedBy,
			...(loopRateHz === undefined ? {} : { loopRateHz }),
		};
		this.#options.journal?.append({ type: 'step', ...result });
		this.#options.onStep?.(result);
		const { openCircuitV, cutoffV } = this.#options.script.until;
		if (openCircuitV !== undefined && index === this.#gentlest && endedBy !== 'end' && result.voltageV <= openCircuitV)
			this.#finish({ end: 'finished', reason: `the voltage came to ${openCircuitV} V at the end of the gentlest step` });
		// A step too short for its samples to be looked at one by one.
		if (cutoffV !== undefined && step.kind !== 'charge' && result.voltageV <= cutoffV)
			this.#finish({ end: 'finished', reason: `the voltage under load came to the cut-off at ${cutoffV} V` });
	}

	#chargeAt(timeS: number): number {
		return this.#base.chargeC + (this.#state === 'starting' ? 0 : this.#meter.chargeAt(timeS) - this.#begin.chargeC);
	}

	#energyAt(timeS: number): number {
		return this.#base.energyJ + (this.#state === 'starting' ? 0 : this.#meter.energyAt(timeS) - this.#begin.energyJ);
	}

	#elapsedAt(timeS: number): number {
		return this.#base.elapsedS + (this.#state === 'starting' ? 0 : timeS - this.#begin.timeS);
	}

	#writeProgress({ iteration, index, doneS, fromC = 0, fromJ = 0, beganS = 0 }: Ongoing, nowS: number): void {
		const { voltageV, currentA } = this.state;
		try {
			this.#options.journal?.progress({
				iteration,
				step: index,
				elapsedS: this.#elapsedAt(nowS),
				stepS: nowS - beganS + doneS,
				chargeC: this.#chargeAt(nowS),
				energyJ: this.#energyAt(nowS),
				fromC,
				fromJ,
				voltageV,
				currentA,
			});
		} catch (error) {
			this.#fail(error);
		}
	}

	/** The first word counts. */
	#finish(end: CyclerEnd): void {
		if (this.#ended) return;
		this.#ended = end;
		this.#wake();
	}

	#fail(error: unknown): void {
		const known = error instanceof MicrojouleError ? error : new MicrojouleError('INTERNAL', messageOf(error), {}, error);
		this.#finish({ end: known.code === 'NO_LICENCE' ? 'stopped' : 'failed', reason: known.message, error: known });
	}

	/** A device that is gone cannot be asked; its watchdog, and the engine's closing, are what is left. */
	async #switchOff(): Promise<void> {
		let off: Promise<Boundary> | undefined;
		const { loopRateHz } = this.#regulation;
		for (let attempt = 1; off === undefined && attempt <= offAttempts; attempt++) {
			try {
				off = (await this.#regulation.off()).boundary;
			} catch (error) {
				if (!(error instanceof MicrojouleError) || error.code === 'DEVICE_GONE' || error.code === 'NOT_FOUND') break;
			}
		}
		const { nowS } = this.#meter;
		this.#close(off ?? Promise.resolve({ fromS: nowS, toS: nowS }), loopRateHz);
		await this.#results.catch(() => {});
		if (off || this.#ended?.error?.code === 'DEVICE_GONE') return;
		const because = this.#ended?.reason ?? '';
		this.#ended = {
			end: 'failed',
			reason: `${because} The device did not confirm that its output is off; switch it off by hand.`,
			error: new MicrojouleError('UNSAFE', `${because} The device did not confirm that its output is off; switch it off by hand.`, { device: this.#options.device }),
		};
	}

	async #sampled(timeS: number): Promise<void> {
		await this.#patience.for(this.#meter.reached(timeS), timeS - this.#meter.nowS);
	}

	#tell(): void {
		this.#options.onState?.(this.state);
	}
}
