/** How long a battery lasts, asked as its user would: the program, in a data folder with its own portal. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Project } from '../engine/project/project.ts';
import { arcChannel, recorded } from '../engine/recording/testing.ts';
import { json, run, temporaryFolder } from './testing.ts';

/** Each program here reserves a licence at a portal of its own. */
const long = 120_000;

/** A project with a recording of a burst of 10 mA in a second of 10 µA. */
async function projectIn(folder: string): Promise<string> {
	const path = join(folder, 'project');
	const project = await Project.create(path);
	const { id, folder: recording } = await project.addRecording();
	const samples = new Float32Array(4000).fill(10e-6);
	samples.fill(0.01, 2000, 2100);
	(await recorded(recording, [{ ...arcChannel('mc', 4000), samples }], [], { info: { id } })).close();
	return path;
}

describe('microjoule battery estimate', { timeout: long }, () => {
	const folder = temporaryFolder();
	const estimate = (...args: string[]) => ['battery', 'estimate', ...args, '--data', join(folder, 'data')];

	it('of phases says how long, why it ends, and what would help, and draws it', async () => {
		const plot = join(folder, 'life.svg');
		const asked = estimate('--profile', 'CR2032-Energizer-(25)', '--phase', 'sleep=2u:9.9s', '--phase', 'send=8m:100ms', '--cutoff', '2', '--plot', plot);
		const { stdout, code } = await run(asked);
		expect(code).toBe(0);
		expect(stdout).toMatch(/^CR2032-Energizer-\(25\) lasts \d+ days: then the voltage at the worst peak is down to 2 V\.$/m);
		expect(stdout).toMatch(/^worst peak +8 mA in send: 3\.\d+ V at the start, 2\.000 V at the end$/m);
		expect(stdout).toMatch(/^10 % less current in send +\d+ days +\+\d[\d.]* days +\+1\d\.\d %$/m);
		expect(stdout).toMatch(/^470 µF across it: peak 7\.\d+ mA/m);
		const svg = readFileSync(plot, 'utf8');
		for (const words of ['at the worst peak', 'without a load', 'time in days']) expect(svg).toContain(`>${words}</text>`);
	});

	it('of a recording and of scenarios with recordings is in SI units', async () => {
		const project = await projectIn(folder);
		const whole = await json(estimate('--capacity', '225mAh', '--recording', `${project}/001`));
		const mean = (100 * 0.01 + 3900 * 10e-6) / 4000;
		expect(whole.meanA / mean).toBeCloseTo(1, 6);
		expect(whole.lifeS / (810 / mean)).toBeCloseTo(1, 3);
		expect(whole.peak).toMatchObject({ name: 'active', currentA: expect.closeTo(0.01, 9), atS: 0.5 });
		expect(whole.curve.timeS).toHaveLength(257);

		const file = join(folder, 'loads.yaml');
		writeFileSync(
			file,
			'scenarios:\n  - { name: measured, recording: project, from: 0, to: 0.5 }\n  - { name: burst, perDay: 24, recording: project/001, from: 500 ms, to: 525 ms }\n',
		);
		const mixed = await json(estimate('--capacity', '225mAh', '--scenario', file));
		const share = (24 * 0.025) / 86_400;
		expect(mixed.meanA / (share * 0.01 + (1 - share) * 10e-6)).toBeCloseTo(1, 6);
		expect(mixed.peak).toMatchObject({ scenario: 'burst', currentA: expect.closeTo(0.01, 9) });
	});

	it.each([
		[['--phase', 'a=1mA:1s'], /No battery is named: give --profile NAME or --capacity CHARGE/],
		[['--capacity', '225mAh'], /No load is named: give --phase/],
		[['--capacity', '225 Wh', '--phase', 'a=1mA:1s'], /--capacity is "225 Wh"/],
		[['--capacity', '225mAh', '--phase', 'a=1mA'], /--phase is "a=1mA"; it must be NAME=CURRENT:DURATION/],
		[['--capacity', '225mAh', '--phase', 'a=1mA:1s', '--from', '1'], /--from can only choose from a recording/],
		[['--profile', 'CR2032-Energizer-(25)', '--phase', 'a=1mA:1s', '--cutoff', '3.5'], /empty at the start: 3\.224 V without a load/],
	])('%j is refused', async (args, message) => {
		const { code, stderr } = await run(estimate(...args));
		expect(stderr).toMatch(message);
		expect(code).toBe(2);
	});
});
