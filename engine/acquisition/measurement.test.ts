import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Link, LinkHandlers } from '../../drivers/link.ts';
import type { Load } from '../../drivers/simulator/loads/load.ts';
import { randomNumbers } from '../decode/testing.ts';
import { Measurement } from './measurement.ts';
import { arcPlan, KeepingTap, simulated } from './testing.ts';

const noisy = { noise: true, seed: 3 };

describe('a measurement', () => {
	it('starts all devices or none', async () => {
		const setup = await simulated([noisy, noisy]);
		const [first, second] = setup.devices.map(({ instrument }) => instrument);
		const plans = [
			{ instrument: first, plan: arcPlan },
			{ instrument: second, plan: { channels: [{ id: 'mc', rate: 7 }] } },
		];
		await expect(Measurement.start(plans, setup.decoder, setup.clock)).rejects.toMatchObject({ code: 'INVALID_VALUE', message: expect.stringContaining('7') });
		expect(first.measuring).toBe(false);
		expect(second.measuring).toBe(false);
		await expect(Measurement.start([], setup.decoder, setup.clock)).rejects.toMatchObject({ code: 'INVALID_VALUE' });
		const measurement = await Measurement.start(
			setup.devices.map(({ instrument }) => ({ instrument, plan: arcPlan })),
			setup.decoder,
			setup.clock,
		);
		expect(measurement.devices.map(({ channels }) => channels.map(({ id }) => id).sort())).toEqual([
			['i1', 'mc', 'mp', 'mv', 'rx'],
			['i1', 'mc', 'mp', 'mv', 'rx'],
		]);
		await measurement.stop();
		await measurement.stop();
		expect(first.measuring).toBe(false);
	});

	it('loses nothing to a tap that takes its time: the device is held up', async () => {
		const setup = await simulated([{ ...noisy, kind: 'ace' }]);
		const { instrument } = setup.devices[0];
		const tap = new KeepingTap();
		const plan = { channels: [{ id: 'mc', rate: 50_000 }], batchBytes: 64 * 1024 };
		const measurement = await Measurement.start([{ instrument, plan }], setup.decoder, setup.clock, [tap]);
		const { stream } = measurement.devices[0];
		let goOn = () => {};
		tap.hold = new Promise((resolve) => {
			goOn = resolve;
		});
		// Time stops once the decoder's memory is full: seconds of samples.
		let last = -1;
		await expect
			.poll(
				() => {
					const still = setup.clock.now() === last;
					last = setup.clock.now();
					return still;
				},
				{ interval: 100, timeout: 20_000 },
			)
			.toBe(true);
		const heldAt = setup.clock.now();
		expect(setup.decoder.bytesInFlight).toBeGreaterThan(1e7);
		tap.hold = undefined;
		goOn();
		await expect.poll(() => setup.clock.now()).toBeGreaterThan(heldAt + 1);
		await measurement.stop();
		expect(stream.statistics).toMatchObject({ lostFrames: 0, damagedFrames: 0, staleFrames: 0 });
		expect(setup.devices[0].simulator.device.droppedFrames).toBe(0);
		expect(setup.decoder.bytesInFlight).toBe(0);
	});

	it('is the same whatever is done beside it: same seed, same samples', async () => {
		const columns: number[][] = [];
		for (let take = 0; take < 2; take++) {
			const setup = await simulated([noisy]);
			const tap = new KeepingTap();
			const measurement = await Measurement.start([{ instrument: setup.devices[0].instrument, plan: arcPlan }], setup.decoder, setup.clock, [tap], async () => {
				// Making files takes the host's time, not the device's.
				for (let turn = 0; turn < 50 * take; turn++) await new Promise((resolve) => setImmediate(resolve));
			});
			await setup.devices[0].instrument.set({ mainVoltage: 3 });
			await setup.clock.delay(0.5);
			await measurement.stop();
			columns.push(tap.of('mc').slice(0, 1600));
		}
		expect(columns[0]).toEqual(columns[1]);
	});
});

/** Draws nothing; at a moment of the device's own time it prints a line and raises GPI 1. */
class Marker implements Load {
	levels = 0;
	readonly uart;
	readonly #atUs: number;
	#elapsedUs = 0;
	#text: Uint8Array | undefined;

	constructor(atS: number) {
		this.#atUs = atS * 1e6;
		this.uart = {
			baudRate: 115_200,
			powered: true,
			take: () => {
				const text = this.#text;
				this.#text = undefined;
				return text;
			},
			receive: () => {},
		};
	}

	fill(_voltage: number, current: Float64Array, from: number, to: number, tickUs: number): void {
		current.fill(0, from, to);
		const before = this.#elapsedUs;
		this.#elapsedUs += (to - from) * tickUs;
		if (before < this.#atUs && this.#elapsedUs >= this.#atUs) {
			this.#text = new TextEncoder().encode('mark\r\n');
			this.levels = 1;
		}
	}

	peak(): number {
		return 0;
	}
}

describe('a device whose clock is fast', () => {
	it('is measured to 200 ppm within 30 s, and lines and host times land within 2 ms after 60 s', async () => {
		const clockPpm = 9000;
		const markS = 62;
		const setup = await simulated([{ clockPpm, load: new Marker(markS) }]);
		const tap = new KeepingTap();
		const measurement = await Measurement.start([{ instrument: setup.devices[0].instrument, plan: arcPlan }], setup.decoder, setup.clock, [tap]);
		const { stream } = measurement.devices[0];
		await setup.clock.delay(30);
		const early = stream.clock.estimate();
		expect(Math.abs((early?.deviation ?? 0) - clockPpm * 1e-6)).toBeLessThan(200e-6);
		expect(early?.uncertainty).toBeLessThan(200e-6);
		await setup.clock.delay(35);
		await measurement.stop();
		const edge = tap.all('edge').find(({ channel, level }) => channel === 'i1' && level === 1);
		const line = tap.all('log').find(({ text }) => text === 'mark');
		expect(edge?.time).toBeGreaterThan(60);
		expect(Math.abs((line?.time ?? 0) - (edge?.time ?? 1e9))).toBeLessThan(2e-3);
		// The virtual clock and the device's began together: there the host's clock showed this.
		const hostS = markS / (1 + clockPpm * 1e-6);
		expect(Math.abs((stream.clock.deviceTimeAt(hostS) ?? 0) - (edge?.time ?? 1e9))).toBeLessThan(2e-3);
	});
});

/** What happens to the bytes on their way: `after` intact bytes, then the harm. */
type Harm = { readonly after: number } & (
	| { readonly kind: 'flip'; readonly bit: number }
	| { readonly kind: 'garbage'; readonly bytes: number; readonly seed: number }
	| { readonly kind: 'cut'; readonly bytes: number }
);

/** A link that does harm once it is armed, and hands bytes over in pieces of any size. */
class HostileLink implements Link {
	readonly path: string;
	armed = false;
	done = 0;
	readonly #inner: Link;
	readonly #harms: readonly Harm[];
	readonly #pieces: () => number;
	#until = 0;
	#cutting = 0;

	constructor(inner: Link, harms: readonly Harm[], seed: number) {
		this.#inner = inner;
		this.#harms = harms;
		const random = randomNumbers(seed);
		this.#pieces = () => 1 + Math.floor(random() ** 3 * 5000);
		this.path = inner.path;
		this.#until = harms[0]?.after ?? Number.POSITIVE_INFINITY;
	}

	open(handlers: LinkHandlers): void {
		this.#inner.open({
			data: (chunk) => {
				if (!this.armed) return handlers.data(chunk);
				const bytes = this.#harm(chunk);
				for (let at = 0; at < bytes.length; ) {
					const end = Math.min(bytes.length, at + this.#pieces());
					handlers.data(bytes.subarray(at, end));
					at = end;
				}
			},
			closed: (error) => handlers.closed(error),
		});
	}

	#harm(chunk: Uint8Array): Uint8Array {
		const out: number[] = [];
		for (const byte of chunk) {
			const harm = this.#harms[this.done];
			if (this.#cutting > 0) {
				if (--this.#cutting === 0) this.#next();
			} else if (!harm || this.#until-- > 0) out.push(byte);
			else if (harm.kind === 'flip') {
				out.push(byte ^ (1 << harm.bit));
				this.#next();
			} else if (harm.kind === 'cut') {
				this.#cutting = harm.bytes - 1;
				if (this.#cutting === 0) this.#next();
			} else {
				const random = randomNumbers(harm.seed);
				for (let n = 0; n < harm.bytes; n++) out.push(Math.floor(256 * random()));
				out.push(byte);
				this.#next();
			}
		}
		return Uint8Array.from(out);
	}

	#next(): void {
		this.done++;
		this.#until = this.#harms[this.done]?.after ?? Number.POSITIVE_INFINITY;
	}

	write(bytes: Uint8Array): Promise<void> {
		return this.#inner.write(bytes);
	}
	discardInput(): Promise<void> {
		return this.#inner.discardInput();
	}
	pause(): void {
		this.#inner.pause();
	}
	resume(): void {
		this.#inner.resume();
	}
	close(): Promise<void> {
		return this.#inner.close();
	}
}

/** Measures half a second over a link that does this; a clean measurement without harms. */
async function measured(harms: readonly Harm[], seed = 1) {
	const links: HostileLink[] = [];
	const setup = await simulated([noisy], {
		wrap: (inner) => {
			const link = new HostileLink(inner, harms, seed);
			links.push(link);
			return link;
		},
	});
	const tap = new KeepingTap();
	const { instrument } = setup.devices[0];
	const measurement = await Measurement.start([{ instrument, plan: { ...arcPlan, batchBytes: 8192 } }], setup.decoder, setup.clock, [tap], async () => {
		links[0].armed = true;
	});
	await setup.clock.delay(0.5);
	links[0].armed = false;
	await measurement.stop();
	const { linkStatistics } = instrument;
	const { stream } = measurement.devices[0];
	await setup[Symbol.asyncDispose]();
	return {
		tap,
		statistics: stream.statistics,
		failed: linkStatistics.failedChecksums + stream.statistics.damagedFrames,
		unframed: linkStatistics.unframedBytes,
		done: links[0].done,
	};
}

describe('hostile bytes', () => {
	const frameBytes = 8 + 16 + (8 + 16) + (8 + 4) + (8 + 16) + (8 + 4);
	const after = fc.integer({ min: 2 * frameBytes, max: 60 * frameBytes });
	const harm: fc.Arbitrary<Harm> = fc.oneof(
		fc.record({ kind: fc.constant('flip' as const), after, bit: fc.nat(7) }),
		fc.record({ kind: fc.constant('garbage' as const), after, bytes: fc.integer({ min: 1, max: 400 }), seed: fc.nat() }),
		fc.record({ kind: fc.constant('cut' as const), after, bytes: fc.integer({ min: 1, max: 400 }) }),
	);

	it('invent no sample, shift none, and every loss is placed and counted', async () => {
		const clean = (await measured([])).tap;
		expect(clean.of('mc').every((value) => !Number.isNaN(value))).toBe(true);
		await fc.assert(
			fc.asyncProperty(fc.array(harm, { minLength: 1, maxLength: 10 }), fc.nat(), async (harms, seed) => {
				const { tap, statistics, failed, unframed, done } = await measured(harms, seed);
				let wrong = 0;
				let lost = 0;
				const mc = tap.of('mc');
				const reference = clean.of('mc');
				for (let n = 0; n < Math.min(mc.length, reference.length); n++) {
					if (Number.isNaN(mc[n])) lost++;
					else if (mc[n] !== reference[n]) wrong++;
				}
				expect(wrong).toBe(0);
				expect(Math.abs(mc.length - reference.length)).toBeLessThan(800);
				// Each harm costs the frames it touches, and never a frame beside them.
				const touched = harms.slice(0, done + 1).reduce((sum, each) => sum + (each.kind === 'cut' ? 1 + Math.ceil(each.bytes / 84) : 1), 0);
				expect(statistics.lostFrames).toBeLessThanOrEqual(touched);
				expect(statistics.lostFrames * 4).toBeGreaterThanOrEqual(lost);
				expect(tap.all('gap').reduce((sum, { duration }) => sum + Math.round(duration * 1000), 0)).toBe(statistics.lostFrames);
				expect(tap.all('fault')).toEqual([]);
				if (statistics.lostFrames > 0 && harms.slice(0, done).some(({ kind }) => kind === 'flip')) expect(failed + unframed).toBeGreaterThan(0);
				// Every gap is where the NaN are.
				for (const { time, duration } of tap.all('gap')) {
					const from = Math.round(time * 4000);
					expect(mc.slice(from, from + Math.round(duration * 4000)).every(Number.isNaN)).toBe(true);
				}
			}),
			// A sum of 16 bits cannot see every damage; a fixed seed keeps the odd coincidence out.
			{ numRuns: 200, seed: 20 },
		);
	}, 60_000);
});
