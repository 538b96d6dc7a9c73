import { expect, it } from 'vitest';
import { models } from '../../models.ts';
import { Bench } from '../bench.ts';
import { parseLoad } from './catalogue.ts';

it.each([true, false])('a solar cell gives up what is sunk from it, down to its short-circuit current (noise %s)', (noise) => {
	const bench = new Bench({ model: models.arc, seed: 1, noise, load: parseLoad('solar:0.015') });
	Object.assign(bench.controls, { main: true, powerRegulation: 'current', mainCurrent: 0 });
	const curve: { asked: number; current: number; voltage: number }[] = [];
	for (let step = 0; step <= 20; step++) {
		const asked = step / 1000;
		bench.controls.mainCurrent = -asked;
		bench.advance(80, 4);
		const { current, voltage } = bench.advance(20, 4);
		const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
		curve.push({ asked, current: mean(current), voltage: mean(voltage) });
	}
	expect(curve[0].voltage).toBeGreaterThan(2.15);
	expect(curve[0].voltage).toBeLessThan(2.25);
	for (const { asked, current } of curve) {
		expect(current).toBeCloseTo(-Math.min(asked, 0.015), 3);
	}
	const volts = curve.map(({ voltage }) => voltage);
	for (let index = 1; index < 15; index++) expect(volts[index]).toBeLessThan(volts[index - 1] + 1e-3);
	expect(volts[10]).toBeGreaterThan(1.5);
	expect(volts[20]).toBeLessThan(0.01);
	expect(bench.controls.main).toBe(true);
});
