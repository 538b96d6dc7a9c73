import { expect, it } from 'vitest';
import { cellBench } from '../cycler/testing.ts';
import { ProfilingSession } from './protocol-profiling.ts';

it('a script sets steps, switches profiling on, is told the end of each step, and switches it off', async () => {
	const { bench, clock, gate, cells } = await cellBench({ noise: false });
	const [{ id: deviceId, cell }] = cells;
	await using session = new ProfilingSession({ bench, clock, gate, deviceId });
	await expect(session.enable(true)).rejects.toMatchObject({ code: 'INVALID_VALUE', message: expect.stringContaining('No steps are set') });
	expect(() => session.setSteps([{ current: 0.01, power: 1, duration: 1 }])).toThrow(/must name exactly one/);
	expect(() => session.setSteps(Array.from({ length: 11 }, () => ({ current: 0.01, duration: 1 })))).toThrow(/at most 10/);
	session.setSteps([
		{ current: 0.001, duration: 2 },
		{ resistance: 300, duration: 1 },
	]);
	expect(await session.waitForData(100)).toBeNull();
	await session.enable(true);
	expect(bench.instrument(deviceId).settings.main).toBe(true);
	expect(() => session.setSteps([])).toThrow(/under way/);
	const data = [];
	while (data.length < 4) {
		const next = await session.waitForData(5000);
		if (next) data.push(next);
	}
	expect(data).toMatchObject([
		{ iteration: 0, step: 0 },
		{ iteration: 0, step: 1 },
		{ iteration: 1, step: 0 },
		{ iteration: 1, step: 1 },
	]);
	expect(data[0].timestamp).toBeCloseTo(2, 0);
	expect(data[0].discharge).toBeCloseTo(0.002, 4);
	expect(data[0].voltage).toBeCloseTo(cell.model.openCircuitV(0.002) - 0.001 * 12, 2);
	expect(data[3].discharge).toBeCloseTo(0.004 + 2 * (3.1 / 300), 2);
	// None ends that soon.
	expect(await session.waitForData(1)).toBeNull();
	await session.enable(false);
	expect(bench.instrument(deviceId).settings.main).toBe(false);
	expect(await session.waitForData(100)).toBeNull();
});

it('the licence that ends switches it off, and who waits is told', async () => {
	const { bench, clock, gate, lock, cells } = await cellBench();
	const [{ id: deviceId }] = cells;
	await using session = new ProfilingSession({ bench, clock, gate, deviceId });
	session.setSteps([{ current: 0.005, duration: 3600 }]);
	await session.enable(true);
	const waiting = session.waitForData(1e6);
	lock();
	expect(await waiting).toBeNull();
	expect(bench.instrument(deviceId).settings.main).toBe(false);
	await expect(session.enable(true)).rejects.toMatchObject({ code: 'NO_LICENCE' });
});
