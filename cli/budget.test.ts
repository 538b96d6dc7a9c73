/** Energy budgets as a pipeline runs them: the program, its files and exit codes, its licence and the output when it is killed. */

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ArcInstrument } from '../drivers/arc/instrument.ts';
import { realClock } from '../drivers/clock.ts';
import { openSerialLink } from '../drivers/serial-link.ts';
import { createPortal } from '../toolboxes/licensing/portal/portal.ts';
import { json, run, simulate, start, temporaryFolder, until } from './testing.ts';

const example = fileURLToPath(new URL('../examples/budget/sensor.yaml', import.meta.url));
const simulated = ['--sim', 'ace', '--load', 'sensor', '--clock', 'virtual', '--seed', '1'];
/** Many programs are started here. */
const long = 120_000;
const python = (() => {
	try {
		execFileSync('python3', ['-c', 'import xml.etree.ElementTree']);
		return true;
	} catch {
		return false;
	}
})();

/** What the sensor node's cycle from one report to the next uses by its program, J at 3.3 V: five readings, sleep, a report of so many packets. */
function cycleJ(packets: number): number {
	const reading = 1.2 * 4 + 3.4 * 12 + 4 * (5.2 * 1.5 + 2.1 * 1) + 4.1 * 3;
	const report = 4.5 * 6 + 9 * 3 + 13.5 * 8 + packets * (22 * 0.5 + 45 * 1 + 41 * 9 + 13.5 * 4.5) + 13.5 * 20 + 4.5 * 5;
	const sleep = 2.4e-3 * (5000 - 5 * 29 - 42 - 15 * packets);
	return (5 * reading + report + sleep) * 1e-6 * 3.3;
}

function budgetFile(folder: string, limit: string, more = 'settings: { mainVoltage: 3.3 V }'): string {
	const file = join(folder, 'budget.yaml');
	writeFileSync(file, `name: sensor node\n${more}\nstop: { log: /^TX 2/ }\nphases:\n  - name: cycle\n    from: { log: /^TX 1/ }\n    to: { log: /^TX 2/ }\n${limit}\n`);
	return file;
}
const limitJ = (max: number) => `    limits: { energy: { max: ${max} J } }`;

/** Packets of the first report of each recording of a run. */
const packetsOf = (out: string): number[] =>
	(JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')).recordings as string[]).map((recording) =>
		Number(/"TX 1: (\d) packets/.exec(readFileSync(join(recording, 'events.jsonl'), 'utf8'))?.[1]),
	);

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

interface JunitCase {
	readonly classname: string;
	readonly name: string;
	readonly failure: string | null;
}

/** Reads it as another program does. */
function parsedJunit(file: string): { suites: Record<string, string>; suite: Record<string, string>; properties: Record<string, string>; cases: JunitCase[] } {
	const program = `import json, sys, xml.etree.ElementTree as E
root = E.parse(sys.argv[1]).getroot(); suite = root.find('testsuite')
assert root.tag == 'testsuites'
print(json.dumps({'suites': root.attrib, 'suite': suite.attrib,
  'properties': {p.get('name'): p.get('value') for p in suite.find('properties')},
  'cases': [{'classname': c.get('classname'), 'name': c.get('name'), 'failure': None if c.find('failure') is None else c.find('failure').get('message')} for c in suite.findall('testcase')]}))`;
	return JSON.parse(execFileSync('python3', ['-c', program, file], { encoding: 'utf8' }));
}

describe('a budget of the sensor node, in a fresh data folder', { timeout: long }, () => {
	it('is kept at its true figure, and missed by 2 % less, with a readable difference', async () => {
		const folder = temporaryFolder();
		const [data, out] = [join(folder, 'data'), join(folder, 'out')];
		const first = await run(['budget', 'run', budgetFile(folder, limitJ(1), 'settings: { mainVoltage: 3.3 V }\nrepetitions: 3'), ...simulated, '--data', data, '--out', out]);
		expect(first).toMatchObject({ code: 0 });
		const packets = packetsOf(out);
		expect(packets).toHaveLength(3);
		const trueJ = mean(packets.map(cycleJ));
		for (const file of ['junit.xml', 'result.json', 'summary.md', 'plot.svg']) expect(existsSync(join(out, file)), file).toBe(true);

		const kept = await run([
			'budget',
			'run',
			budgetFile(folder, limitJ(trueJ * 1.0005), 'settings: { mainVoltage: 3.3 V }\nrepetitions: 3'),
			...simulated,
			'--data',
			data,
			'--out',
			out,
		]);
		expect(kept).toMatchObject({ code: 0, stderr: '' });
		expect(packetsOf(out)).toEqual([...packets, ...packets].slice(0, 3));
		const missed = await run([
			'budget',
			'run',
			budgetFile(folder, limitJ(trueJ * 0.98), 'settings: { mainVoltage: 3.3 V }\nrepetitions: 3'),
			...simulated,
			'--data',
			data,
			'--out',
			join(folder, 'missed'),
		]);
		expect(missed).toMatchObject({ code: 1, stderr: '' });
		expect(missed.stdout).toMatch(/^OVER {2}cycle: energy \d\.\d+ mJ, at most \d\.\d+ mJ \(\+2\.0\d %\)\nsensor node: over budget\n$/);
		const { phases, passed } = JSON.parse(readFileSync(join(folder, 'missed', 'result.json'), 'utf8'));
		expect(passed).toBe(false);
		expect(phases[0]).toMatchObject({ lost: 0, figures: { energy: { n: 3 }, duration: { mean: expect.closeTo(5, 2) } } });
		expect(phases[0].figures.energy.mean).toBeCloseTo(trueJ, 5);
		const summary = readFileSync(join(folder, 'missed', 'summary.md'), 'utf8');
		expect(summary).toMatch(/\| cycle \| energy \| .* mJ \| ± .* \| ≤ .* mJ \| \*\*over\*\* \|/);
		// The recordings are a project like any other.
		expect((await json(['info', join(folder, 'missed', 'project')])).recordings).toHaveLength(3);
	});

	it.skipIf(!python)('is JUnit XML to another parser (needs python3)', async () => {
		const folder = temporaryFolder();
		const out = join(folder, 'out');
		expect(
			await run(['budget', 'run', budgetFile(folder, '    limits: { energy: { min: 1 mJ, max: 2 mJ } }'), ...simulated, '--data', join(folder, 'data'), '--out', out]),
		).toMatchObject({ code: 1 });
		const { suites, suite, properties, cases } = parsedJunit(join(out, 'junit.xml'));
		for (const counted of [suites, suite]) expect(counted).toMatchObject({ tests: '2', failures: '1', errors: '0', skipped: '0', time: expect.stringMatching(/^\d+\.\d{3}$/) });
		expect(suite.timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
		expect(properties).toMatchObject({ device: 'Otii Ace', simulated: 'true', repetitions: '1' });
		expect(Number(properties['cycle.energy (J)'])).toBeCloseTo(cycleJ(packetsOf(out)[0]), 5);
		expect(cases).toEqual([
			{ classname: 'sensor node.cycle', name: 'energy max', failure: expect.stringMatching(/^cycle: energy .* mJ, at most 2 mJ \(\+\d+\.\d\d %\)$/) },
			{ classname: 'sensor node.cycle', name: 'energy min', failure: null },
		]);
	});

	it('gives the same figure over 20 runs, each in a fresh data folder', async () => {
		const folder = temporaryFolder();
		const file = budgetFile(folder, limitJ(1), 'settings: { mainVoltage: 3.3 V }\noff: 0.1 s');
		const energies: number[] = [];
		const one = async (index: number) => {
			const out = join(folder, `out-${index}`);
			const { code, stderr } = await run(['budget', 'run', file, ...simulated, '--data', join(folder, `data-${index}`), '--out', out]);
			expect({ code, stderr: stderr.replace(/^.*the account local.*\n/, '') }).toEqual({ code: 0, stderr: '' });
			energies.push(JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')).figures.cycle.energy);
		};
		for (let index = 0; index < 20; index += 2) await Promise.all([one(index), one(index + 1)]);
		expect(energies).toHaveLength(20);
		expect((Math.max(...energies) - Math.min(...energies)) / mean(energies)).toBeLessThan(1e-4);
	});

	it('is kept by the example, and the example is what the simulated node uses', async () => {
		const folder = temporaryFolder();
		const [data, out] = [join(folder, 'data'), join(folder, 'out')];
		const kept = await run(['budget', 'run', example, ...simulated, '--data', data, '--out', out]);
		expect(kept).toMatchObject({ code: 0 });
		const { figures } = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8'));
		expect(figures['five readings and a report'].energy).toBeCloseTo(mean(packetsOf(out).map(cycleJ)), 5);
	});
});

describe('a baseline', { timeout: long }, () => {
	it('is accepted from a run, and the next ones are held against it', async () => {
		const folder = temporaryFolder();
		const common = ['--out', join(folder, 'out')];
		const measure = [...simulated, '--data', join(folder, 'data'), ...common];
		const file = budgetFile(folder, '    baseline: { energy: 1 %, duration: 10 ms }');
		expect(await run(['budget', 'baseline', file, ...common])).toMatchObject({ code: 1, stderr: expect.stringContaining('Run the budget first') });
		const unknown = await run(['budget', 'run', file, ...measure]);
		expect(unknown).toMatchObject({ code: 0, stdout: expect.stringMatching(/cycle: energy has no baseline yet/) });
		expect(await run(['budget', 'baseline', file, ...common])).toMatchObject({ code: 0 });
		const baseline = join(folder, 'budget.baseline.json');
		const saved = JSON.parse(readFileSync(baseline, 'utf8'));
		expect(saved).toMatchObject({ budget: 'sensor node', device: { simulated: true }, phases: { cycle: { energy: expect.any(Number) } } });

		const same = await run(['budget', 'run', file, ...measure]);
		expect(same).toMatchObject({ code: 0, stdout: expect.stringMatching(/^pass {2}cycle: energy .* baseline .*\npass {2}cycle: duration/) });
		saved.phases.cycle.energy *= 0.97;
		writeFileSync(baseline, JSON.stringify(saved));
		expect(await run(['budget', 'run', file, ...measure])).toMatchObject({ code: 1, stdout: expect.stringMatching(/^OVER {2}cycle: energy .*baseline/) });
		// What is over budget can be accepted, too.
		expect(await run(['budget', 'baseline', file, ...common])).toMatchObject({ code: 0 });
		expect(await run(['budget', 'run', file, ...measure])).toMatchObject({ code: 0 });

		const other = join(folder, 'other.yaml');
		writeFileSync(other, readFileSync(file, 'utf8').replace('name: sensor node', 'name: another'));
		expect(await run(['budget', 'baseline', other, ...common])).toMatchObject({ code: 2, stderr: expect.stringContaining('another') });
		writeFileSync(baseline, '{"phases":{"cycle":{"energy":"much"}}}');
		expect(await run(['budget', 'run', file, ...measure])).toMatchObject({ code: 2, stderr: expect.stringContaining('budget.baseline.json') });
	});
});

describe('what cannot be measured ends with exit code 2', { timeout: long }, () => {
	it.each([
		['a file that is not there', () => ['none.yaml', ...simulated], /none\.yaml/],
		['a file that is no budget', (folder: string) => [budgetFile(folder, '    limit: 1'), ...simulated], /phases\.0\.limit is not a known key/],
		['no instrument', (folder: string) => [budgetFile(folder, limitJ(1))], /--port, --device or --sim/],
		['two instruments', (folder: string) => [budgetFile(folder, limitJ(1)), '--sim', 'ace', '--port', '/dev/null'], /exclude each other/],
		['a virtual clock with hardware', (folder: string) => [budgetFile(folder, limitJ(1)), '--port', '/dev/null', '--clock', 'virtual'], /--clock virtual/],
		['a port that is not there', (folder: string) => [budgetFile(folder, limitJ(1)), '--port', '/dev/none'], /\/dev\/none/],
		['a load that is not known', (folder: string) => [budgetFile(folder, limitJ(1)), '--sim', 'ace', '--load', 'toaster'], /toaster/],
		['an option that there is not', (folder: string) => [budgetFile(folder, limitJ(1)), '--sim', 'ace', '--supply', 'solar'], /solar/],
		['a voltage that the device does not have', (folder: string) => [budgetFile(folder, limitJ(1), 'settings: { mainVoltage: 99 V }'), ...simulated], /mainVoltage is 99/],
		[
			'a stop that does not come',
			(folder: string) => [budgetFile(folder, limitJ(1), 'timeout: 2 s'), '--sim', 'ace', '--load', 'none', '--clock', 'virtual'],
			/"stop" .*did not happen within 2 s/,
		],
	])('%s', async (_, args, message) => {
		const folder = temporaryFolder();
		const { code, stderr } = await run(['budget', 'run', ...args(folder), '--data', join(folder, 'data'), '--out', join(folder, 'out')], folder);
		expect(code).toBe(2);
		expect(stderr).toMatch(message);
		expect(existsSync(join(folder, 'out', 'junit.xml'))).toBe(false);
	});

	it('a phase that does not happen, and says so as JSON', async () => {
		const folder = temporaryFolder();
		const file = budgetFile(folder, '  - name: never\n    from: { edge: i1, to: high, count: 9 }');
		const { code, stderr, stdout } = await run(['budget', 'run', file, ...simulated, '--json', '--data', join(folder, 'data'), '--out', join(folder, 'out')]);
		expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
		expect(JSON.parse(stderr.split('\n').find((line) => line.startsWith('{')) as string)).toMatchObject({
			error: { code: 'NOT_FOUND', message: expect.stringContaining('phase never') },
		});
	});
});

describe('a run that is killed', { timeout: long }, () => {
	const password = 'correct horse battery staple';

	/** A shared portal on a clock that the test moves, with an account that has an Automation licence; and a device in a process of its own. */
	async function bench() {
		const folder = temporaryFolder();
		const clock = { ms: Date.now() };
		const portal = await createPortal({ database: join(folder, 'portal.db'), port: 0, outbox: join(folder, 'outbox'), now: () => clock.ms });
		const { accounts, licences, context } = portal.services;
		const anna = { ...(await accounts.create({ name: 'anna', email: 'anna@example.org', password })), name: 'anna' };
		const [licence] = await context.database.transaction((tx) => licences.grant(tx, anna, { ownerId: anna.id, type: 'Automation', term: 'perpetual', expiresAt: null }));
		const credentials = join(folder, 'credentials.json');
		writeFileSync(credentials, JSON.stringify({ username: 'anna', password }), { mode: 0o600 });
		const port = await simulate('arc', '--load', 'resistor:330');
		const budget = join(folder, 'budget.yaml');
		writeFileSync(budget, 'name: long\nsettings: { mainVoltage: 3.3 V }\noff: 0 s\nstop: { time: 60 s }\ntimeout: 90 s\nphases: [{ name: all }]\n');
		const out = join(folder, 'out');
		const access = ['--portal', portal.url, '--password-file', credentials, '--data', join(folder, 'data')];
		const started = start(['budget', 'run', budget, '--port', port, ...access, '--out', out]);
		const checksums = join(out, 'project', 'recordings', '001', 'checksums');
		// The first of them may be of the moment before the output was on.
		await until('samples on the disk', () => existsSync(checksums) && readFileSync(checksums, 'utf8').split('.mc.f32 ').length > 3, 60);
		const holder = async () => (await licences.one(licence, anna.id)).reservedTo?.user ?? null;
		expect(await holder()).toBe('anna');
		return { started, port, portal, clock, holder, out };
	}

	async function outputOf(port: string): Promise<boolean> {
		const instrument = await ArcInstrument.open(await openSerialLink(port), realClock);
		const { main } = instrument.settings;
		await instrument.close({ keepOutput: true });
		return main;
	}

	it('by SIGTERM gives its licence back and switches the output off', async () => {
		const { started, port, portal, holder, out } = await bench();
		await using _portal = portal;
		started.process.kill('SIGTERM');
		expect(await started.ended).toMatchObject({ code: 2, stderr: expect.stringContaining('SIGTERM') });
		expect(await holder()).toBeNull();
		expect(await outputOf(port)).toBe(false);
		expect(existsSync(join(out, 'junit.xml'))).toBe(false);
		expect((await json(['info', join(out, 'project')])).recordings).toMatchObject([{ finished: true }]);
		expect((await json(['stats', join(out, 'project'), '--channel', 'mc'])).channels.mc.max).toBeGreaterThan(0.009);
	});

	it('by SIGKILL has its output off, and its licence comes back by itself', async () => {
		const { started, port, portal, clock, holder, out } = await bench();
		await using _portal = portal;
		started.process.kill('SIGKILL');
		await started.ended;
		// The watchdog lets go of the port when the output is off.
		await expect.poll(() => outputOf(port).catch(() => true), { timeout: 10_000 }).toBe(false);
		await portal.sweep();
		expect(await holder()).toBe('anna');
		clock.ms += 61_000;
		await portal.sweep();
		expect(await holder()).toBeNull();
		// What was measured until then can be read.
		expect((await json(['stats', join(out, 'project'), '--channel', 'mc'])).channels.mc.max).toBeGreaterThan(0.009);
	});
});
