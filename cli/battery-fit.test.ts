/** Fitting and predicting as their user does it: the program, files in, files out. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Run } from '../toolboxes/battery/fit/measurement.ts';
import { hppc, known, knownCell, measured } from '../toolboxes/battery/fit/testing.ts';
import { json, run, temporaryFolder } from './testing.ts';

/** Each program here reserves a licence at a portal of its own. */
const long = 120_000;

function write(path: string, { timeS, currentA, voltageV }: Run): string {
	const rows = Array.from(timeS, (time, k) => `${time},${-currentA[k]},${voltageV[k].toFixed(5)}`);
	writeFileSync(path, `Time(s),Current(A),Voltage(V)\n${rows.join('\n')}\n`);
	return path;
}

describe('microjoule battery fit and predict', { timeout: long }, () => {
	it('fit a file, keep the profile and draw what is left over; predict another', async () => {
		const folder = temporaryFolder();
		const data = ['--data', join(folder, 'data')];
		const pulses = write(join(folder, 'pulses.csv'), measured(knownCell(), hppc()));
		const steps = [
			{ currentA: 0, durationS: 60, everyS: 10 },
			{ currentA: 1.5, durationS: 2000, everyS: 10 },
		];
		const discharge = write(join(folder, 'discharge.csv'), measured(knownCell(), steps));
		const [out, plot] = [join(folder, 'cell.json'), join(folder, 'left.svg')];

		const fit = await json(['battery', 'fit', pulses, '--out', out, '--plot', plot, '--save', '--name', 'known cell', '--temperature', '25', ...data]);
		expect(fit).toMatchObject({ kind: 'pulses', file: out, plot, profile: { name: 'known cell' }, capacityC: expect.closeTo(3550, 3) });
		expect(fit.ocv).toHaveLength(10);
		expect(fit.r0[0].resistanceOhm).toBeCloseTo(known.seriesOhm, 3);
		expect(fit.pairs.map(({ timeConstantS }: { timeConstantS: number }) => Math.round(timeConstantS))).toEqual(known.timeConstantS);
		expect(fit.residual.rmsV).toBeLessThan(0.0003);
		expect(/^<svg[\s\S]*model − measured \/ [mµ]V/.test(readFileSync(plot, 'utf8'))).toBe(true);

		const byFile = await json(['battery', 'predict', out, discharge, ...data]);
		const byName = await json(['battery', 'predict', 'known cell', discharge, ...data]);
		expect(byFile.rmsV).toBeLessThan(0.001);
		expect(byName.rmsV).toBeCloseTo(byFile.rmsV, 12);
		expect(byFile.discharges).toMatchObject([{ currentA: expect.closeTo(1.5, 9), chargeC: expect.closeTo(3000, 6), rows: 200 }]);

		const text = await run(['battery', 'predict', out, discharge, ...data]);
		expect(text.stdout).toMatch(/discharge from +RMS[\s\S]*1.5 A[\s\S]*Predicted less measured/);
		const taken = await run(['battery', 'fit', pulses, '--out', out, ...data]);
		expect(taken).toMatchObject({ code: 1, stderr: expect.stringMatching(/cell.json is already there/) });
	});

	it('say what is wrong with a measurement', async () => {
		const folder = temporaryFolder();
		const data = ['--data', join(folder, 'data')];
		const single = write(join(folder, 'single.csv'), measured(knownCell(), [{ currentA: 1, durationS: 3000, everyS: 10 }]));
		const refused = await run(['battery', 'fit', single, ...data]);
		expect(refused).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/one current only.*Measure pulses and rests, or two rates/) });
		expect((await run(['battery', 'fit', single, '--rates', '1', ...data])).stderr).toMatch(/leave out --rates/);
	});
});
