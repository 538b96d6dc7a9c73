import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../drivers/simulator/random.ts';
import { between } from '../../../engine/recording/testing.ts';
import { CellModel } from '../profile/model.ts';
import { estimateLife } from './estimate.ts';
import { cyclesOf, type Phase } from './load.ts';
import type { LifeRequest } from './request.ts';
import { profile, randomProfile, steppedLife, table } from './testing.ts';

const mAh = 3.6;
const dayS = 86_400;
const yearS = 365.25 * dayS;

const simple = (more: Partial<Parameters<typeof table>[1]> = {}) =>
	profile([table('t', { usedC: [0, 100, 200, 400], openCircuitV: [3.2, 3, 2.9, 2.5], resistanceOhm: [10, 12, 15, 40], ...more })]);
const duty: Phase[] = [
	{ name: 'sleep', currentA: 5e-6, durationS: 9.9 },
	{ name: 'send', currentA: 0.01, durationS: 0.1 },
];
const quick = { capacitorsF: [] };
const estimate = (request: Partial<LifeRequest>) => estimateLife({ cell: simple(), load: { phases: duty }, cutoffV: 2.4, ...quick, ...request });

describe('an ideal cell', () => {
	it.each([
		[2.824229e-3, 49.4],
		[1.660821e-3, 84.0],
		[1.668187e-3, 83.7],
	])('of 3350 mAh gives %f A for %f days', (currentA, days) => {
		const { lifeS, endedBy, life } = estimateLife({ cell: { capacityC: 3350 * mAh }, load: { phases: [{ name: 'mean', currentA, durationS: 1 }] } });
		expect(lifeS / dayS).toBeCloseTo(days, 1);
		expect(lifeS).toBeCloseTo((3350 * mAh) / currentA, 3);
		expect(life).toBe(`${days} days`);
		expect(endedBy).toBe('capacity');
	});

	it('counts margin, self-discharge and pack', () => {
		const load = { phases: [{ name: 'mean', currentA: 1e-3, durationS: 60 }] };
		const { lifeS, selfDischargedC, deliveredC, leftC, endedBy } = estimateLife({ cell: { capacityC: 3600 }, parallel: 2, load, margin: 0.1, selfDischargePerYear: 0.05 });
		const selfA = (0.05 * 7200) / yearS;
		expect(lifeS).toBeCloseTo((0.9 * 7200) / (1e-3 + selfA), 3);
		expect(endedBy).toBe('margin');
		expect(leftC).toBeCloseTo(720, 6);
		expect(selfDischargedC).toBeCloseTo(selfA * lifeS, 6);
		expect(deliveredC).toBeCloseTo(1e-3 * lifeS, 6);
	});

	it('lasts no longer than on the shelf', () => {
		const { lifeS, endedBy, leftC, curve } = estimateLife({
			cell: { capacityC: 3600 },
			load: { phases: [{ name: 'sleep', currentA: 1e-6, durationS: 1 }] },
			shelfLifeS: 10 * yearS,
		});
		expect(endedBy).toBe('shelf');
		expect(lifeS).toBe(10 * yearS);
		expect(leftC).toBeCloseTo(3600 - 1e-6 * 10 * yearS, 6);
		expect(curve.timeS.at(-1)).toBeCloseTo(10 * yearS, 3);
	});
});

describe('against stepping through every phase', () => {
	// Cycles of which a life has five hundred to ten thousand, peaks that bring the voltage down by a quarter of a volt or so, some of a power, some with self-discharge.
	it.each(Array.from({ length: 24 }, (_, seed) => seed))(
		'profile and duty cycle %i agree to 0.1 %%',
		(seed) => {
			const random = new Random(seed, 2);
			const peakA = 10 ** random.uniform(-3, -1);
			const phases = Array.from({ length: random.integer(1, 4) }, (_, k): Phase => {
				const durationS = 10 ** random.uniform(-2, 1);
				const currentA = k === 0 ? peakA : peakA * 10 ** random.uniform(-4, 0);
				return seed % 4 === 3 && k === 0 ? { name: `p${k}`, durationS, powerW: currentA * 2.5 } : { name: `p${k}`, durationS, currentA };
			});
			const load = { phases: [...phases, { name: 'rest', currentA: 1e-6, durationS: 10 ** random.uniform(-1, 1) }] };
			const cycleC = load.phases.reduce((sum, { currentA, powerW = 0, durationS }) => sum + (currentA ?? powerW / 2.8) * durationS, 0);
			const cell = randomProfile(seed, 10 ** random.uniform(2.7, 4) * cycleC, random.uniform(0.1, 0.4) / peakA);
			const model = new CellModel(cell);
			const cutoffV = random.uniform(1.9, 2.5);
			const selfDischargePerYear = seed % 2 === 0 ? 0 : random.uniform(0, 3);
			const { lifeS } = estimateLife({ cell, load, cutoffV, selfDischargePerYear, ...quick });
			const stepped = steppedLife(model, cyclesOf(load).cycles[0].segments, cutoffV, (selfDischargePerYear * model.capacityC) / yearS);
			expect(Math.abs(lifeS / stepped.lifeS - 1)).toBeLessThan(1e-3);
		},
		60_000,
	);

	it('holds for few cycles, too', () => {
		const load = {
			phases: [
				{ name: 'on', currentA: 0.02, durationS: 3000 },
				{ name: 'off', currentA: 1e-4, durationS: 5000 },
			],
		};
		for (const cutoffV of [2.2, 2.4, 2.6, 2.8, 0]) {
			const { lifeS } = estimate({ load, cutoffV });
			expect(lifeS / steppedLife(new CellModel(simple()), cyclesOf(load).cycles[0].segments, cutoffV).lifeS).toBeCloseTo(1, 3);
		}
	});
});

describe('the life', () => {
	it('falls with the current and rises with the capacity', () => {
		fc.assert(
			fc.property(between(1e-4, 5e-3), between(1.01, 2), between(1.01, 2), (currentA, more, larger) => {
				const phases = (factor: number): Phase[] => [
					{ name: 'a', currentA: currentA * factor, durationS: 1 },
					{ name: 'b', currentA: 1e-5, durationS: 5 },
				];
				const base = estimate({ load: { phases: phases(1) } }).lifeS;
				expect(estimate({ load: { phases: phases(more) } }).lifeS).toBeLessThan(base);
				const [t] = simple().tables;
				const bigger = profile([{ ...t, usedC: t.usedC.map((charge) => charge * larger) }]);
				expect(estimate({ cell: bigger, load: { phases: phases(1) } }).lifeS / base).toBeCloseTo(larger, 3);
			}),
			{ numRuns: 20 },
		);
	});

	it('of a pack is that of a cell under its share', () => {
		const one = estimate({ load: { phases: [{ name: 'a', currentA: 0.01, durationS: 1 }] } });
		const parallel = estimate({ parallel: 3, load: { phases: [{ name: 'a', currentA: 0.03, durationS: 1 }] } });
		const series = estimate({ series: 2, cutoffV: 4.8, load: { phases: [{ name: 'a', currentA: 0.01, durationS: 1 }] } });
		expect(parallel.lifeS / one.lifeS).toBeCloseTo(1, 9);
		expect(series.lifeS / one.lifeS).toBeCloseTo(1, 9);
		expect(series.peak.endV / one.peak.endV).toBeCloseTo(2, 9);
	});

	it('ends at the peak, not at the mean, and says which', () => {
		const { endedBy, peak, leftC, curve, cutoffV } = estimate({ cutoffV: 2.6 });
		expect(endedBy).toBe('cut-off under peak');
		expect(peak).toMatchObject({ name: 'send', currentA: 0.01 });
		expect(peak.endV).toBeCloseTo(2.6, 6);
		expect(leftC).toBeGreaterThan(0);
		expect(cutoffV).toBe(2.6);
		expect(curve.timeS).toHaveLength(257);
		expect(curve.loadedV.every((v, i) => v <= curve.openCircuitV[i] && v >= 2.6 - 1e-6)).toBe(true);
		expect(curve.timeS.every((t, i) => i === 0 || t > curve.timeS[i - 1])).toBe(true);
	});

	it('is shorter where a peak hides in a phase', () => {
		const load = (peak: Partial<Phase>) => ({ phases: [duty[0], { ...duty[1], ...peak }] });
		const smooth = estimate({ cutoffV: 2.5, load: load({}) });
		const peaky = estimate({ cutoffV: 2.5, load: load({ peakA: 0.02, peakS: 0.01 }) });
		expect(peaky.peak.currentA).toBe(0.02);
		expect(peaky.lifeS).toBeLessThan(smooth.lifeS);
		// The charge is the same.
		expect(peaky.curve.meanA[0]).toBeCloseTo(smooth.curve.meanA[0], 12);
	});

	it('starts with what is there', () => {
		const full = estimate({ cutoffV: 0 });
		const half = estimate({ cutoffV: 0, stateOfCharge: 0.5 });
		expect(half.lifeS / full.lifeS).toBeCloseTo(0.5, 4);
	});

	it('of mixed scenarios is that of their mean current, when no cut-off is met', () => {
		const { lifeS, meanA, sensitivities } = estimate({
			cutoffV: 0,
			load: {
				scenarios: [
					{ name: 'day', weight: 3, load: { phases: [{ name: 'a', currentA: 1e-3, durationS: 1 }] } },
					{ name: 'night', weight: 1, load: { phases: [{ name: 'a', currentA: 1e-5, durationS: 1 }] } },
					{ name: 'update', perDay: 2, load: { phases: [{ name: 'write', currentA: 0.02, durationS: 60 }] } },
				],
			},
		});
		const busy = 120 / dayS;
		const mean = busy * 0.02 + (1 - busy) * (0.75e-3 + 0.25e-5);
		expect(meanA).toBeCloseTo(mean, 12);
		expect(lifeS).toBeCloseTo(400 / mean, 3);
		expect(sensitivities.map(({ scenario, name, of }) => [scenario, name, of])).toEqual([
			['day', 'a', 'current'],
			['night', 'a', 'current'],
			['update', 'write', 'current'],
			['update', 'write', 'duration'],
			['day', undefined, 'weight'],
			['night', undefined, 'weight'],
			['update', undefined, 'number per day'],
		]);
	});
});

describe('temperatures', () => {
	const warm = table('20', { usedC: [0, 400], openCircuitV: [3.2, 2.8], resistanceOhm: [5, 5] }, { temperatureC: 20 });
	const cold = table('-10', { usedC: [0, 360], openCircuitV: [3.1, 2.7], resistanceOhm: [40, 40] }, { temperatureC: -10 });
	const cell = profile([cold, warm]);

	it('of one are that one', () => {
		const plain = estimate({ cell, temperature: 5, cutoffV: 2.5 }).lifeS;
		expect(estimate({ cell, temperature: [{ temperatureC: 5, share: 1 }], cutoffV: 2.5 }).lifeS).toBeCloseTo(plain, 6);
		const turns = [
			{ temperatureC: 5, durationS: 3600 },
			{ temperatureC: 5, durationS: 7200 },
		];
		expect(estimate({ cell, temperature: turns, cutoffV: 2.5 }).lifeS / plain).toBeCloseTo(1, 4);
		const seasons = [
			{ temperatureC: 5, durationS: 0.7 * dayS },
			{ temperatureC: 5, durationS: 0.3 * dayS },
		];
		expect(estimate({ cell, temperature: seasons, cutoffV: 2.5 }).lifeS / plain).toBeCloseTo(1, 4);
	});

	it('that come in turn end the life when it is cold', () => {
		const load = { phases: [{ name: 'a', currentA: 0.01, durationS: 1 }] };
		const cutoffV = 2.55;
		const coldS = estimate({ cell, load, cutoffV, temperature: -10 }).lifeS;
		const warmS = estimate({ cell, load, cutoffV, temperature: 20 }).lifeS;
		expect(coldS).toBeLessThan(warmS);
		// The first cold comes when the cell is already too empty for it.
		const late = estimate({
			cell,
			load,
			cutoffV,
			temperature: [
				{ temperatureC: 20, durationS: coldS + 100 },
				{ temperatureC: -10, durationS: 1000 },
			],
		});
		expect(late.lifeS).toBeCloseTo(coldS + 100, 6);
		// A cold that ends before it matters.
		const early = estimate({
			cell,
			load,
			cutoffV,
			temperature: [
				{ temperatureC: -10, durationS: 100 },
				{ temperatureC: 20, durationS: 10 * warmS },
			],
		});
		expect(early.lifeS / warmS).toBeCloseTo(1, 6);
		const shares = estimate({
			cell,
			load,
			cutoffV,
			temperature: [
				{ temperatureC: -10, share: 0.01 },
				{ temperatureC: 20, share: 0.99 },
			],
		});
		expect(shares.lifeS / coldS).toBeCloseTo(1, 6);
	});
});

describe('the spread', () => {
	it('has its percentiles around the nominal life, narrow when the deviations are', () => {
		const nominal = estimate({ spread: {} });
		expect(nominal.spread).toBeUndefined();
		const { spread } = estimate({ spread: { capacity: 0.05 }, cutoffV: 0 });
		const noCutoff = estimate({ cutoffV: 0 }).lifeS;
		expect(spread?.p50S).toBeDefined();
		expect((spread?.p50S ?? 0) / noCutoff).toBeCloseTo(1, 1);
		expect((spread?.p5S ?? 0) / noCutoff).toBeCloseTo(1 - 1.645 * 0.05, 1);
		expect((spread?.p95S ?? 0) / noCutoff).toBeCloseTo(1 + 1.645 * 0.05, 1);
	});

	it('is the same for the same seed', () => {
		const asked = { spread: { capacity: 0.05, resistance: 0.2, openCircuitV: 0.02 }, cutoffV: 2.6, seed: 7 };
		expect(estimate(asked).spread).toEqual(estimate(asked).spread);
		expect(estimate({ ...asked, seed: 8 }).spread).not.toEqual(estimate(asked).spread);
	});

	it('by factors on the nominal drop is that of whole discharges', () => {
		const asked = { spread: { capacity: 0.05, resistance: 0.3, openCircuitV: 0.02 }, cutoffV: 2.6, samples: 50 };
		const factors = estimate(asked).spread;
		// A power, however small, is discharged sample by sample.
		const whole = estimate({ ...asked, load: { phases: [...duty, { name: 'nothing', powerW: 1e-12, durationS: 1e-6 }] } }).spread;
		for (const p of ['p5S', 'p50S', 'p95S'] as const) expect((factors?.[p] ?? 0) / (whole?.[p] ?? 1)).toBeCloseTo(1, 3);
	});

	it('is the same whether one temperature lasts or takes turns with itself', () => {
		const asked = { spread: { capacity: 0.05, resistance: 0.3 }, cutoffV: 2.6, samples: 50, selfDischargePerYear: 0.5 };
		const one = estimate({ ...asked, temperature: 30 }).spread;
		const turns = estimate({
			...asked,
			temperature: [
				{ temperatureC: 30, durationS: 5000 },
				{ temperatureC: 30, durationS: 8000 },
			],
		}).spread;
		for (const p of ['p5S', 'p50S', 'p95S'] as const) expect((turns?.[p] ?? 0) / (one?.[p] ?? 1)).toBeCloseTo(1, 9);
	});

	it('of a power is that of the current that it draws, nearly', () => {
		const spread = { capacity: 0.05, resistance: 0.2 };
		const current = estimate({ spread, cutoffV: 2.4, samples: 200, load: { phases: [{ name: 'a', currentA: 1e-3, durationS: 1 }] } });
		const power = estimate({ spread, cutoffV: 2.4, samples: 200, load: { phases: [{ name: 'a', powerW: 2.8e-3, durationS: 1 }] } });
		const width = ({ spread, lifeS }: typeof current) => ((spread?.p95S ?? 0) - (spread?.p5S ?? 0)) / lifeS;
		expect(width(power) / width(current)).toBeCloseTo(1, 0);
	});
});

describe('what would help', () => {
	it('is less current and shorter phases, and a capacitor where the peak ends the life', () => {
		const { sensitivities, lifeS } = estimate({ cutoffV: 2.75, capacitorsF: [470e-6, 0.05] });
		const of = (name: string | undefined, what: string) => sensitivities.find((each) => each.name === name && each.of === what);
		expect(of('send', 'current')?.gainS).toBeGreaterThan(0.05 * lifeS);
		expect(of('send', 'duration')?.gainS).toBeGreaterThan(0);
		expect(of('sleep', 'duration')?.gainS).toBeLessThan(0);
		const [small, large] = sensitivities.filter((each) => each.of === 'capacitor');
		expect(small.gainS).toBeGreaterThanOrEqual(0);
		expect(large.gainS).toBeGreaterThan(small.gainS);
		expect(large.peakA).toBeLessThan(0.01);
	});
});

describe('what is no question', () => {
	it.each<[string, Partial<LifeRequest>, RegExp]>([
		['a negative current', { load: { phases: [{ name: 'a', currentA: -1, durationS: 1 }] } }, /current of phase a is -1 A/],
		['NaN', { load: { phases: [{ name: 'a', currentA: Number.NaN, durationS: 1 }] } }, /current of phase a is NaN/],
		['a cycle of no length', { load: { phases: [{ name: 'a', currentA: 1, durationS: 0 }] } }, /duration of phase a is 0 s/],
		['no phase', { load: { phases: [] } }, /no phase/],
		['no scenario', { load: { scenarios: [] } }, /no scenario/],
		['current and power', { load: { phases: [{ name: 'a', currentA: 1, powerW: 1, durationS: 1 }] } }, /either a current or a power/],
		['a peak below the mean', { load: { phases: [{ name: 'a', currentA: 1, peakA: 0.5, durationS: 1 }] } }, /peak of phase a/],
		['a day of more than 24 hours', { load: { scenarios: [{ name: 'a', perDay: 100_000, load: { phases: duty } }] } }, /a day has 24 h/],
		['a cut-off above the voltage', { cutoffV: 3.3 }, /empty at the start: 3.200 V without a load/],
		['a power that no cell of this resistance gives', { cutoffV: 0, load: { phases: [{ name: 'a', powerW: 1, durationS: 1 }] } }, /cannot deliver/],
		['a margin of all', { margin: 1 }, /margin is 1/],
		['half a cell', { series: 0.5 }, /cells in series is 0.5/],
		['shares of 90 %', { temperature: [{ temperatureC: 5, share: 0.9 }] }, /add up to 90 %/],
		['no temperature', { temperature: -300 }, /-300 °C/],
		['a negative capacity', { cell: { capacityC: -1 }, cutoffV: undefined }, /capacity of the ideal cell is -1 C/],
		['a cut-off of an unknown voltage', { cell: { capacityC: 1 } }, /cut-off of 2.4 V needs a cell/],
		['a power from an unknown voltage', { cell: { capacityC: 1 }, cutoffV: undefined, load: { phases: [{ name: 'a', powerW: 1, durationS: 1 }] } }, /power needs a cell/],
		['nothing drawn', { load: { phases: [{ name: 'a', currentA: 0, durationS: 1 }] } }, /Nothing draws/],
		['a negative spread', { spread: { capacity: -0.1 } }, /spread of capacity is -0.1/],
		['a negative self-discharge', { selfDischargePerYear: -0.1 }, /self-discharge is -0.1/],
		['a negative capacitor', { capacitorsF: [-1] }, /capacitor of -1 F/],
	])('%s is refused', (_, request, message) => {
		expect(() => estimate(request)).toThrow(message);
		expect(() => estimate(request)).toThrow(expect.objectContaining({ code: 'INVALID_VALUE' }));
	});
});
