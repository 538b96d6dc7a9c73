import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { VoltageSource } from '../../../drivers/simulator/source.ts';
import type { CyclerOptions } from './cycler.ts';
import { Journal, readJournal, type StepResult } from './journal.ts';
import { CyclerRun } from './runner.ts';
import type { Script } from './step.ts';
import { type CellBench, cellBench, freshCell } from './testing.ts';

const discharge = (control: Script['steps'][number]['control'], durationS: number) => ({ kind: 'discharge', control, exits: { durationS } }) as const;
const steady: Script = { steps: [discharge({ mode: 'current', currentA: 0.01 }, 3600)], until: { iterations: 1 } };

function runOn({ bench, clock, gate, cells: [{ id }] }: CellBench, script: Script, more: Partial<CyclerOptions> = {}) {
	const results: StepResult[] = [];
	const run = new CyclerRun({ bench, clock, gate, device: id, script, onStep: (result) => results.push(result), ...more });
	return { run, results, device: id, settings: bench.instrument(id).settings };
}

describe('a run', () => {
	it('measures each step by its own samples, and its charge is what the cell has given', async () => {
		const on = await cellBench({ noise: false });
		const script: Script = { steps: [discharge({ mode: 'current', currentA: 100e-6 }, 0.5), discharge({ mode: 'current', currentA: 10e-3 }, 0.002)], until: { iterations: 50 } };
		const { run, results, settings } = runOn(on, script);
		expect(await run.run()).toEqual({ end: 'finished', reason: 'all 50 iterations are done' });
		expect(settings.main).toBe(false);
		expect(results).toHaveLength(100);
		for (const { step, currentA, durationS } of results) {
			expect(currentA).toBeCloseTo(step === 0 ? 100e-6 : 10e-3, 7);
			// Not shorter than the way to the device and back.
			expect(durationS).toBeGreaterThanOrEqual(step === 0 ? 0.49 : 0.002);
			expect(durationS).toBeLessThan(step === 0 ? 0.52 : 0.02);
		}
		for (const [index, { fromC }] of results.entries()) expect(fromC).toBe(results[index - 1]?.toC ?? 0);
		expect(results.at(-1)?.toC).toBeCloseTo(on.cells[0].cell.usedC, 5);
	});

	it.each([
		['power', { mode: 'power', powerW: 0.03 }, ({ voltageV, currentA }: StepResult) => voltageV * currentA - 0.03],
		['resistance', { mode: 'resistance', resistanceOhm: 220 }, ({ voltageV, currentA }: StepResult) => voltageV / currentA - 220],
	] as const)('holds a %s, and says how often it looked', async (_, control, deviation) => {
		const on = await cellBench({ noise: false });
		const { run, results } = runOn(on, { steps: [discharge(control, 60)], until: { iterations: 1 } });
		expect(await run.run()).toMatchObject({ end: 'finished' });
		expect(Math.abs(deviation(results[0]))).toBeLessThan(control.mode === 'power' ? 3e-5 : 0.22);
		expect(results[0].loopRateHz).toBeGreaterThan(5);
	});

	it('ends at the cut-off under load, also where the open-circuit voltage is far above it', async () => {
		const on = await cellBench({ noise: false, cells: [freshCell(undefined, 14)] });
		const { cell } = on.cells[0];
		const { run } = runOn(on, { ...steady, until: { cutoffV: 2.65 } });
		expect(await run.run()).toEqual({ end: 'finished', reason: 'the voltage under load came to the cut-off at 2.65 V' });
		expect(cell.openCircuitV - 0.01 * cell.resistanceOhm).toBeCloseTo(2.65, 2);
		expect(cell.openCircuitV).toBeGreaterThan(2.8);
	});
});

/** A cell's voltage with something done to it. */
function altered(of: (v: number) => number): { source: VoltageSource } {
	const cell = freshCell();
	return {
		source: {
			get openCircuitV() {
				return of(cell.openCircuitV);
			},
			get resistanceOhm() {
				return cell.resistanceOhm;
			},
			draw: (chargeC, durationS) => cell.draw(chargeC, durationS),
		},
	};
}

describe('a run is refused, and the output is off,', () => {
	it.each([
		['where the cell is connected backwards', (v: number) => -v, 'UNSAFE', /connected backwards: it shows -3\.\d+ V/],
		['where there is no cell', () => 0, 'UNSAFE', /no cell at .*, or it is shorted: it shows -?0\.00\d V/],
		['where the cell is another one', () => 9, 'UNSAFE', /shows 9\.\d+ V before the start, above the limit of 4 V/],
		['where the cell is empty already', () => 1.9, 'INVALID_VALUE', /shows 1\.9\d* V at rest, which is not above 2 V/],
	])('%s', async (_, of, code, message) => {
		const on = await cellBench({ sources: [altered(of).source] });
		const { run, settings, results } = runOn(on, { ...steady, until: { cutoffV: 2 } }, { limits: { maxVoltageV: 4 } });
		const { end, error } = await run.run();
		expect({ end, code: error?.code, message: error?.message }).toEqual({ end: 'failed', code, message: expect.stringMatching(message) });
		expect(settings.main).toBe(false);
		expect(results).toEqual([]);
	});
});

it('a run that asks for more than its limit is refused', async () => {
	const { run, settings } = runOn(await cellBench(), steady, { limits: { maxCurrentA: 0.005 } });
	expect(await run.run()).toMatchObject({ end: 'failed', error: { code: 'INVALID_VALUE', message: expect.stringContaining('asks for 0.01 A, above the limit of 0.005 A') } });
	expect(settings.main).toBe(false);
});

describe('a run stops with the output off', () => {
	/** Under way for at least 5 s. */
	async function underWay(more: Partial<CyclerOptions> = {}, sources?: readonly VoltageSource[]) {
		const on = await cellBench({ sources });
		const { run, ...rest } = runOn(on, steady, more);
		const ended = run.run();
		while (run.state.elapsedS < 5 && run.state.state !== 'ended') await on.clock.delay(0.5);
		return { ...on, run, ended, ...rest };
	}

	it('when the licence ends, and can be resumed', async () => {
		const { lock, ended, settings, results } = await underWay();
		expect(settings.main).toBe(true);
		lock();
		expect(await ended).toEqual({ end: 'stopped', reason: 'The licence has ended: the licence was returned.' });
		expect(settings.main).toBe(false);
		expect(results).toMatchObject([{ endedBy: 'end' }]);
	});

	it('when it is told to, and the charge of the step cut short is known', async () => {
		const { run, ended, settings, results, cells } = await underWay();
		run.stop();
		expect(await ended).toEqual({ end: 'stopped', reason: 'It was stopped.' });
		expect(settings.main).toBe(false);
		expect(results[0].toC / cells[0].cell.usedC).toBeCloseTo(1, 2);
	});

	it('when somebody else changes what it has set', async () => {
		const { bench, device, ended, settings } = await underWay();
		await bench.set(device, { mainCurrent: -0.02 });
		expect(await ended).toMatchObject({ end: 'failed', error: { code: 'DEVICE_BUSY', message: 'Stopped, because somebody else has set mainCurrent to -0.02.' } });
		expect(settings.main).toBe(false);
	});

	it('when the cell falls below a limit within a step', async () => {
		let share = 1;
		const { ended, settings, clock } = await underWay({ limits: { minVoltageV: 2.5 } }, [altered((v) => v * share).source]);
		share = 0.6;
		await clock.delay(1);
		expect(await ended).toMatchObject({ end: 'failed', error: { code: 'UNSAFE', message: expect.stringMatching(/fell to 1\.\d+ V, below the limit of 2\.500 V/) } });
		expect(settings.main).toBe(false);
	});

	it('when it does not see the cell any more', async () => {
		const on = await cellBench();
		const { bench } = on;
		let blind = false;
		const half: CyclerOptions['bench'] = {
			instrument: (id) => bench.instrument(id),
			choice: (id) => bench.choice(id),
			choose: (id, choice) => bench.choose(id, choice),
			set: (id, change) => bench.set(id, change),
			taps: { add: (tap) => bench.taps.add({ samples: (...some) => !blind && tap.samples(...some), event: (...one) => tap.event(...one) }) },
		};
		const { run, settings } = runOn(on, steady, { bench: half, silenceS: 0.2 });
		const ended = run.run();
		while (run.state.elapsedS < 5) await on.clock.delay(0.5);
		blind = true;
		expect(await ended).toMatchObject({ end: 'failed', error: { code: 'DEVICE_TIMEOUT', message: expect.stringContaining('No samples came') } });
		expect(settings.main).toBe(false);
	});

	it('when the device is unplugged, as far as it can, and the journal says so', async () => {
		const on = await cellBench();
		const folder = join(on.folder, 'run');
		using journal = await Journal.open(folder);
		const { run } = runOn(on, steady, { journal });
		const ended = run.run();
		while (run.state.elapsedS < 5) await on.clock.delay(0.5);
		on.cells[0].simulator.unplug();
		expect(await ended).toMatchObject({ end: 'failed', error: { code: 'DEVICE_GONE' } });
		const { lines } = readJournal(folder);
		expect(lines.map(({ type }) => type)).toEqual(['start', 'step', 'end']);
		expect(lines[1]).toMatchObject({ endedBy: 'end' });
		expect((lines[1] as StepResult).toC).toBeCloseTo(on.cells[0].cell.usedC, 1);
	});

	it('not at all where another run has the device', async () => {
		const { run, ended, bench, clock, gate, device, settings } = await underWay();
		onTestFinished(async () => {
			run.stop();
			await ended;
		});
		const second = new CyclerRun({ bench, clock, gate, device, script: steady });
		expect(await second.run()).toMatchObject({ end: 'failed', error: { code: 'DEVICE_BUSY' } });
		expect(settings.main).toBe(true);
	});
});
