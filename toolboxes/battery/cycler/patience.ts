/**
 * How long a run waits for samples. By the host's clock: a simulated one does not wait for samples that are being decoded. A cell that cannot be seen is not
 * left under load.
 */

import { realClock } from '../../../drivers/clock.ts';
import { MicrojouleError } from '../../../drivers/errors.ts';

const defaultSilenceS = 5;

export class Patience {
	readonly #meter: { readonly nowS: number };
	readonly #device: string;
	readonly #silenceS: number;

	/** `meter.nowS` goes up with every sample. */
	constructor(meter: { readonly nowS: number }, device: string, silenceS = defaultSilenceS) {
		this.#meter = meter;
		this.#device = device;
		this.#silenceS = silenceS;
	}

	get error(): MicrojouleError {
		return new MicrojouleError('DEVICE_TIMEOUT', `No samples came from ${this.#device} for ${this.#silenceS} s. Check its cable.`, { device: this.#device });
	}

	/** Rejects with DEVICE_TIMEOUT where `work`, which waits for samples that come within `expectedS`, takes so much longer. */
	for<T>(work: Promise<T>, expectedS = 0): Promise<T> {
		return new Promise((resolve, reject) => {
			const cancel = realClock.after(expectedS + this.#silenceS, () => reject(this.error));
			work.then(resolve, reject).finally(cancel);
		});
	}

	/** Looks again and again whether samples still come, until disposed. */
	watch(silent: () => void): Disposable {
		let seenS = this.#meter.nowS;
		let cancel = () => {};
		const look = () => {
			const { nowS } = this.#meter;
			if (nowS === seenS) silent();
			seenS = nowS;
			cancel = realClock.after(this.#silenceS, look);
		};
		cancel = realClock.after(this.#silenceS, look);
		return { [Symbol.dispose]: () => cancel() };
	}
}
