import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSerialLink } from '../drivers/serial-link.ts';
import { run, simulate, temporaryFolder } from './testing.ts';

const sim = ['record', '--sim', 'arc', '--clock', 'virtual', '--duration', '1', '--out', 'N'];

/** Arguments, exit code, and what the message must name. */
const calls: [name: string, args: string[], code: number, ...says: string[]][] = [
	['a voltage beyond the model', [...sim, '--voltage', '99'], 2, '--voltage', '99', 'from 0 to 5 V'],
	['a negative voltage', [...sim, '--voltage', '-1'], 2, '--voltage', '-1', 'from 0 to 5 V'],
	['a current beyond the model', [...sim, '--max-current', '99'], 2, '--max-current', '99', 'to 5 A'],
	['a rate nobody has', [...sim, '--rate', '7'], 2, '--rate', '7', '4000'],
	['a channel nobody has', [...sim, '--channels', 'xx'], 2, '--channels', 'xx', 'mc, mv, mp'],
	['no channel', [...sim, '--channels', ','], 2, '--channels', 'mc'],
	['a channel named twice', [...sim, '--channels', 'mc,mc'], 2, 'mc', 'twice'],
	['a duration of nothing', ['record', '--sim', 'arc', '--duration', '0', '--out', 'N'], 2, '--duration', '"0"', 'above 0'],
	['a duration below one sample', ['record', '--sim', 'arc', '--clock', 'virtual', '--duration', '1e-6', '--out', 'N'], 2, '--duration', '0.000001'],
	['a duration that is no number', ['record', '--sim', 'arc', '--duration', 'soon', '--out', 'N'], 2, '--duration', 'soon'],
	['an unknown load', [...sim, '--load', 'toaster'], 2, 'toaster', 'resistor:OHM'],
	['a load out of range', [...sim, '--load', 'resistor:0'], 2, 'resistor:0', 'from 0.01'],
	['a replay file that is not there', [...sim, '--replay', 'none.csv'], 1, 'none.csv'],
	['a replay file that is not a trace', [...sim, '--replay', 'full/text.csv'], 1, 'full/text.csv', 'Known kinds'],
	['a load and a trace', [...sim, '--load', 'ble', '--replay', 'full/text.csv'], 2, '--load', '--replay'],
	['an output folder full of something else', ['record', '--sim', 'arc', '--clock', 'virtual', '--duration', '1', '--out', 'full'], 1, 'full', 'text.csv'],
	['an output that is a file', ['record', '--sim', 'arc', '--clock', 'virtual', '--duration', '1', '--out', 'full/text.csv'], 2, 'text.csv', 'is a file'],
	['a port that is not there', ['record', '--port', '/dev/no-such-port', '--voltage', '3.3', '--duration', '1', '--out', 'N'], 1, '/dev/no-such-port', 'There is no port'],
	['a port that is none', ['record', '--port', '/dev/null', '--voltage', '3.3', '--duration', '1', '--out', 'N'], 1, '/dev/null'],
	['hardware without a voltage', ['record', '--port', '/dev/no-such-port', '--duration', '1', '--out', 'N'], 2, '--voltage'],
	['hardware with a load', ['record', '--port', '/dev/x', '--load', 'ble', '--voltage', '3.3', '--duration', '1', '--out', 'N'], 2, '--load', '--sim'],
	['hardware on a virtual clock', ['record', '--port', '/dev/x', '--clock', 'virtual', '--voltage', '3.3', '--duration', '1', '--out', 'N'], 2, '--clock', '--sim'],
	['two sources', ['record', '--port', '/dev/x', '--sim', 'arc', '--duration', '1', '--out', 'N'], 2, '--port /dev/x', '--sim arc'],
	['no source', ['record', '--duration', '1', '--out', 'N'], 2, '--port', '--device', '--sim'],
	['a device that is not there', ['record', '--device', 'arc-nobody', '--voltage', '3.3', '--duration', '1', '--out', 'N'], 1, 'arc-nobody'],
	['an unknown model', ['simulate', 'multimeter'], 2, 'multimeter', 'arc, ace'],
	['an unknown command', ['measure'], 2, 'measure'],
	['an unknown option', [...sim, '--colour', 'blue'], 2, '--colour'],
	['a project that is not there', ['info', 'N'], 1, 'N'],
	['a window that is no number', ['stats', 'N', '--from', 'x'], 2, '--from', 'x'],
];

describe('nonsense gets a clear error and leaves nothing behind', () => {
	it.concurrent.each(calls)('%s', async (_name, args, code, ...says) => {
		const folder = temporaryFolder();
		mkdirSync(join(folder, 'full'));
		writeFileSync(join(folder, 'full', 'text.csv'), 'not a trace\n');
		const ended = await run(args, folder);
		expect(ended.code).toBe(code);
		expect(ended.stdout).toBe('');
		for (const part of says) expect(ended.stderr).toContain(part);
		expect(ended.stderr).not.toMatch(/^\s+at .*\(/m);
		expect(readdirSync(folder)).toEqual(['full']);
		expect(readdirSync(join(folder, 'full'))).toEqual(['text.csv']);
		expect(readFileSync(join(folder, 'full', 'text.csv'), 'utf8')).toBe('not a trace\n');
	});

	it.concurrent('a port already in use', async () => {
		const port = await simulate('arc');
		const folder = temporaryFolder();
		const link = await openSerialLink(port);
		try {
			const ended = await run(['record', '--port', port, '--voltage', '3.3', '--duration', '1', '--out', 'N', '--json'], folder);
			expect(ended.code).toBe(1);
			expect(JSON.parse(ended.stderr)).toMatchObject({ error: { code: 'PORT_BUSY', message: expect.stringContaining(port) } });
			expect(readdirSync(folder)).toEqual([]);
		} finally {
			await link.close();
		}
	});

	it.concurrent('a setting that only the device itself refuses', async () => {
		const folder = temporaryFolder();
		const ended = await run([...sim, '--voltage', '4.5'], folder);
		expect(ended).toMatchObject({ code: 1, stdout: '' });
		expect(ended.stderr).toContain('4.5 V');
		expect(existsSync(join(folder, 'N'))).toBe(false);
	});

	it.concurrent('an existing project stays as it was', async () => {
		const folder = temporaryFolder();
		expect((await run([...sim, '--load', 'none'], folder)).code).toBe(0);
		const before = readFileSync(join(folder, 'N', 'project.json'), 'utf8');
		expect((await run(['record', '--port', '/dev/no-such-port', '--voltage', '3.3', '--duration', '1', '--out', 'N'], folder)).code).toBe(1);
		expect((await run([...sim, '--voltage', '4.5'], folder)).code).toBe(1);
		expect(readFileSync(join(folder, 'N', 'project.json'), 'utf8')).toBe(before);
		expect(readdirSync(join(folder, 'N', 'recordings'))).toEqual(['001']);
	});
});
