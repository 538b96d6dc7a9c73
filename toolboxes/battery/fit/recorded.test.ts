/** A recording of a cell tells a fit the same as a cycler's file does, in far fewer rows than it has samples. */

import { afterEach, beforeEach, expect, it } from 'vitest';
import { arcChannel, recorded, temporaryFolder } from '../../../engine/recording/testing.ts';
import { fitPulses } from './pulses.ts';
import { readRecorded } from './recorded.ts';
import { hppc, known, knownCell } from './testing.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
	folder = temporaryFolder();
});
afterEach(() => folder.remove());

const rate = 4;

/** The samples of both channels; a sample holds until the next. */
function samples() {
	const cell = knownCell();
	const current: number[] = [];
	const voltage: number[] = [];
	for (const { currentA, durationS } of hppc())
		for (let n = 0; n < durationS * rate; n++) {
			cell.draw(currentA / rate, 1 / rate);
			current.push(currentA);
			voltage.push(cell.terminalV(currentA));
		}
	return { current, voltage };
}

it('of pulses and rests gives the parameters of the cell', async () => {
	const { current, voltage } = samples();
	using reader = await recorded(`${folder.path}/r`, [
		{ ...arcChannel('mc', rate), samples: current },
		{ ...arcChannel('mv', rate), samples: voltage },
	]);
	const measurement = await readRecorded(reader);
	const [run] = measurement.runs;
	expect(run.timeS.length).toBeLessThan(current.length / 8);
	expect(measurement.notes[0]).toBe(`${current.length} samples as ${run.timeS.length} rows`);
	const { capacityC, levels, timeConstantS } = fitPulses(measurement);
	expect(capacityC).toBeCloseTo(3550, 0);
	expect(timeConstantS[0].value / known.timeConstantS[0]).toBeCloseTo(1, 1);
	expect(timeConstantS[1].value / known.timeConstantS[1]).toBeCloseTo(1, 1);
	for (const { usedC, seriesOhm } of levels) expect(Math.abs(seriesOhm.value / (known.seriesOhm * (1 + (0.2 * usedC) / known.capacityC)) - 1)).toBeLessThan(0.03);
});

it('bridges a few lost samples and says so, and refuses a recording without a voltage', async () => {
	const { current, voltage } = samples();
	current.fill(Number.NaN, 1000, 1010);
	using reader = await recorded(`${folder.path}/r`, [
		{ ...arcChannel('mc', rate), samples: current },
		{ ...arcChannel('mv', rate), samples: voltage },
	]);
	const { notes, runs } = await readRecorded(reader);
	expect(notes).toContain('10 lost samples were bridged by their neighbours');
	expect(runs[0].currentA.every(Number.isFinite)).toBe(true);
	using alone = await recorded(`${folder.path}/s`, [{ ...arcChannel('mc', rate), samples: current }]);
	await expect(readRecorded(alone)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});
