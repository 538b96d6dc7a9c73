/**
 * The device's clock against the host's: which rate the device really runs at, how sure that is, and where a host time lies among
 * the samples.
 *
 * A batch reaches the host some time after its last sample was taken, never before. So of the pairs (host time, device time) the
 * least delayed in every interval is kept, and a straight line through those gives rate and offset. Intervals double in length as the
 * measurement grows, so memory is bounded.
 */

export interface ClockEstimate {
	/** True sample rate / nominal rate − 1. */
	readonly deviation: number;
	/** Standard uncertainty of `deviation`. */
	readonly uncertainty: number;
	/** s of host time that the estimate rests on. */
	readonly spanS: number;
}

const maxIntervals = 256;
const firstIntervalS = 0.25;
/** Delays vary at least this much between two intervals (the host's scheduling); 1 σ, s. Keeps the uncertainty honest for short spans. */
const delayJitterS = 0.5e-3;
/** A clock that nothing is known of deviates by less. */
const nominalDeviation = 1e-3;

export class ClockEstimator {
	#intervalS = firstIntervalS;
	#origin: number | undefined;
	/** Per interval the pair with the smallest delay. */
	#host: number[] = [];
	#device: number[] = [];
	#interval = -1;

	/** A batch whose last sample ends at device time `deviceS` arrived at host time `hostS`. */
	add(hostS: number, deviceS: number): void {
		this.#origin ??= hostS;
		const interval = Math.floor((hostS - this.#origin) / this.#intervalS);
		const last = this.#host.length - 1;
		if (interval === this.#interval) {
			if (hostS - deviceS < this.#host[last] - this.#device[last]) {
				this.#host[last] = hostS;
				this.#device[last] = deviceS;
			}
			return;
		}
		this.#interval = interval;
		this.#host.push(hostS);
		this.#device.push(deviceS);
		if (this.#host.length > maxIntervals) this.#halve();
	}

	/** Undefined until there is enough to fit a line (three intervals). */
	estimate(): ClockEstimate | undefined {
		const fit = this.#fit();
		return fit && { deviation: fit.slope - 1, uncertainty: fit.uncertainty, spanS: fit.spanS };
	}

	/** Device time, in s of its own samples, at which the host's clock showed `hostS`. Undefined before the first batch. */
	deviceTimeAt(hostS: number): number | undefined {
		if (this.#host.length === 0) return undefined;
		const fit = this.#fit();
		// While a line says less than that clocks are nearly right, as after a start in bursts, it could lead anywhere.
		if (!fit || fit.uncertainty > nominalDeviation) return hostS + Math.max(...this.#device.map((deviceS, n) => deviceS - this.#host[n]));
		return fit.meanDevice + fit.slope * (hostS - fit.meanHost);
	}

	#fit(): { slope: number; meanHost: number; meanDevice: number; uncertainty: number; spanS: number } | undefined {
		// The newest interval is still open and the first one holds whatever was queued at the start.
		const from = this.#host.length > 6 ? 1 : 0;
		const to = this.#host.length > 6 ? this.#host.length - 1 : this.#host.length;
		const n = to - from;
		if (n < 3) return undefined;
		let meanHost = 0;
		let meanDevice = 0;
		for (let i = from; i < to; i++) {
			meanHost += this.#host[i];
			meanDevice += this.#device[i];
		}
		meanHost /= n;
		meanDevice /= n;
		let sxx = 0;
		let sxy = 0;
		for (let i = from; i < to; i++) {
			const dx = this.#host[i] - meanHost;
			sxx += dx * dx;
			sxy += dx * (this.#device[i] - meanDevice);
		}
		if (!(sxx > 0)) return undefined;
		const slope = sxy / sxx;
		let squares = 0;
		for (let i = from; i < to; i++) {
			const residual = this.#device[i] - meanDevice - slope * (this.#host[i] - meanHost);
			squares += residual * residual;
		}
		const sigma = Math.max(Math.sqrt(squares / (n - 2)), delayJitterS);
		return { slope, meanHost, meanDevice, uncertainty: sigma / Math.sqrt(sxx), spanS: this.#host[to - 1] - this.#host[from] };
	}

	#halve(): void {
		const host: number[] = [];
		const device: number[] = [];
		for (let i = 0; i < this.#host.length; i += 2) {
			const other = Math.min(i + 1, this.#host.length - 1);
			const best = this.#host[i] - this.#device[i] <= this.#host[other] - this.#device[other] ? i : other;
			host.push(this.#host[best]);
			device.push(this.#device[best]);
		}
		this.#host = host;
		this.#device = device;
		this.#intervalS *= 2;
		this.#interval = Math.floor((host[host.length - 1] - (this.#origin ?? 0)) / this.#intervalS);
	}
}
