import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { readTrace } from '../engine/formats/trace/trace.ts';
import { Project } from '../engine/project/project.ts';
import { arcChannel, device, recorded } from '../engine/recording/testing.ts';
import { json, run, temporaryFolder } from './testing.ts';
import { parseWindows } from './windows-file.ts';

const data = process.env.MICROJOULE_REAL_DATA;
const trace = `${data}/traces/ble-adv-nrf52832-ppk2-3v3.f32.zip`;

/** A project with one recording a signal: a current at `rate`, at a constant voltage. */
async function projectOf(signals: readonly ArrayLike<number>[], rate: number, volts: number): Promise<string> {
	const folder = join(temporaryFolder(), 'project');
	const project = await Project.create(folder);
	for (const samples of signals) {
		const { id, folder: path } = await project.addRecording();
		const voltage = new Float32Array(Math.ceil((samples.length / rate) * 1000)).fill(volts);
		(
			await recorded(
				path,
				[
					{ ...arcChannel('mc', rate), samples },
					{ ...arcChannel('mv', 1000), samples: voltage },
				],
				[],
				{ info: { id } },
			)
		).close();
	}
	return folder;
}

/** Two bursts of 10 samples at 1 A, 5 samples apart, and one of 20 at 2 A. */
function bursts(): Float32Array {
	const samples = new Float32Array(1000);
	samples.fill(1, 100, 110).fill(1, 115, 125).fill(2, 500, 520);
	return samples;
}

describe.skipIf(!data)(`a measured beacon${data ? '' : ' (skipped: MICROJOULE_REAL_DATA is not set)'}`, () => {
	it('has twelve events above 0.5 mA, and its marked windows have the energy that their authors state', async () => {
		const { current, rate } = await readTrace(trace);
		const project = await projectOf([current], rate, 3.3);
		const { channels, events } = await json(['stats', project, '--channel', 'mc', '--events', '--threshold', '0.0005', '--min-gap', '0.001']);
		expect(events).toHaveLength(12);
		expect(channels.mc.charge / 123.36063578e-6).toBeCloseTo(1, 6);
		expect(channels.mc.energy / 407.09009808e-6).toBeCloseTo(1, 6);

		const [yaml] = Object.values(unzipSync(readFileSync(trace), { filter: ({ name }) => name.endsWith('emscope.yaml') }));
		const marks = [...strFromU8(yaml).matchAll(/\{sample_offset: (\d+), sample_count: (\d+)\}/g)].map(([, offset, count]) => [Number(offset), Number(count)]);
		expect(marks).toHaveLength(11);
		const file = join(project, '..', 'windows.csv');
		writeFileSync(file, `from,to\n${marks.map(([offset, count]) => `${offset / rate},${(offset + count) / rate}`).join('\n')}\n`);
		const { windows, mean } = await json(['stats', project, '--channel', 'mc', '--windows', file]);
		for (const [i, [offset, count]] of marks.entries()) {
			const own = current.subarray(offset, offset + count).reduce((sum, x) => sum + (x * 3.3) / rate, 0);
			expect(windows[i].channels.mc.samples).toBe(count);
			expect(windows[i].channels.mc.energy / own).toBeCloseTo(1, 7);
		}
		expect(mean.mc.energy / 28.235512421e-6).toBeCloseTo(1, 6);
	});
});

describe('stats', () => {
	it('finds events, joined and not, with their charge, energy and peak', async () => {
		const project = await projectOf([bursts()], 1000, 2);
		const single = await json(['stats', project, '--events', '--threshold', '0.5']);
		expect(single.events.map(({ start, duration, channel }: Record<string, unknown>) => [start, duration, channel])).toEqual([
			[0.1, 0.01, 'mc'],
			[0.115, 0.01, 'mc'],
			[0.5, 0.02, 'mc'],
		]);
		const { events } = await json(['stats', project, '--events', '--threshold', '0.5', '--min-gap', '0.005']);
		expect(events).toHaveLength(2);
		expect(events[0]).toMatchObject({ duration: 0.025, peak: 1, charge: 0.02, energy: 0.04, device });
		const { stdout } = await run(['stats', project, '--events', '--threshold', '0.5']);
		expect(stdout).toMatch(/3 events\n.*peak/);
	});

	it('gives percentiles and histograms, with and without a number after the option', async () => {
		const project = await projectOf([bursts()], 1000, 2);
		const both = await json(['stats', project, '--channel', 'mc', '--percentiles', '50,98.5', '--histogram', '4', '--to', '0.5']);
		expect(both.percentiles.mc.values).toEqual([
			{ percent: 50, value: 0 },
			{ percent: 98.5, value: 1 },
		]);
		expect(both.histogram.mc).toMatchObject({ edges: [0, 0.25, 0.5, 0.75, 1], counts: [480, 0, 0, 20] });
		const defaults = await json(['stats', project, '--histogram', '--percentiles']);
		expect(defaults.histogram.mc.counts).toHaveLength(50);
		expect(Object.keys(defaults.percentiles)).toEqual(['mc', 'mv']);
		const { stdout } = await run(['stats', project, '--channel', 'mc', '--percentiles', '--histogram', '4']);
		expect(stdout).toContain('percentile');
		expect(stdout).toContain('█');
	});

	it('sets recordings beside each other, with differences from the first', async () => {
		const project = await projectOf([bursts(), new Float32Array(1000).fill(0.1)], 1000, 2);
		const { recordings, channels } = await json(['stats', project, '--compare', '001,002']);
		expect(recordings).toEqual(['001', '002']);
		const [first, second] = channels.mc;
		expect(first.difference).toBeUndefined();
		expect(first.statistics.charge).toBeCloseTo(0.06, 9);
		expect(second.difference.charge.absolute).toBeCloseTo(0.04, 8);
		expect(second.difference.charge.relative).toBeCloseTo(2 / 3, 6);
		expect(second.difference.charge.uncertainty).toBeCloseTo(first.statistics.uncertainty.charge + second.statistics.uncertainty.charge, 12);
		const { stdout } = await run(['stats', project, '--compare', '001,002', '--channel', 'mc']);
		expect(stdout).toMatch(/charge +60 mC +100 mC +40(\.\d+)? ± .*\(\+66\.7 %\)/);
	});

	it('says what is wrong with a call, with exit code 2', async () => {
		const project = await projectOf([bursts()], 1000, 2);
		const file = join(project, '..', 'windows.csv');
		writeFileSync(file, '0,0.1\n0.3,0.2\n');
		const calls: [string[], RegExp][] = [
			[['--events'], /--threshold/],
			[['--threshold', '1'], /--events/],
			[['--events', '--threshold', '1', '--min-gap', '-1'], /--min-gap is "-1".*at least 0/],
			[['--histogram', '0'], /--histogram is "0".*at least 1/],
			[['--percentiles', '50,101'], /"101".*at most 100/],
			[['--compare', '001'], /--compare is "001"/],
			[['--windows', file, '--from', '1'], /--windows cannot be combined with --from/],
			[['--windows', file], /line 2 is "0.3,0.2"/],
		];
		await Promise.all(
			calls.map(async ([args, words]) => {
				const { code, stderr } = await run(['stats', project, ...args]);
				expect([code, stderr]).toEqual([2, expect.stringMatching(words)]);
			}),
		);
		expect((await run(['stats', project, '--compare', '001,007'])).stderr).toContain('has no recording 007');
		expect((await run(['stats', project, '--windows', `${file}.no`])).code).toBe(1);
	});
});

describe('a file of windows', () => {
	it('may have a heading, comments, empty lines and carriage returns', () => {
		expect(parseWindows('\uFEFFfrom,to\r\n# first\r\n\r\n0, 1.5\r\n1e-3,2\r\n', 'w')).toEqual([
			{ from: 0, to: 1.5 },
			{ from: 0.001, to: 2 },
		]);
	});

	it('is refused with the line that is wrong', () => {
		for (const text of ['0;1', '0,1,2', '0', ',1', 'a,1', '1,0', '0,1\nfrom,to']) expect(() => parseWindows(text, 'w')).toThrow(/line \d is/);
	});
});
