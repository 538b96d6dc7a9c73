import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ArcInstrument } from '../drivers/arc/instrument.ts';
import { realClock } from '../drivers/clock.ts';
import { openSerialLink } from '../drivers/serial-link.ts';
import { json, run, type Started, simulate, start, temporaryFolder, until } from './testing.ts';

const long = 120_000;
const virtual = ['--sim', 'ace', '--cell', 'CR2032', '--clock', 'virtual'];
const load = ['--low', 'current=250u:2s', '--high', 'current=10m:1s'];

/** What whoever opens the port next finds. */
async function outputOf(port: string): Promise<boolean> {
	const instrument = await ArcInstrument.open(await openSerialLink(port), realClock);
	const { main } = instrument.settings;
	await instrument.close({ keepOutput: true });
	return main;
}

/** The only run of a data folder, and what its journal says. */
function runIn(data: string): { readonly id: string; readonly journal: string } | undefined {
	const folder = join(data, 'battery-runs');
	const id = existsSync(folder) ? readdirSync(folder)[0] : undefined;
	const device = id && readdirSync(join(folder, id), { withFileTypes: true }).find((entry) => entry.isDirectory())?.name;
	const file = device && join(folder, id, device, 'journal.jsonl');
	return id && file && existsSync(file) ? { id, journal: readFileSync(file, 'utf8') } : undefined;
}

/** Begins a discharge on a simulated Arc in a process of its own; resolves once a step has ended, so that the output is on. */
async function discharging(data: string): Promise<{ port: string; id: string; started: Started }> {
	const port = await simulate('arc', '--cell', 'CR2032', '--supply', 'dc');
	const started = start([
		'battery',
		'profile',
		'--port',
		port,
		'--low',
		'current=250u:300ms',
		'--high',
		'current=10m:300ms',
		'--until',
		'voltage=2',
		'--name',
		'kept',
		'--data',
		data,
	]);
	await until('two iterations', () => (runIn(data)?.journal.match(/"type":"step"/g) ?? []).length >= 4, 60);
	return { port, id: runIn(data)?.id as string, started };
}

const childrenOf = (pid: number) => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
const lives = (pid: number) => existsSync(`/proc/${pid}`) && !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));

describe('microjoule battery profile', { timeout: long }, () => {
	it('discharges a cell, keeps the profile and the recording, and says what it did', async () => {
		const folder = temporaryFolder();
		const data = join(folder, 'data');
		const out = join(folder, 'project');
		const args = ['battery', 'profile', ...virtual, ...load, '--until', 'iterations=20', '--name', 'twenty', '--manufacturer', 'Nobody', '--record', '--out', out, '--data', data];
		const { run: ran, profiles } = await json(args);
		expect(ran).toMatchObject({ state: 'finished', cells: [{ state: 'finished', iteration: 20 }] });
		expect(ran.cells[0].usedC).toBeCloseTo(20 * (250e-6 * 2 + 0.01), 2);
		expect(profiles).toMatchObject([{ name: 'twenty' }]);
		const profile = await json(['battery', 'show', 'twenty', '--data', data]);
		expect(profile).toMatchObject({ manufacturer: 'Nobody', provenance: { recording: join(out, 'recordings', '001') } });
		expect((await json(['info', out])).recordings).toMatchObject([{ name: 'twenty', finished: true }]);
		expect(await run(args)).toMatchObject({ code: 1, stderr: expect.stringContaining('already a battery profile named twenty') });
		const runs = (...more: string[]) => ['battery', 'runs', ...more, '--data', data];
		expect(await json(runs())).toMatchObject({ runs: [{ id: ran.id, kind: 'profile', name: 'twenty', cells: [{ iteration: 20, end: 'finished' }] }] });
		expect((await run(runs('--delete', ran.id))).stdout).toBe(`The run ${ran.id} is deleted.\n`);
		expect((await run(runs())).stdout).toBe('There are no runs.\n');
		expect(await run(runs('--delete', ran.id))).toMatchObject({ code: 1, stderr: expect.stringContaining(`There is no run ${ran.id}. There are: none.`) });
	});

	it.each([
		['a cell that is connected backwards', ['--cell', 'CR2032:backwards', '--until', 'voltage=2'], 1, /connected backwards: it shows -3\.\d+ V/],
		['no end', ['--cell', 'CR2032'], 2, /The script never ends/],
		['an exit that is none', ['--cell', 'CR2032', '--until', 'moon=full'], 2, /--until is "moon=full"/],
		['no instrument', [], 2, /No instrument is named/],
		['a cell that is empty', ['--cell', 'CR2032:soc=0', '--until', 'voltage=2.5'], 2, /at rest, which is not above 2\.5 V/],
		['a run that there is not', ['--cell', 'CR2032', '--resume', 'none'], 1, /There is no run in .*none/],
	])('refuses %s', async (what, more, code, message) => {
		const data = join(temporaryFolder(), 'data');
		const source = what === 'no instrument' ? ['--until', 'voltage=2'] : ['--sim', 'ace', '--clock', 'virtual'];
		const ended = await run(['battery', 'profile', ...source, ...load, '--name', 'refused', ...more, '--data', data]);
		expect(ended).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(message) });
	});

	it('stopped by a signal has its output off, says how to go on, and does so', async () => {
		const data = join(temporaryFolder(), 'data');
		const { port, id, started } = await discharging(data);
		started.process.kill('SIGINT');
		expect(await started.ended).toMatchObject({ code: 1, stderr: expect.stringMatching(new RegExp(`Stopped by SIGINT.*--resume ${id}`)) });
		expect(await outputOf(port)).toBe(false);
		// What there is makes a profile already.
		expect(await json(['battery', 'profile', '--save', id, '--data', data])).toMatchObject({ profiles: [{ name: 'kept' }] });
		const before = runIn(data)?.journal.length as number;
		const again = start(['battery', 'profile', '--port', port, '--resume', id, '--data', data]);
		await until(
			'it goes on',
			() =>
				(
					runIn(data)
						?.journal.slice(before)
						.match(/"type":"step"/g) ?? []
				).length >= 2,
			60,
		);
		again.process.kill('SIGTERM');
		expect(await again.ended).toMatchObject({ code: 1, stderr: expect.stringContaining('Stopped by SIGTERM') });
		expect(await outputOf(port)).toBe(false);
		expect(runIn(data)?.journal.slice(before)).toMatch(/"type":"start".*"iteration":\d+,"step":0,"restedS":/);
	});

	it.skipIf(!existsSync('/proc/self/task'))('killed has its output off within a second (needs /proc)', async () => {
		const data = join(temporaryFolder(), 'data');
		const { port, started } = await discharging(data);
		const watchdogs = childrenOf(started.process.pid as number);
		expect(watchdogs).toHaveLength(1);
		started.process.kill('SIGKILL');
		// The watchdog ends when the output is off.
		expect(await until('the watchdog has ended', () => !lives(watchdogs[0]))).toBeLessThan(1);
		await started.ended;
		expect(await outputOf(port)).toBe(false);
	});
});

describe('microjoule battery validate', { timeout: long }, () => {
	it('says what a cell gave and took in each cycle', async () => {
		const folder = temporaryFolder();
		mkdirSync(join(folder, 'data'));
		const script = join(folder, 'script.yaml');
		const steps = 'steps:\n  - discharge: { current: 500 mA, charge: 10 mAh }\n  - charge: { current: 500 mA, charge: 10 mAh, above: 4.4 V }\ncycles: 2\n';
		writeFileSync(script, steps);
		const cell = ['--sim', 'ace', '--cell', '18650:soc=60', '--clock', 'virtual'];
		const { cells } = await json(['battery', 'validate', script, ...cell, '--data', join(folder, 'data')]);
		expect(cells).toHaveLength(1);
		expect(cells[0].cycles).toHaveLength(2);
		for (const cycle of cells[0].cycles) {
			expect(cycle.dischargedC).toBeCloseTo(36, 0);
			expect(cycle.coulombicEfficiency).toBeCloseTo(1, 2);
			expect(cycle.energyEfficiency).toBeLessThan(cycle.coulombicEfficiency);
		}
		const text = await run(['battery', 'validate', script, ...cell, '--data', join(folder, 'data')]);
		expect(text).toMatchObject({ code: 0, stdout: expect.stringMatching(/cycle 2 +10\.\d+ mAh +10\.\d+ mAh/) });
		const arc = await run(['battery', 'validate', script, '--sim', 'arc', '--cell', '18650', '--clock', 'virtual', '--data', join(folder, 'data')]);
		expect(arc).toMatchObject({ code: 1, stderr: expect.stringContaining('does not charge') });
	});
});
