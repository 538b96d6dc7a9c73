/**
 * The time that drivers and simulated devices live in: the host's monotonic clock, or a virtual one that runs as fast as the
 * machine allows. A virtual clock never passes while somebody holds it, so a simulated device whose bytes have not been read
 * yet stops time itself, and no time-out fires early because a decoder was busy.
 */

export interface Clock {
	/** Seconds on a monotonic clock of arbitrary origin. */
	now(): number;
	/** Resolves when `seconds` have passed. */
	delay(seconds: number): Promise<void>;
	/** Calls back once after `seconds`; the returned function cancels. */
	after(seconds: number, callback: () => void): () => void;
	/** Whether time is simulated: there is then nothing to measure against the host. */
	readonly virtual: boolean;
}

/** The host's monotonic clock. */
export const realClock: Clock = {
	virtual: false,
	now: () => performance.now() / 1000,
	delay: (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000)),
	after: (seconds, callback) => {
		const timer = setTimeout(callback, seconds * 1000);
		return () => clearTimeout(timer);
	},
};

/** A clock that jumps from one appointment to the next whenever nobody holds it. */
export class VirtualClock implements Clock {
	readonly virtual = true;
	#now = 0;
	#appointments: { at: number; order: number; callback: () => void }[] = [];
	#order = 0;
	#holds = 0;
	#scheduled = false;

	now(): number {
		return this.#now;
	}

	delay(seconds: number): Promise<void> {
		return new Promise((resolve) => this.after(seconds, resolve));
	}

	after(seconds: number, callback: () => void): () => void {
		const appointment = { at: this.#now + Math.max(0, seconds), order: this.#order++, callback };
		const list = this.#appointments;
		let index = list.length;
		while (index > 0 && list[index - 1].at > appointment.at) index--;
		list.splice(index, 0, appointment);
		this.#schedule();
		return () => {
			const at = list.indexOf(appointment);
			if (at >= 0) list.splice(at, 1);
		};
	}

	/** Stops time until the returned function is called (once; more calls do nothing). */
	hold(): () => void {
		this.#holds++;
		let held = true;
		return () => {
			if (!held) return;
			held = false;
			this.#holds--;
			this.#schedule();
		};
	}

	#schedule(): void {
		if (this.#scheduled || this.#holds > 0 || this.#appointments.length === 0) return;
		this.#scheduled = true;
		// Two turns of the event loop let promises and reads that are already due go first.
		setImmediate(() => setImmediate(() => this.#step()));
	}

	#step(): void {
		this.#scheduled = false;
		if (this.#holds > 0) return;
		const next = this.#appointments.shift();
		if (!next) return;
		this.#now = Math.max(this.#now, next.at);
		next.callback();
		this.#schedule();
	}
}
