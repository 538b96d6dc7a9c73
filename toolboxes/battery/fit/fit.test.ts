/** A fit finds the parameters of a cell that are known, says how well, and refuses what does not tell. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitProfile } from './fit.ts';
import type { Measurement, Run } from './measurement.ts';
import { predict } from './predict.ts';
import { fitPulses } from './pulses.ts';
import { hppc, known, knownCell, knownOpenCircuitV, knownProfile, measured, noise, type Step } from './testing.ts';

const measurement = (...runs: Run[]): Measurement => ({ source: 'test', runs, notes: [] });
const share = (usedC: number) => usedC / known.capacityC;

describe('a fit from pulses and rests', () => {
	it('recovers the parameters of a known cell from voltages with noise, within its own intervals of confidence', () => {
		const random = noise(1);
		const { levels, timeConstantS, capacityC } = fitPulses(measurement(measured(knownCell(), hppc(), () => 0.0002 * random())));
		expect(capacityC).toBeCloseTo(3550, 6);
		expect(levels).toHaveLength(10);
		let outside = 0;
		let checked = 0;
		const check = ({ value, ci }: { value: number; ci: number }, truth: number, worst: number) => {
			checked++;
			if (Math.abs(value - truth) > ci) outside++;
			expect(ci).toBeGreaterThan(0);
			expect(Math.abs(value / truth - 1)).toBeLessThan(worst);
		};
		for (const [k, tau] of timeConstantS.entries()) check(tau, known.timeConstantS[k], 0.05);
		for (const { usedC, openCircuitV, seriesOhm, pairOhm } of levels) {
			const rise = 1 + 0.2 * share(usedC);
			check(openCircuitV, knownOpenCircuitV(share(usedC)), 0.0003);
			check(seriesOhm, known.seriesOhm * rise, 0.02);
			for (const [k, pair] of pairOhm.entries()) check(pair, known.pairOhm[k] * rise, 0.1);
		}
		// 95 % intervals: of 42 figures two should be outside.
		expect(outside / checked).toBeLessThanOrEqual(0.15);
	});

	it('leaves nothing over of a cell that is as the model says', () => {
		const { residual } = fitProfile(measurement(measured(knownCell(), hppc())), { name: 'x' });
		expect(residual.rmsV).toBeLessThan(0.0003);
	});

	it('works for discharges with rests and no pulses (GITT), and its profile predicts a current it has not seen', () => {
		const gitt = Array.from({ length: 18 }, (): Step[] => [
			{ currentA: 0, durationS: 600, everyS: 5 },
			{ currentA: 1, durationS: 195, everyS: 1 },
		]).flat();
		const { profile, found } = fitProfile(measurement(measured(knownCell(), gitt)), { name: 'x' });
		expect(found.kind).toBe('pulses');
		const unseen = measured(knownCell(), [
			{ currentA: 0, durationS: 60, everyS: 10 },
			{ currentA: 2, durationS: 1500, everyS: 10 },
		]);
		expect(predict(profile, measurement(unseen)).rmsV).toBeLessThan(0.001);
	});

	it('scales: charge, voltage and current by factors make resistances of their ratio and the same time constants', () => {
		const plain = fitPulses(measurement(measured(knownCell(), hppc())));
		fc.assert(
			fc.property(fc.integer({ min: -2, max: 2 }), fc.integer({ min: -2, max: 2 }), (charge, voltage) => {
				const [chargeC, v] = [10 ** charge, 10 ** voltage];
				const scaled = fitPulses(measurement(measured(knownCell({ chargeC, v }), hppc(chargeC))));
				expect(scaled.capacityC / plain.capacityC / chargeC).toBeCloseTo(1, 8);
				for (const [k, level] of scaled.levels.entries()) {
					expect(level.openCircuitV.value / plain.levels[k].openCircuitV.value / v).toBeCloseTo(1, 5);
					expect(((level.seriesOhm.value / plain.levels[k].seriesOhm.value) * chargeC) / v).toBeCloseTo(1, 3);
				}
				for (const [k, tau] of scaled.timeConstantS.entries()) expect(tau.value / plain.timeConstantS[k].value).toBeCloseTo(1, 2);
			}),
			{ numRuns: 5 },
		);
	});

	it('refuses too few rows, and a voltage that rises under load', () => {
		const short = hppc().map((step) => ({ ...step, everyS: step.durationS / 2 }));
		expect(() => fitPulses(measurement(measured(knownCell(), short)))).toThrow(/has 101 rows about its pulses and rests; \d+ are needed/);
		const run = measured(knownCell(), hppc());
		const rising = { ...run, voltageV: run.voltageV.map((_, k) => 4 + 0.1 * run.currentA[k]) };
		expect(() => fitPulses(measurement(rising))).toThrow(/does not fall when a load begins/);
	});

	it('does not take the offset of an instrument that rests for a load', () => {
		const run = measured(knownCell(), hppc());
		const { levels } = fitPulses(measurement({ ...run, currentA: run.currentA.map((current) => current + 0.001) }));
		expect(levels).toHaveLength(10);
	});
});

describe('a fit from several rates', () => {
	const discharge = (currentA: number) => measured(knownCell(), [{ currentA, durationS: 3500 / currentA, everyS: 5 / currentA }]);

	it('predicts a rate in between', () => {
		const { profile, found } = fitProfile(measurement(discharge(0.4), discharge(2)), { name: 'x', temperatureC: 25 });
		expect(found.kind).toBe('rates');
		expect(profile.tables.map(({ currentA, temperatureC }) => [Number(currentA?.toFixed(6)), temperatureC])).toEqual([
			[0.4, 25],
			[2, 25],
		]);
		const { rmsV } = predict(profile, measurement(discharge(1)));
		expect(rmsV).toBeLessThan(0.006);
	});

	it('finds the whole resistance, that of the pairs included, away from the ends', () => {
		const { found } = fitProfile(measurement(discharge(0.4), discharge(2)), { name: 'x' });
		if (found.kind !== 'rates') throw new Error(found.kind);
		const { rates, usedC } = found.fit;
		const middle = usedC.findIndex((used) => used > 1800);
		expect(rates[1].resistanceOhm[middle] / (0.1 * 1.1)).toBeGreaterThan(0.95);
		expect(rates[1].resistanceOhm[middle] / (0.1 * 1.1)).toBeLessThan(1.08);
	});

	it('refuses one rate, and charges', () => {
		expect(() => fitProfile(measurement(discharge(1)), { name: 'x' })).toThrow(/one current only, 1 A.*two rates/);
		const charge = discharge(1);
		expect(() => fitProfile(measurement({ ...charge, currentA: charge.currentA.map((current) => -current) }), { name: 'x' })).toThrow(/no discharge at a constant current/);
	});
});

describe('a prediction', () => {
	it('takes the state at the beginning from the rest, pairs that still relax included', () => {
		const cell = knownCell();
		const before: Step[] = [
			{ currentA: 1, durationS: 1000, everyS: 10 },
			{ currentA: 0, durationS: 100, everyS: 2 },
			{ currentA: 2, durationS: 600, everyS: 5 },
		];
		const run = measured(cell, before);
		const resumed = { timeS: run.timeS.subarray(101), currentA: run.currentA.subarray(101), voltageV: run.voltageV.subarray(101) };
		const { discharges } = predict(knownProfile(), measurement(resumed));
		expect(discharges).toHaveLength(1);
		expect(discharges[0].usedC / 1000).toBeCloseTo(1, 2);
		expect(discharges[0].rmsV).toBeLessThan(0.0005);
	});

	it('is of every discharge that there is', () => {
		const cycle: Step[] = [
			{ currentA: 0, durationS: 600, everyS: 5 },
			{ currentA: 1, durationS: 3000, everyS: 10 },
			{ currentA: -1, durationS: 3000, everyS: 10 },
		];
		const { discharges, rmsV } = predict(knownProfile(), measurement(measured(knownCell(), [...cycle, ...cycle])));
		expect(discharges.map(({ chargeC }) => Math.round(chargeC))).toEqual([3000, 3000]);
		expect(rmsV).toBeLessThan(0.001);
	});

	it('refuses a measurement without a discharge', () => {
		const rest = measured(knownCell(), [{ currentA: 0, durationS: 100, everyS: 1 }]);
		expect(() => predict(knownProfile(), measurement(rest))).toThrow(/no discharge/);
	});
});
