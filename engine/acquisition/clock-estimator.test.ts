import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomNumbers } from '../decode/testing.ts';
import { ClockEstimator } from './clock-estimator.ts';

/** Batches every 50 ms, each delayed by up to `jitterS`, of a device that runs at 1 + deviation. */
function observe(deviation: number, seconds: number, jitterS: number, random: () => number): ClockEstimator {
	const estimator = new ClockEstimator();
	for (let deviceS = 0.05; deviceS < seconds * (1 + deviation); deviceS += 0.05) estimator.add(1000 + deviceS / (1 + deviation) + jitterS * random(), deviceS);
	return estimator;
}

describe('the clock estimator', () => {
	it('says nothing before it can', () => {
		const estimator = new ClockEstimator();
		expect(estimator.estimate()).toBeUndefined();
		expect(estimator.deviceTimeAt(1)).toBeUndefined();
		estimator.add(10, 1);
		expect(estimator.estimate()).toBeUndefined();
		expect(estimator.deviceTimeAt(10.5)).toBeCloseTo(1.5, 9);
	});

	it.each([9000, -9000, 0, 50])('measures %d ppm to 200 ppm within 30 s through 20 ms of jitter, inside four times its uncertainty', (ppm) => {
		const random = randomNumbers(1);
		for (let trial = 0; trial < 20; trial++) {
			const estimate = observe(ppm * 1e-6, 30, 0.02, random).estimate();
			expect(Math.abs((estimate?.deviation ?? 1) - ppm * 1e-6)).toBeLessThan(200e-6);
			expect(Math.abs((estimate?.deviation ?? 1) - ppm * 1e-6)).toBeLessThan(4 * (estimate?.uncertainty ?? 0));
			expect(estimate?.spanS).toBeGreaterThan(28);
		}
	});

	it('places host times among the samples within 2 ms, for hours, in bounded memory', () => {
		fc.assert(
			fc.property(fc.integer({ min: -9000, max: 9000 }), fc.constantFrom(60, 900, 7200), fc.nat(), (ppm, seconds, seed) => {
				const estimator = observe(ppm * 1e-6, seconds, 0.005, randomNumbers(seed));
				for (const at of [0.1, 0.5, 0.99]) expect(Math.abs((estimator.deviceTimeAt(1000 + at * seconds) ?? 0) - at * seconds * (1 + ppm * 1e-6))).toBeLessThan(2e-3);
			}),
			{ numRuns: 20 },
		);
	});

	it('is not led astray by a start in bursts', () => {
		const estimator = new ClockEstimator();
		// Two seconds of samples that were queued come within three quarters of one; then nothing for a while.
		for (const [hostS, deviceS] of [
			[10, 0.1],
			[10.3, 0.9],
			[10.75, 2],
		])
			estimator.add(hostS, deviceS);
		expect(estimator.deviceTimeAt(13)).toBeCloseTo(4.25, 6);
	});
});
