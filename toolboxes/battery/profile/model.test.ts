import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { libraryProfiles } from './library/library.ts';
import { CellModel } from './model.ts';
import { profileOf, tableOf } from './testing.ts';

const lipo = libraryProfiles.find(({ name }) => name === 'LiPo-ICP632136HPST-Renata')!;
const temperatures = [-10, 5, 20];
const shares = fc.double({ min: 0, max: 1, noNaN: true });

describe('a model at the temperature of a table', () => {
	it.each(temperatures)('is that table, %d °C', (temperatureC) => {
		const table = lipo.tables.find((each) => each.temperatureC === temperatureC)!;
		const model = new CellModel(lipo, { temperatureC });
		expect(model.capacityC).toBe(table.usedC.at(-1));
		for (const [k, usedC] of table.usedC.entries()) {
			expect(model.openCircuitV(usedC)).toBeCloseTo(table.openCircuitV[k], 12);
			expect(model.resistanceOhm(usedC)).toBeCloseTo(table.resistanceOhm[k], 12);
		}
	});

	it('is the nearest outside of what was measured, and the one nearest to 20 °C when none is asked for', () => {
		const capacities = [-40, -10, 20, 60, undefined].map((temperatureC) => new CellModel(lipo, { temperatureC }).capacityC);
		const [cold, , warm] = lipo.tables.map((table) => table.usedC.at(-1));
		expect(capacities).toEqual([cold, cold, warm, warm, warm]);
	});
});

describe('a model between two temperatures', () => {
	it('lies between its tables at the same share of the charge', () => {
		fc.assert(
			fc.property(fc.double({ min: -10, max: 20, noNaN: true }), shares, (temperatureC, share) => {
				const at = (temperature: number) => {
					const model = new CellModel(lipo, { temperatureC: temperature });
					return [model.capacityC, model.openCircuitV(share * model.capacityC), model.resistanceOhm(share * model.capacityC)];
				};
				const [low, high] = temperatureC < 5 ? [-10, 5] : [5, 20];
				const [cold, warm] = [at(low), at(high)];
				for (const [k, value] of at(temperatureC).entries()) {
					expect(value).toBeGreaterThanOrEqual(Math.min(cold[k], warm[k]) - 1e-9);
					expect(value).toBeLessThanOrEqual(Math.max(cold[k], warm[k]) + 1e-9);
				}
			}),
		);
	});

	it('is halfway in voltage and charge, and the geometric mean in resistance', () => {
		const at = (temperatureC: number) => new CellModel(lipo, { temperatureC });
		const [cold, half, warm] = [at(-10), at(-2.5), at(5)];
		expect(half.capacityC).toBeCloseTo((cold.capacityC + warm.capacityC) / 2, 9);
		for (const share of [0, 0.3, 0.77, 1]) {
			expect(half.openCircuitV(share * half.capacityC)).toBeCloseTo((cold.openCircuitV(share * cold.capacityC) + warm.openCircuitV(share * warm.capacityC)) / 2, 12);
			const mean = Math.sqrt(cold.resistanceOhm(share * cold.capacityC) * warm.resistanceOhm(share * warm.capacityC));
			expect(half.resistanceOhm(share * half.capacityC)).toBeCloseTo(mean, 12);
		}
	});
});

describe('a pack', () => {
	it('has S times the voltage, S/P the resistance and P times the charge of its cell', () => {
		const pairs = [{ resistanceOhm: Float64Array.of(0.01, 0.02, 0.03), timeConstantS: Float64Array.of(5, 10, 20) }];
		const rows = [
			[0, 4.2, 0.05],
			[5000, 3.8, 0.06],
			[9000, 3.0, 0.2],
		] as const;
		const cell = profileOf([
			{ rows, pairs, currentA: 0.1 },
			{ rows: rows.map(([charge, v, ohm]) => [charge, v, 2 * ohm] as const), pairs, currentA: 1.1 },
		]);
		const single = new CellModel(cell);
		fc.assert(
			fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }), shares, fc.double({ min: 0, max: 2, noNaN: true }), (series, parallel, share, currentA) => {
				const pack = new CellModel(cell, { series, parallel });
				const [used, packUsed] = [share * single.capacityC, share * pack.capacityC];
				const close = (value: number, wanted: number) => expect(Math.abs(value - wanted)).toBeLessThan(1e-9 * Math.max(1, Math.abs(wanted)));
				close(pack.capacityC, parallel * single.capacityC);
				close(pack.openCircuitV(packUsed), series * single.openCircuitV(used));
				close(pack.resistanceOhm(packUsed, parallel * currentA), (series / parallel) * single.resistanceOhm(used, currentA));
				close(pack.seriesOhm(packUsed, parallel * currentA), (series / parallel) * single.seriesOhm(used, currentA));
				close(pack.pairOhm(0, packUsed), (series / parallel) * single.pairOhm(0, used));
				close(pack.timeConstantS(0, packUsed), single.timeConstantS(0, used));
			}),
		);
	});
});

describe('tables of several loads', () => {
	it('are blended by current, and the gentlest gives the voltage without load', () => {
		const profile = {
			...profileOf([]),
			tables: [
				tableOf(
					{
						rows: [
							[0, 3, 10],
							[100, 2, 10],
						],
						currentA: 0.01,
					},
					0,
				),
				tableOf(
					{
						rows: [
							[0, 2.9, 20],
							[80, 2, 20],
						],
						currentA: 0.03,
					},
					1,
				),
			],
		};
		const model = new CellModel(profile);
		expect(model.openCircuitV(0)).toBe(3);
		expect([0, 0.01, 0.02, 0.03, 1, -0.02].map((currentA) => model.resistanceOhm(50, currentA))).toEqual([10, 10, expect.closeTo(15), 20, 20, expect.closeTo(15)]);
	});
});
