import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ArcInstrument } from '../drivers/arc/instrument.ts';
import { realClock } from '../drivers/clock.ts';
import { openSerialLink } from '../drivers/serial-link.ts';
import { arcId, json, run, type Started, simulate, start, temporaryFolder, until } from './testing.ts';

/** Starts a long recording and waits until samples are on the disk and vouched for: the output is on by then. */
async function recording(port: string, project: string, ...more: string[]): Promise<Started> {
	const started = start(['record', '--port', port, '--voltage', '3.3', '--duration', '60', '--out', project, '--json', ...more]);
	const checksums = join(project, 'recordings', '001', 'checksums');
	await until('samples on the disk', () => existsSync(checksums) && readFileSync(checksums, 'utf8').includes(`${arcId}.mc.f32 `));
	return started;
}

/** What whoever opens the port next finds. */
async function outputOf(port: string): Promise<boolean> {
	const instrument = await ArcInstrument.open(await openSerialLink(port), realClock);
	const { main } = instrument.settings;
	await instrument.close({ keepOutput: true });
	return main;
}

/** Processes that a process has started; Linux tells. */
const childrenOf = (pid: number) => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
const lives = (pid: number) => existsSync(`/proc/${pid}`) && !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));

describe('a recording that is stopped', () => {
	it.each(['SIGINT', 'SIGTERM'] as const)('by %s keeps what it has, switches the output off, and says so with exit code 1', async (signal) => {
		const port = await simulate('arc', '--load', 'resistor:330');
		const project = join(temporaryFolder(), 'P');
		const { process: child, ended } = await recording(port, project);
		child.kill(signal);
		const { code, stdout, stderr } = await ended;
		expect(code).toBe(1);
		expect(stderr).toContain(signal);
		const result = JSON.parse(stdout);
		expect(result.lost).toBe(0);
		expect(result.channels.mc.samples).toBeGreaterThan(0);
		expect((await json(['info', project])).recordings).toMatchObject([{ id: '001', finished: true }]);
		expect(await outputOf(port)).toBe(false);
	});

	it('before its first sample leaves nothing behind', async () => {
		const port = await simulate('arc', '--load', 'resistor:330');
		const project = join(temporaryFolder(), 'P');
		const { process: child, ended } = start(['record', '--port', port, '--voltage', '3.3', '--duration', '60', '--out', project]);
		await until('the project exists', () => existsSync(project));
		child.kill('SIGINT');
		const { code, stdout, stderr } = await ended;
		expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
		expect(stderr).toContain('SIGINT');
		expect(existsSync(project)).toBe(false);
		expect(await outputOf(port)).toBe(false);
	});

	it('by the device going away keeps what it has', async () => {
		const device = start(['simulate', 'arc', '--load', 'resistor:330']);
		const project = join(temporaryFolder(), 'P');
		const { ended } = await recording(await device.line(), project);
		device.process.kill('SIGTERM');
		const { code, stdout, stderr } = await ended;
		expect(code).toBe(1);
		expect(stderr).toContain('gone');
		expect(JSON.parse(stdout).channels.mc.samples).toBeGreaterThan(0);
		expect((await json(['info', project])).recordings).toMatchObject([{ finished: true, problems: [] }]);
	});
});

describe.skipIf(!existsSync('/proc/self/task'))('a recording that is killed (needs /proc)', () => {
	it('has its output off within a second, and can be read', async () => {
		const port = await simulate('arc', '--load', 'resistor:330');
		const project = join(temporaryFolder(), 'P');
		const { process: child, ended } = await recording(port, project);
		const watchdogs = childrenOf(child.pid as number);
		expect(watchdogs).toHaveLength(1);
		child.kill('SIGKILL');
		// The watchdog ends when the output is off.
		expect(await until('the watchdog has ended', () => !lives(watchdogs[0]))).toBeLessThan(1);
		await ended;
		expect(await outputOf(port)).toBe(false);
		const info = await json(['info', project]);
		expect(info.recordings).toMatchObject([{ id: '001', finished: false }]);
		expect((await json(['stats', project, '--channel', 'mc'])).channels.mc.average).toBeCloseTo(0.01, 4);
		// The next one works, into the same project.
		expect(await run(['record', '--port', port, '--voltage', '3.3', '--duration', '0.1', '--out', project])).toMatchObject({ code: 0 });
	});

	it('leaves its output on with --keep-output', async () => {
		const port = await simulate('arc', '--load', 'resistor:330');
		const project = join(temporaryFolder(), 'P');
		const { process: child, ended } = await recording(port, project, '--keep-output');
		expect(childrenOf(child.pid as number)).toEqual([]);
		child.kill('SIGKILL');
		await ended;
		expect(await outputOf(port)).toBe(true);
	});
});
