import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Random } from '../../../drivers/simulator/random.ts';
import { readTrace } from '../../../engine/formats/trace/trace.ts';
import { arcChannel, recorded, temporaryFolder } from '../../../engine/recording/testing.ts';
import { libraryProfiles } from '../profile/library/library.ts';
import { CellModel } from '../profile/model.ts';
import { estimateLife } from './estimate.ts';
import type { Segment } from './load.ts';
import { PeriodicCycle } from './periodic.ts';
import { profile, table } from './testing.ts';
import { recordedWaveform, type Waveform, waveformOf } from './waveform.ts';

const data = process.env.MICROJOULE_REAL_DATA;
const yearS = 365.25 * 86_400;

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
	folder = temporaryFolder();
});
afterEach(() => folder.remove());

const rate = 1000;
/** Sleep with noise, bursts that rise and fall, a single sample that is higher than all. */
function beacon(length: number): Float32Array {
	const random = new Random(3);
	const samples = Float32Array.from({ length }, (_, k) => {
		const into = k % 1000;
		const burst = into < 20 ? 0.008 * Math.sin((Math.PI * (into + 0.5)) / 20) : 0;
		return 2e-6 + burst + random.uniform(-1e-6, 1e-6);
	});
	samples[12_345] = 0.02;
	return samples;
}

const meanOf = (samples: Float32Array) => samples.reduce((sum, x) => sum + x, 0) / samples.length;
const segments = ({ segments: list }: Waveform): Segment[] => list.map((each) => ({ ...each, part: 0, powerW: 0 }));

describe('a waveform', () => {
	it('keeps charge, time and the peak, in few segments', () => {
		const samples = beacon(100_000);
		const waveform = waveformOf(samples, rate);
		expect(waveform.meanA / meanOf(samples)).toBeCloseTo(1, 12);
		expect(waveform.durationS).toBeCloseTo(100, 9);
		expect(waveform.segments.reduce((sum, { currentA, durationS }) => sum + currentA * durationS, 0) / (100 * meanOf(samples))).toBeCloseTo(1, 9);
		expect(waveform.peakA).toBe(Math.fround(0.02));
		expect(waveform.segments.length).toBeLessThan(5000);
	});

	it('of a recording is that of its samples, by its summaries', async () => {
		const samples = beacon(100_000);
		using reader = await recorded(`${folder.path}/r`, [{ ...arcChannel('mc', rate), samples }]);
		const whole = await recordedWaveform(reader, reader.channel(undefined, 'mc'));
		expect(whole.meanA / meanOf(samples)).toBeCloseTo(1, 9);
		expect(whole.peakA).toBe(Math.fround(0.02));
		expect(whole.durationS).toBeCloseTo(100, 9);
		const part = await recordedWaveform(reader, reader.channel(undefined, 'mc'), 12, 13);
		expect(part.meanA / meanOf(samples.subarray(12_000, 13_000))).toBeCloseTo(1, 9);
	});

	it('leaves lost samples out', async () => {
		const samples = beacon(10_000).fill(Number.NaN, 2000, 4000);
		using reader = await recorded(`${folder.path}/r`, [{ ...arcChannel('mc', rate), samples }]);
		const { lostS, durationS, meanA } = await recordedWaveform(reader, reader.channel(undefined, 'mc'));
		expect([lostS, durationS]).toEqual([2, 8]);
		expect(meanA / meanOf(samples.filter((x) => !Number.isNaN(x)))).toBeCloseTo(1, 9);
	});

	it('makes the same drop as every sample on its own, RC pairs included', () => {
		const samples = beacon(20_000);
		const cell = profile([
			table('t', {
				usedC: [0, 800],
				openCircuitV: [3, 2.5],
				resistanceOhm: [20, 40],
				pairs: [
					[
						[5, 10],
						[0.005, 0.005],
					],
					[
						[5, 10],
						[2, 3],
					],
				],
			}),
		]);
		const model = new CellModel(cell);
		const dropV = (list: Segment[]) => {
			const cycle = new PeriodicCycle(model, list);
			cycle.solve(400);
			return model.openCircuitV(400) - cycle.lowestV;
		};
		const each = Array.from(samples, (x): Segment => ({ part: 0, currentA: x, peakA: x, powerW: 0, durationS: 1 / rate }));
		expect(dropV(segments(waveformOf(samples, rate))) / dropV(each)).toBeCloseTo(1, 2);
	});

	it('without a valid sample, or of a voltage, is refused', async () => {
		const lost = new Float32Array(100).fill(Number.NaN);
		using reader = await recorded(`${folder.path}/r`, [
			{ ...arcChannel('mc', rate), samples: lost },
			{ ...arcChannel('mv', rate), samples: lost },
		]);
		await expect(recordedWaveform(reader, reader.channel(undefined, 'mc'))).rejects.toThrow(/holds no current/);
		await expect(recordedWaveform(reader, reader.channel(undefined, 'mv'))).rejects.toThrow(/mv is in V/);
		await expect(recordedWaveform(reader, reader.channel(undefined, 'mc'), 50, 60)).rejects.toThrow(/holds no current/);
	});
});

describe.skipIf(!data)(`a CR2032 under a measured beacon${data ? '' : ' (skipped: MICROJOULE_REAL_DATA is not set)'}`, () => {
	it('ends at the peak of the capture, having delivered its mean current', async () => {
		const { current, rate: hz } = await readTrace(`${data}/traces/ble-adv-nrf52832-ppk2-3v3.f32.zip`);
		const waveform = waveformOf(current, hz);
		expect(waveform.meanA / 10.280052981804712e-6).toBeCloseTo(1, 6);
		const cell = libraryProfiles.find(({ name }) => name === 'CR2032-Energizer-(25)');
		if (!cell) throw new Error('no CR2032');
		const { lifeS, endedBy, meanA, peak, selfDischargedC, deliveredC, sensitivities } = estimateLife({ cell, load: { waveform }, cutoffV: 2 });
		expect(endedBy).toBe('cut-off under peak');
		expect(meanA / 10.280052981804712e-6).toBeCloseTo(1, 5);
		expect(peak.currentA).toBeCloseTo(10.271e-3, 5);
		expect(peak.endV).toBeCloseTo(2, 5);
		expect(lifeS / yearS).toBeGreaterThan(2.1);
		expect(lifeS / yearS).toBeLessThan(2.55); // all of its 230.25 mAh at this current
		// By hand: where OCV − 10.271 mA × R is 2 V, the charge over both currents.
		const model = new CellModel(cell);
		let usedC = 0;
		while (model.openCircuitV(usedC) - peak.currentA * model.resistanceOhm(usedC, peak.currentA) >= 2) usedC += 0.01;
		expect(lifeS / (usedC / (10.280052981804712e-6 + (0.01 * model.capacityC) / yearS))).toBeCloseTo(1, 3);
		expect(deliveredC + selfDischargedC).toBeCloseTo(usedC, 1);
		const capacitors = sensitivities.filter(({ of }) => of === 'capacitor');
		expect(capacitors.map(({ peakA = 1 }) => peakA < peak.currentA / 5)).toEqual([true, true]);
	});
});
