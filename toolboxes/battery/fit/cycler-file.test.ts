/** What cyclers write is read whatever its names and signs, and refused with the line and column where it cannot be. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../engine/recording/testing.ts';
import { readCyclerFile } from './cycler-file.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
	folder = temporaryFolder();
});
afterEach(() => folder.remove());

function file(...lines: string[]): string {
	const path = join(folder.path, 'cell.csv');
	writeFileSync(path, `${lines.join('\n')}\n`);
	return path;
}

describe('a cycler file', () => {
	it.each([
		['Bitrode', ['Exclude,Time(s),Cycle,StepTime(s),Current(A),Voltage(V),Capacity(Ah)', 'No,1.0,1,1.0,0.00,4.1,0', 'No,2.5,1,0.5,-2.00,4.0,0', 'No,3.5,1,1.5,-2.00,3.9,0']],
		['Arbin', ['Data_Point,Step_Time(s),Test_Time(s),Current(A),Voltage(V)', '1,1,1,0,4.1', '2,0.5,2.5,-2,4.0', '3,1.5,3.5,-2,3.9']],
		['Maccor', ['Today 1 January', '', 'Rec\tTestTime(s)\tAmps\tVolts', '1\t1\t0\t4.1', '2\t2.5\t2\t4.0', '3\t3.5\t2\t3.9']],
		['semicolons and decimal commas', ['time/s;current_mA;voltage/mV', '1,0;0;4100', '2,5;-2000,0;4000', '3,5;-2000;3900']],
	])('of %s: discharge is positive, units are SI', async (_, lines) => {
		const { runs, notes } = await readCyclerFile(file(...lines));
		expect(runs).toHaveLength(1);
		expect([...runs[0].timeS]).toEqual([1, 2.5, 3.5]);
		expect(runs[0].currentA.map((current) => current + 0)).toEqual(Float64Array.of(0, 2, 2));
		expect([...runs[0].voltageV]).toEqual([4.1, 4, 3.9]);
		expect(notes[0]).toMatch(/counts discharge currents as (positive|negative)/);
	});

	const rates = ['c_rate,time_s,voltage_V', '0.1,0,4.2', '0.1,20,4.1', '0.1,40,4.0', '1,0,4.2', '1,2,4.0', '1,4,3.9'];

	it('sorted by rates: a run each, of a capacity that must be stated', async () => {
		const { runs, notes } = await readCyclerFile(file(...rates), { capacityC: 7200 });
		expect(runs.map(({ rateC, currentA, timeS }) => [rateC, currentA[1], timeS.length])).toEqual([
			[0.1, 0.2, 3],
			[1, 2, 3],
		]);
		expect(notes).toContain('a rate of 1 C is 2 A');
		expect((await readCyclerFile(file(...rates), { capacityC: 7200, ratesC: [1] })).runs).toHaveLength(1);
		await expect(readCyclerFile(file(...rates))).rejects.toThrow(/--capacity how many Ah.*rates: 0.1, 1/);
		await expect(readCyclerFile(file(...rates), { capacityC: 7200, ratesC: [2] })).rejects.toThrow(/no run at 2 C. Its rates: 0.1, 1/);
	});

	const names = 'Time(s),Current(A),Voltage(V)';
	it.each([
		['a text', [names, '1,0,4.1', '2,1,oops'], /line 3, column "Voltage\(V\)": "oops" is no number/],
		['NaN', [names, '1,0,4.1', '2,NaN,4'], /line 3, column "Current\(A\)": "NaN" is no number/],
		['a missing field', [names, '1,0,4.1', '2,1'], /line 3, column "Voltage\(V\)": "" is no number/],
		['time that runs backwards', [names, '1,0,4.1', '3,1,4', '2,1,4'], /line 4, column "Time\(s\)": time runs backwards, from 3 s to 2 s/],
		['an unknown unit', ['Time(s),Current(furlong),Voltage(V)', '1,0,4'], /"Current\(furlong\)" has the unit "furlong", which is none of A.*"Current\(A\)"/],
		['no unit', ['Time(s),Current,Voltage(V)', '1,0,4'], /"Current" has no unit.*"Current\(A\)"/],
		['other columns', ['a,b,c', '1,2,3'], /no line that names a time, a current.*begins with "a,b,c"/],
		['nothing', [], /is empty/],
		['two rows', [names, '1,0,4.1', '2,1,4'], /has 2 rows/],
		['rest only', [names, '1,0,4.1', '2,0,4.1', '3,0,4.1'], /holds no current/],
	])('is refused with %s', async (_, lines, message) => {
		await expect(readCyclerFile(file(...lines))).rejects.toThrow(message);
	});

	it('is refused where there is none', async () => {
		await expect(readCyclerFile(join(folder.path, 'none.csv'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
	});
});
