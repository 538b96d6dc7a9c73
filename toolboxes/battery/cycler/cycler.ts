/** What a cycler's run is given, and what it says: see `runner.ts`, which does the work. */

import type { Clock } from '../../../drivers/clock.ts';
import type { MicrojouleError } from '../../../drivers/errors.ts';
import type { Instrument } from '../../../drivers/instrument.ts';
import type { ChannelChoice } from '../../../engine/acquisition/bench.ts';
import type { Gate } from '../../licensing/gate.ts';
import type { MeteredBench } from './cell-meter.ts';
import type { Journal, JournalContent, StepResult } from './journal.ts';
import type { SafetyLimits } from './safety.ts';
import type { Script } from './step.ts';

/** What a runner needs of the bench. */
export interface CyclerBench extends MeteredBench {
	instrument(id: string): Instrument;
	choice(id: string): ChannelChoice;
	choose(id: string, choice: ChannelChoice): Promise<void>;
}

export interface CyclerOptions {
	readonly bench: CyclerBench;
	readonly device: string;
	readonly clock: Clock;
	readonly gate: Gate;
	readonly script: Script;
	readonly limits?: Partial<SafetyLimits>;
	/** Folder of the recording that is made of it, for the journal. */
	readonly recording?: string;
	/** Absent: what is done is kept nowhere. */
	readonly journal?: Journal;
	/** What was done before: the run goes on. */
	readonly before?: JournalContent;
	/** What a run that was interrupted begins again with: the iteration, or the step, of which it then does the rest. */
	readonly resumeAt?: 'iteration' | 'step';
	/** s without samples after which the output is switched off; default 5. */
	readonly silenceS?: number;
	readonly onStep?: (result: StepResult) => void;
	readonly onState?: (state: CyclerState) => void;
}

export interface CyclerState {
	readonly state: 'starting' | 'running' | 'ended';
	readonly iteration: number;
	/** From 0. */
	readonly step: number;
	/** V, A out of the cell, of the last samples; NaN before the first. */
	readonly voltageV: number;
	readonly currentA: number;
	/** C and J out of the cell. */
	readonly chargeC: number;
	readonly energyJ: number;
	readonly elapsedS: number;
}

export interface CyclerEnd {
	/** finished: an exit of the script. stopped: somebody wanted it to, or the licence ended. failed: it had to. */
	readonly end: 'finished' | 'stopped' | 'failed';
	/** In words. */
	readonly reason: string;
	readonly error?: MicrojouleError;
}
