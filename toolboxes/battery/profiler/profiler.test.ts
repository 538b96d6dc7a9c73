import { cpSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CellBench, cellBench, freshCell, smallCell } from '../cycler/testing.ts';
import { Curve } from '../profile/interpolation.ts';
import { CellModel, capacityOf } from '../profile/model.ts';
import type { BatteryProfile } from '../profile/profile.ts';
import { ProfileStore } from '../profile/profile-store.ts';
import type { StartRun } from '../schemas.ts';
import { Profiler, runsFolder } from './profiler.ts';
import { decimated } from './rows.ts';

/** About 600 iterations to the end of the small cell. */
const load: Pick<StartRun, 'low' | 'high' | 'exit'> = {
	low: { mode: 'current', value: 50e-6, time: 0.5 },
	high: { mode: 'current', value: 10e-3, time: 3 },
	exit: { openCircuitV: 2.205 },
};

async function profilerOn({ bench, clock, gate, folder: all }: CellBench, name: string) {
	const folder = join(all, name);
	const profiles = await ProfileStore.open(join(folder, 'battery-profiles'));
	return { profiles, profiler: new Profiler({ bench, clock, gate, profiles, folder: runsFolder(folder) }), folder };
}

/** Numbers from 0 to 1, the same for the same seed. */
function seeded(seed: number): () => number {
	let state = seed;
	return () => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return state / 2 ** 32;
	};
}

/** How far a profile is from the one that the cell was made of, at 5 to 95 % of its charge. */
function deviations(found: BatteryProfile, made: BatteryProfile) {
	const [a, b] = [new CellModel(found), new CellModel(made)];
	let [volts, ohm] = [0, 0];
	for (let share = 0.05; share < 0.951; share += 0.01) {
		const usedC = share * b.capacityC;
		volts = Math.max(volts, Math.abs(a.openCircuitV(usedC) - b.openCircuitV(usedC)));
		ohm = Math.max(ohm, Math.abs(a.resistanceOhm(usedC) / b.resistanceOhm(usedC) - 1));
	}
	return { capacity: Math.abs(a.capacityC / b.capacityC - 1), volts, ohm };
}

describe('the profiler', () => {
	it('recovers the profile that a cell was made from', { timeout: 120_000 }, async () => {
		const on = await cellBench();
		const [{ id: device }] = on.cells;
		const { profiles, profiler } = await profilerOn(on, 'data');
		const { id } = await profiler.start({ devices: [device], name: 'recovered', manufacturer: 'Nobody', record: true, ...load });
		expect(await profiler.ended(id)).toEqual([{ end: 'finished', reason: expect.any(String) }]);
		expect(on.bench.instrument(device).settings.main).toBe(false);
		const found = await profiles.get('recovered');
		const { capacity, volts, ohm } = deviations(found, smallCell);
		console.info(`recovered: capacity ${(capacity * 100).toFixed(3)} %, open-circuit voltage ${(volts * 1000).toFixed(2)} mV, resistance ${(ohm * 100).toFixed(2)} %`);
		expect(capacity).toBeLessThan(0.005);
		expect(volts).toBeLessThan(0.005);
		expect(ohm).toBeLessThan(0.03);
		// It says how it was measured, and with what.
		expect(found.battery).toMatchObject({ manufacturer: 'Nobody' });
		expect(found.provenance).toMatchObject({ source: expect.stringContaining('0.01 A for 3 s'), recording: on.bench.projects.require().recordingFolder('001') });
		expect(found.document).toMatchObject({
			dischargetables: [{ dischargeprofile: { low: { mode: 'current', value: 50e-6, time: 0.5 }, exitConditions: { ocv: 2.205 } }, device: { type: 'Ace' } }],
		});
		const [recording] = on.bench.recordings();
		expect(recording).toMatchObject({ name: 'recovered', finished: true, lost: 0 });
		expect(profiler.get(id)).toMatchObject({ state: 'finished', resumable: false, cells: [{ state: 'finished', profileId: found.id }] });
		await expect(profiler.resume(id)).rejects.toMatchObject({ code: 'INVALID_VALUE', message: expect.stringContaining('nothing left') });
	});

	it('recovers it as well when it is killed ten times on the way', { timeout: 120_000 }, async () => {
		const on = await cellBench();
		const [{ id: device, cell }] = on.cells;
		const random = seeded(7);
		let { profiles, profiler, folder } = await profilerOn(on, 'data');
		const { id } = await profiler.start({ devices: [device], name: 'recovered', ...load });
		let unknownC = 0;
		for (let kill = 1; kill <= 10; kill++) {
			await on.clock.delay(120 + 120 * random());
			// What is on the disk at this moment is all that a killed process leaves, but for the end of what it was just writing.
			const left = join(on.folder, `killed ${kill}`);
			cpSync(folder, left, { recursive: true });
			const journal = join(left, 'battery-runs', id, device, 'journal.jsonl');
			truncateSync(journal, statSync(journal).size - Math.floor(200 * random()));
			rmSync(join(left, 'battery-runs', id, 'project.lock'));
			// The watchdog needs its time.
			await on.clock.delay(0.1);
			await profiler.close();
			expect(on.bench.instrument(device).settings.main).toBe(false);
			({ profiles, profiler, folder } = await profilerOn(on, `killed ${kill}`));
			expect(profiler.get(id)).toMatchObject({ state: 'stopped', resumable: true, cells: [{ state: 'stopped', problem: expect.stringContaining('program ended') }] });
			await on.clock.delay(600);
			await profiler.resume(id);
		}
		expect(await profiler.ended(id)).toEqual([{ end: 'finished', reason: expect.any(String) }]);
		const found = await profiles.get('recovered');
		const { capacity, volts, ohm } = deviations(found, smallCell);
		console.info(`killed ten times: capacity ${(capacity * 100).toFixed(3)} %, open-circuit voltage ${(volts * 1000).toFixed(2)} mV, resistance ${(ohm * 100).toFixed(2)} %`);
		expect(capacity).toBeLessThan(0.005);
		expect(volts).toBeLessThan(0.005);
		expect(ohm).toBeLessThan(0.03);
		const [{ journal }] = profiler.outcomes(id);
		const resumed = journal.lines.filter((line) => line.type === 'start').slice(1);
		expect(resumed).toHaveLength(10);
		// No more is missing than the journal says.
		for (const line of resumed) unknownC += line.unknownC as number;
		const missingC = cell.usedC - capacityOf(found.tables[0]);
		expect(missingC).toBeGreaterThan(-0.001 * cell.usedC);
		expect(missingC).toBeLessThan(unknownC + 0.001 * cell.usedC);
		expect(found.provenance?.source).toContain('Resumed 10 times');
	});

	it('discharges several cells at the same time, each to its own profile', { timeout: 30_000 }, async () => {
		const on = await cellBench({ cells: [freshCell(), freshCell(smallCell, 9)] });
		const devices = on.cells.map(({ id }) => id);
		const { profiles, profiler } = await profilerOn(on, 'data');
		const { id } = await profiler.start({ devices, name: 'pair', ...load, exit: { iterations: 15 } });
		await expect(profiler.start({ devices: [devices[1]], name: 'other', ...load })).rejects.toMatchObject({ code: 'DEVICE_BUSY' });
		await on.clock.delay(20);
		const [first] = profiler.get(id).cells;
		expect(first).toMatchObject({ state: 'running', phase: expect.stringMatching(/low|high/), voltageV: expect.any(Number), resistanceOhm: expect.any(Number) });
		expect(first.remainingS).toBeCloseTo((15 - first.iteration + 1) * 3.5, 0);
		expect(await profiler.ended(id)).toMatchObject([{ end: 'finished' }, { end: 'finished' }]);
		const [fresh, used] = await Promise.all([profiles.get('pair 1'), profiles.get('pair 2')]);
		expect(fresh.tables[0].openCircuitV[0]).toBeCloseTo(3.2, 2);
		expect(used.tables[0].openCircuitV[0]).toBeCloseTo(on.cells[1].cell.model.openCircuitV(9), 2);
		await expect(profiler.start({ devices, name: 'pair', ...load })).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
	});

	it('makes a profile of a run that was stopped, and not of one that told nothing', async () => {
		const on = await cellBench();
		const { profiles, profiler } = await profilerOn(on, 'data');
		const { id } = await profiler.start({ devices: [on.cells[0].id], name: 'short', ...load });
		await on.clock.delay(2);
		expect(await profiler.stop(id)).toMatchObject({ state: 'stopped', resumable: true });
		await expect(profiler.save(id)).rejects.toMatchObject({ code: 'INVALID_VALUE', message: expect.stringContaining('no point of the cell') });
		await profiler.resume(id);
		await on.clock.delay(20);
		await profiler.stop(id);
		const { cells } = await profiler.save(id);
		expect(await profiles.get('short')).toMatchObject({ id: cells[0].profileId, name: 'short' });
	});
});

it('a long table is decimated to its shape', () => {
	const rows = Array.from({ length: 55_190 }, (_, n) => {
		const x = n / 55_189;
		return { usedC: 828.9 * x, openCircuitV: 3 - 0.2 * x - x ** 40, resistanceOhm: 15 + 40 * x ** 4 };
	});
	const few = decimated(rows);
	expect(few.length).toBeGreaterThan(1900);
	expect(few.length).toBeLessThanOrEqual(2000);
	expect([few[0], few[few.length - 1]]).toEqual([rows[0], rows[rows.length - 1]]);
	const [kept, all] = [few, rows].map(
		(table) =>
			new Curve(
				Float64Array.from(table, ({ usedC }) => usedC),
				Float64Array.from(table, ({ openCircuitV }) => openCircuitV),
			),
	);
	for (const { usedC } of rows) expect(Math.abs(kept.at(usedC) - all.at(usedC))).toBeLessThan(1e-4);
	expect(decimated(rows.slice(0, 1500))).toHaveLength(1500);
});
