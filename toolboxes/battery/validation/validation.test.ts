import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseScript } from '../cycler/script.ts';
import { cellBench, freshCell } from '../cycler/testing.ts';
import { Validation } from './validation.ts';

/** Discharge in two currents, then CC and CV back to full; the small cell takes it. */
const yaml = `
steps:
  - discharge: { current: 20 mA, below: 2.6 V, charge: 6 C }
  - discharge: { power: 30 mW, charge: 2 C, below: 2.5 V }
  - rest: 10 s
  - charge: { current: 20 mA, above: 3.25 V }
  - charge: { voltage: 3.25 V, current: 20 mA, taper: 4.3 mA }
  - rest: 5 s
cycles: 2
limits: { maxVoltage: 3.6 V }
`;

const plan = (devices: readonly string[]) => {
	const { script, limits } = parseScript(yaml);
	return { name: 'two cycles', devices, script, limits, cell: {}, record: false };
};

describe('a validation', () => {
	it('says what a cell gave and took in each cycle, and goes on in the middle of a step', { timeout: 60_000 }, async () => {
		const { bench, clock, gate, folder, cells } = await cellBench({ noise: false });
		const [{ id: device, cell }] = cells;
		const first = new Validation({ bench, clock, gate, folder: join(folder, 'runs') });
		const { id } = await first.validate(plan([device]));
		// Killed within the first step of the second cycle; what its journal has by then is what the next process finds.
		while (first.get(id).cells[0].iteration < 2) await clock.delay(1);
		await clock.delay(100);
		cpSync(join(folder, 'runs'), join(folder, 'left'), { recursive: true });
		rmSync(join(folder, 'left', id, 'project.lock'));
		await first.close();
		expect(bench.instrument(device).settings.main).toBe(false);

		const second = new Validation({ bench, clock, gate, folder: join(folder, 'left') });
		expect(second.get(id)).toMatchObject({ state: 'stopped', resumable: true, cells: [{ iteration: 2, phase: '1' }] });
		await second.resume(id);
		expect(await second.ended(id)).toEqual([{ end: 'finished', reason: 'all 2 iterations are done' }]);
		const [{ cycles }] = second.figures(id);
		expect(cycles).toHaveLength(2);
		for (const { dischargedC, chargedC, coulombicEfficiency, energyEfficiency, whole } of cycles) {
			expect(whole).toBe(true);
			expect(dischargedC).toBeCloseTo(8, 1);
			// An ideal meter and a cell without losses of charge, but with a resistance.
			expect(coulombicEfficiency).toBeCloseTo(dischargedC / chargedC, 9);
			expect(coulombicEfficiency).toBeGreaterThan(0.95);
			expect(energyEfficiency).toBeLessThan(coulombicEfficiency as number);
		}
		// What the figures say is what the cell has left.
		const net = cycles.reduce((sum, { dischargedC, chargedC }) => sum + dischargedC - chargedC, 0);
		expect(net).toBeCloseTo(cell.usedC, 1);
		expect(Math.abs(cycles[1].fade)).toBeLessThan(0.01);
		const { results } = second.outcomes(id)[0];
		// One result a step, also of the one that was done in two parts, and constant power was followed.
		expect(results.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5]);
		expect(results[1].voltageV * results[1].currentA).toBeCloseTo(0.03, 4);
		expect(results[1].loopRateHz).toBeGreaterThan(5);
		expect(results.slice(0, 5).map(({ endedBy }) => endedBy)).toEqual(['charge', 'charge', 'duration', 'voltage', 'taper']);
	});

	it('is refused on an Arc where it charges, with the reason and before anything is done', async () => {
		const { bench, clock, gate, folder, cells } = await cellBench({ kind: 'arc' });
		const validation = new Validation({ bench, clock, gate, folder: join(folder, 'runs') });
		await expect(validation.validate(plan([cells[0].id]))).rejects.toMatchObject({ code: 'NOT_SUPPORTED', message: expect.stringContaining('does not charge') });
		expect(validation.list()).toEqual([]);
		expect(bench.instrument(cells[0].id).settings.main).toBe(false);
	});

	it('stops with the output off at what its cell must not come to', async () => {
		const { bench, clock, gate, folder, cells } = await cellBench({ cells: [freshCell(undefined, 0.1)] });
		const validation = new Validation({ bench, clock, gate, folder: join(folder, 'runs') });
		const { script } = parseScript('steps: [{ charge: { current: 20 mA, time: 1 h } }]\ncycles: 1');
		const { id } = await validation.validate({ name: 'too much', devices: [cells[0].id], script, limits: { maxVoltageV: 3.4 }, cell: {}, record: false });
		const [{ end, error }] = await validation.ended(id);
		expect(end).toBe('failed');
		expect(error).toMatchObject({ code: 'UNSAFE', message: expect.stringMatching(/went up to 3\.4\d+ V, above the limit of 3\.400 V/) });
		expect(bench.instrument(cells[0].id).settings.main).toBe(false);
	});
});
