/**
 * The time by which the engine judges its leases. Within a process the monotonic clock counts, and the wall clock where that has gone further:
 * a computer that slept has no monotonic time of it. Across a restart only the wall clock is left, so the latest time known is kept, and a
 * clock that lies more than ten minutes before it was set back.
 */

import { type Clock, realClock } from '../../drivers/clock.ts';
import { MicrojouleError } from '../../drivers/errors.ts';
import type { LeaseStore } from './lease-store.ts';
import { clockToleranceS } from './licence.ts';

export interface Clocks {
	/** ms since 1970, as the operating system says. */
	readonly wallMs: () => number;
	readonly monotonic: Clock;
}

export const realClocks: Clocks = { wallMs: Date.now, monotonic: realClock };

/** A moment on both clocks. */
export interface Moment {
	readonly wallMs: number;
	readonly monotonicS: number;
}

export class LeaseTime {
	readonly #clocks: Clocks;
	readonly #store: LeaseStore;
	/** The time that is known to be right, and when it was. */
	#base: { readonly timeMs: number; readonly at: Moment };

	constructor(clocks: Clocks, store: LeaseStore) {
		this.#clocks = clocks;
		this.#store = store;
		const at = this.moment();
		// After a clock that was set back by a little, time goes on from where it was.
		this.#base = { timeMs: Math.max(at.wallMs, store.get('clock')), at };
	}

	moment(): Moment {
		return { wallMs: this.#clocks.wallMs(), monotonicS: this.#clocks.monotonic.now() };
	}

	/** s since `moment`: what the clock says that has gone further. */
	sinceS(moment: Moment): number {
		const now = this.moment();
		return Math.max(now.monotonicS - moment.monotonicS, (now.wallMs - moment.wallMs) / 1000);
	}

	/** ms since 1970. */
	nowMs(): number {
		return this.#base.timeMs + this.sinceS(this.#base.at) * 1000;
	}

	/** Throws LEASE_INVALID where the wall clock lies before a time that has already been. */
	requireNotSetBack(): void {
		const latest = this.#store.get('clock');
		const { wallMs } = this.moment();
		if (wallMs >= latest - clockToleranceS * 1000) return;
		const [now, before] = [wallMs, latest].map((time) => new Date(time).toISOString());
		throw new MicrojouleError('LEASE_INVALID', `The clock of this computer was set back: it says ${now}, and it has been ${before}. Set it right, or connect to the portal.`, {
			now,
			before,
		});
	}

	/** The portal's word counts more than the clock of this computer. */
	portalSays(timeMs: number): void {
		this.#base = { timeMs, at: this.moment() };
		this.#store.set('clock', timeMs);
	}

	/** Keeps the latest time known. */
	note(): void {
		this.#store.set('clock', Math.max(this.#store.get('clock'), Math.floor(this.nowMs())));
	}
}
