/** The program `otii_server`, started as scripts start it: standard output read to its end, then a connection, commands, and an end by force. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from './testing.ts';

const program = fileURLToPath(new URL('./otii-server.js', import.meta.url));

/** Starts it and reads its standard output to the end, as `subprocess.Popen(…, stdout=PIPE).stdout.read()` does. */
async function started(...args: string[]) {
	const data = join(temporaryFolder(), 'data');
	const child = spawn(process.execPath, [program, '--port', '0', '--data', data, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
	const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
	onTestFinished(async () => {
		child.kill('SIGKILL');
		await ended;
	});
	const problems = text(child.stderr);
	const banner = await text(child.stdout);
	const port = Number(/scripts connect to port (\d+)/.exec(banner)?.[1]);
	return { child, ended, problems, banner, port, data };
}

/** A client that asks one thing after the other, as the official ones do. */
async function client(port: number) {
	const socket = connect(port, '127.0.0.1');
	onTestFinished(() => void socket.destroy());
	const lines = createInterface(socket)[Symbol.asyncIterator]();
	const receive = async () => JSON.parse((await lines.next()).value as string);
	const greeting = await receive();
	let id = 0;
	const ask = async (cmd: string, data?: object) => {
		socket.write(`${JSON.stringify({ type: 'request', cmd, data, trans_id: `${++id}` })}\r\n`);
		return receive();
	};
	const require = async (cmd: string, data?: object) => {
		const answer = await ask(cmd, data);
		expect(answer, cmd).toMatchObject({ type: 'response', trans_id: `${id}` });
		return answer.data;
	};
	return { greeting, ask, require };
}

describe('otii_server', () => {
	it('says where it listens, ends its output there, and goes on', async () => {
		const { child, ended, problems, banner, port } = await started();
		expect(banner.trimEnd().split('\n').length).toBeLessThan(5);
		expect(banner).toContain('Devices: none');
		const { greeting, require } = await client(port);
		expect(greeting).toMatchObject({ type: 'information', info: 'connected' });
		expect(await require('otii_is_logged_in')).toEqual({ logged_in: true });
		const { licenses } = await require('otii_get_licenses');
		await require('otii_reserve_license', { license_id: licenses.find(({ type }: { type: string }) => type === 'Automation').id });
		expect(await require('otii_get_devices', { timeout: 0 })).toEqual({ devices: [] });
		child.kill('SIGTERM');
		expect(await ended).toEqual([0, null]);
		expect(await problems).toBe('');
	});

	it('accepts being killed, and starts again in the same folder', async () => {
		const first = await started();
		await client(first.port);
		first.child.kill('SIGKILL');
		expect(await first.ended).toEqual([null, 'SIGKILL']);
		const child = spawn(process.execPath, [program, '--port', '0', '--data', first.data], { stdio: ['ignore', 'pipe', 'inherit'] });
		onTestFinished(() => void child.kill('SIGKILL'));
		expect(await text(child.stdout)).toMatch(/scripts connect to port \d+/);
	});
});

describe('a script that imports logs', () => {
	it('finds their lines in the time of the recording, and is told what is wrong', async () => {
		const { port, data } = await started('--sim', 'arc', '--reserve', 'automation');
		const { ask, require } = await client(port);
		const { project_id } = await require('otii_get_active_project');
		await require('project_start_recording', { project_id });
		await require('project_stop_recording', { project_id });
		const { recording_id, 'start-time': start } = await require('project_get_last_recording', { project_id });
		const log = join(data, 'phone.log');
		const stamp = (ms: number) => new Date(Date.parse(start) + ms).toISOString();
		writeFileSync(
			log,
			`--------- beginning of main\n${Array.from({ length: 2500 }, (_, k) => `${stamp(k).slice(0, 23).replace('T', ' ')} +0000  100  200 I Tag: line ${k}\n`).join('')}`,
		);
		const { log_id } = await require('recording_import_log', { recording_id, filename: log, converter: 'adb.lua' });
		expect(log_id).toEqual(expect.any(String));
		const page = (number: number) => require('recording_get_user_log_data', { recording_id, user_log_id: log_id, from: -1, to: 100, filter: '', page: number });
		const third = await page(3);
		expect(third).toMatchObject({ page: 3, pages_total: 3 });
		expect(third.values).toHaveLength(500);
		expect(third.values[499]).toEqual({ timestamp: expect.closeTo(2.499, 6), value: 'I Tag: line 2499' });
		await require('recording_set_log_offset', { recording_id, device_id: null, channel: log_id, offset: 500_000 });
		expect(await require('recording_get_log_offset', { recording_id, channel: log_id })).toEqual({ offset: 500_000 });
		expect((await page(1)).values[0].timestamp).toBeCloseTo(0.5, 6);

		const logsBefore = readFileSync(join(data, 'projects', 'default', 'project.json'), 'utf8');
		const refused = (filename: string, converter: string) => ask('recording_import_log', { recording_id, filename, converter });
		expect(await refused(log, 'nrf.lua')).toMatchObject({
			type: 'error',
			errorcode: 'Invalid key value',
			data: { key: 'converter', value: 'nrf.lua', message: expect.stringContaining('Known: logcat, candump') },
		});
		expect(await refused('none.log', 'adb.lua')).toMatchObject({ errorcode: 'Invalid key value', data: { key: 'filename', value: 'none.log' } });
		expect(await refused(log, 'candump')).toMatchObject({ errorcode: 'Invalid key value', data: { key: 'converter', message: expect.stringContaining('No line') } });
		expect(readFileSync(join(data, 'projects', 'default', 'project.json'), 'utf8')).toBe(logsBefore);
	});

	it('is told that battery commands need a licence of their own, and served once it is reserved', async () => {
		const { port } = await started('--sim', 'ace', '--reserve', 'automation');
		const { ask, require } = await client(port);
		const [{ device_id }] = (await require('otii_get_devices', { timeout: 0 })).devices;
		expect(await ask('otii_get_battery_profiles')).toMatchObject({ errorcode: 'No license' });
		expect(await require('arc_get_supply_mode', { device_id })).toEqual({ supply_mode: 'power-box' });
		expect(await ask('arc_get_supply_mode', {})).toMatchObject({ errorcode: 'Missing key in request', data: { key: 'device_id' } });
		expect(await ask('arc_get_supply_mode', { device_id: 'x' })).toMatchObject({ errorcode: 'Device not connected' });
		const { licenses } = await require('otii_get_licenses');
		await require('otii_reserve_license', { license_id: licenses.find(({ type }: { type: string }) => type === 'Battery').id });
		const { battery_profiles } = await require('otii_get_battery_profiles');
		const { battery_profile_id } = battery_profiles.find(({ model }: { model?: string }) => model === 'CR2032');
		const { battery_emulator_id } = await require('arc_set_supply_battery_emulator', { device_id, battery_profile_id, soc: 40 });
		expect(await require('battery_emulator_get_soc', { battery_emulator_id })).toEqual({ value: 40 });
		expect(await ask('battery_emulator_set_soc', { battery_emulator_id: 'x', value: '5' })).toMatchObject({
			errorcode: 'Invalid key type',
			data: { key: 'value', expected_type: 'Number', received_type: 'String' },
		});
	});
});
