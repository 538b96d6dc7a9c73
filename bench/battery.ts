/**
 * The battery toolbox: how long a battery lasts, by integrating over charge, against stepping through every phase; cells that deviate; a measured
 * beacon's waveform; what one look into a cell's model costs. Then the emulator (`battery-emulator.ts`).
 */

import { Random } from '../drivers/simulator/random.ts';
import { estimateLife } from '../toolboxes/battery/life/estimate.ts';
import { cyclesOf, type Phase } from '../toolboxes/battery/life/load.ts';
import type { LifeRequest } from '../toolboxes/battery/life/request.ts';
import { profile, steppedLife, table } from '../toolboxes/battery/life/testing.ts';
import { waveformOf } from '../toolboxes/battery/life/waveform.ts';
import { CellModel } from '../toolboxes/battery/profile/model.ts';
import { emulatorFigures } from './battery-emulator.ts';
import { type Bench, figure, inRounds, type Reporter } from './harness.ts';

/** As many rows as a profiler writes, two RC pairs, 2.6 Ah. */
const rows = 2000;
const capacityC = 9360;
const share = Array.from({ length: rows }, (_, k) => k / (rows - 1));
const cell = profile([
	table('t', {
		usedC: share.map((x) => x * capacityC),
		openCircuitV: share.map((x) => 3.1 - 0.4 * x - 0.7 * x ** 8),
		resistanceOhm: share.map((x) => 1 + 4 * x ** 4),
		pairs: [
			[share.map(() => 0.2), share.map(() => 0.02)],
			[share.map(() => 0.3), share.map(() => 10)],
		],
	}),
]);
const cutoffV = 2.2;
/** A second's cycle of 28 µA on average: ten years. */
const second: Phase[] = [
	{ name: 'sleep', currentA: 3e-6, durationS: 0.9965 },
	{ name: 'sense', currentA: 1e-3, durationS: 0.002 },
	{ name: 'send', currentA: 0.015, durationS: 0.0015 },
];
/** The same battery for days instead: what can be stepped through. */
const heavy: Phase[] = [
	{ name: 'idle', currentA: 2e-3, durationS: 0.7 },
	{ name: 'busy', currentA: 0.05, durationS: 0.2 },
	{ name: 'send', currentA: 0.12, durationS: 0.1 },
];
const plain: Partial<LifeRequest> = { capacitorsF: [] };

export const bench: Bench = {
	brief: 'battery life over charge against stepping through time, cells that deviate, a waveform; the emulator, cost per sample',
	async run(report, options) {
		const { rounds } = options;
		const estimate = (request: Partial<LifeRequest>) => estimateLife({ cell, cutoffV, ...plain, load: { phases: second }, ...request });
		const waveform = beacon();
		const runs = await inRounds(
			{
				tenYears: () => milliseconds(() => estimate({})),
				help: () => milliseconds(() => estimate({ capacitorsF: [100e-6, 470e-6] })),
				spread: () => milliseconds(() => estimate({ spread: { capacity: 0.05, resistance: 0.1, openCircuitV: 0.01 }, samples: 1000 })),
				recorded: () => milliseconds(() => estimate({ load: { waveform } })),
				days: () => milliseconds(() => estimate({ load: { phases: heavy } })),
				stepped: () => milliseconds(() => stepped()),
				lookup: () => lookup(),
			},
			rounds,
		);
		report.figure(figure('battery', 'life of ten years, 1 s cycle', 'ms', runs.tenYears));
		report.figure(figure('battery', 'the same, two capacitors tried', 'ms', runs.help));
		report.figure(figure('battery', 'the same, 1000 cells that deviate', 'ms', runs.spread));
		report.figure(figure('battery', `a waveform of ${waveform.segments.length} segments`, 'ms', runs.recorded));
		report.figure(figure('battery', 'life of days, 1 s cycle', 'ms', runs.days, { 'stepping through it': runs.stepped }));
		report.figure(figure('battery', 'stepping through it', 'ms', runs.stepped));
		report.figure(figure('battery', 'voltage and resistance of a cell', 'ns', runs.lookup));
		compare(report, estimate({ load: { phases: heavy } }).lifeS, estimate({}).lifeS, waveform.durationS);
		await emulatorFigures(report, options);
	},
};

/** Also with the sensitivities to every phase, which are lives of their own. */
function milliseconds(work: () => unknown): number {
	const from = performance.now();
	work();
	return performance.now() - from;
}

const stepped = () => steppedLife(new CellModel(cell), cyclesOf({ phases: heavy }).cycles[0].segments, cutoffV);

function compare(report: Reporter, lifeS: number, longS: number, waveformS: number): void {
	const reference = stepped().lifeS;
	const years = longS / (365.25 * 86_400);
	report.note(`The life of days is ${(lifeS / 86_400).toFixed(4)} days, by stepping ${(reference / 86_400).toFixed(4)}: ${((lifeS / reference - 1) * 1e6).toFixed(1)} ppm more.`);
	report.note(
		`The ten years are ${years.toFixed(2)}; the waveform is ${waveformS} s at 100 kS/s, made into segments before. Every life is with the sensitivities to all its phases.`,
	);
}

/** ns of a random place. */
function lookup(): number {
	const model = new CellModel(cell);
	const places = Float64Array.from({ length: 1024 }, () => 0);
	const random = new Random(1);
	for (let k = 0; k < places.length; k++) places[k] = random.uniform(0, capacityC);
	const times = 200_000;
	let sum = 0;
	const from = performance.now();
	for (let k = 0; k < times; k++) {
		const usedC = places[k & 1023];
		sum += model.openCircuitV(usedC) - 0.01 * model.resistanceOhm(usedC, 0.01);
	}
	const ns = ((performance.now() - from) * 1e6) / times;
	return sum > 0 ? ns : Number.NaN;
}

/** A beacon's current: 12 s at 100 kS/s, an event a second, noise. */
function beacon() {
	const random = new Random(2);
	const rate = 100_000;
	const samples = Float32Array.from({ length: 12 * rate }, (_, k) => {
		const into = k % rate;
		const event = into < 300 ? 0.006 + 0.004 * Math.sin(into / 10) : 0;
		return 1.6e-6 + event + random.uniform(-1e-6, 1e-6);
	});
	return waveformOf(samples, rate);
}
