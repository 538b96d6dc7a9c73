/**
 * The scripts that come with Otii's clients, each against the `serve` line of the guide: the requests in the order and the bytes in which its client sends
 * them, and the figures it expects. The simulated bench runs on a virtual clock, so what takes a script minutes takes a test seconds.
 */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../drivers/clock.ts';
import { converterEfficiency } from '../drivers/simulator/converter.ts';
import { credentials, type Format, float, lineFeed, type Message, python, type ScriptClient, ScriptingEngine } from '../toolboxes/automation/testing.ts';
import { serveCommand } from './serve.ts';
import { type BenchFlags, buildBench, settingsAtStart } from './simulated-bench.ts';

const guide = readFileSync(new URL('../docs/guides/scripts.md', import.meta.url), 'utf8');

/** An engine as `serve` with these options makes it; the guide names them. */
async function serve(options: readonly string[], more: { compat?: 'java'; reserved?: boolean } = {}): Promise<ScriptingEngine> {
	expect(guide).toContain(`\`${options.map((option) => (option.includes(' ') ? JSON.stringify(option) : option)).join(' ')}`);
	const flags = await new Promise<BenchFlags>((resolve, reject) => {
		serveCommand()
			.exitOverride()
			.action(resolve)
			.parseAsync([...options], { from: 'user' })
			.catch(reject);
	});
	const clock = new VirtualClock();
	return ScriptingEngine.open({
		clock,
		devices: async () => (await buildBench(flags, clock)).map((each) => ({ simulator: each.simulator, name: each.name, settings: settingsAtStart(each) })),
		...more,
	});
}

/** The objects of the Python client, as far as examples use them. */
class Script {
	readonly engine: ScriptingEngine;
	readonly client: ScriptClient;
	/** The project that is active. */
	project = -1;

	static async on(engine: ScriptingEngine, format: Format = python): Promise<Script> {
		return new Script(engine, await engine.client(format));
	}

	private constructor(engine: ScriptingEngine, client: ScriptClient) {
		this.engine = engine;
		this.client = client;
	}

	/** The automatic preamble where everything is reserved already. */
	async preamble(): Promise<void> {
		expect(await this.do('otii_is_logged_in')).toEqual({ logged_in: true });
		const { licenses } = await this.do('otii_get_licenses');
		expect(licenses.some(({ type, available, reserved_to }: Message) => type === 'Automation' && available && reserved_to !== '')).toBe(true);
	}

	do(cmd: string, data?: object): Promise<Message> {
		return this.client.do(cmd, data);
	}

	async devices(): Promise<Message[]> {
		return (await this.do('otii_get_devices', { timeout: 10 })).devices;
	}

	async activeProject(): Promise<void> {
		this.project = (await this.do('otii_get_active_project')).project_id;
		expect(this.project).toBeGreaterThan(0);
	}

	start(): Promise<void> {
		return this.do('project_start_recording', { project_id: this.project });
	}

	stop(): Promise<void> {
		return this.do('project_stop_recording', { project_id: this.project });
	}

	async last(): Promise<Message> {
		const recording = await this.do('project_get_last_recording', { project_id: this.project });
		expect(recording).toMatchObject({ recording_id: expect.any(Number), name: expect.any(String), running: expect.any(Boolean) });
		return recording;
	}

	async count(recording_id: number, device_id: string, channel: string): Promise<number> {
		return (await this.do('recording_get_channel_data_count', { recording_id, device_id, channel })).count;
	}

	async values(recording_id: number, device_id: string, channel: string, index: number, count: number): Promise<Message[]> {
		return (await this.do('recording_get_channel_data', { recording_id, device_id, channel, index, count })).values;
	}

	statistics(recording_id: number, device_id: string, channel: string, from: number, to: number): Promise<Message> {
		return this.do('recording_get_channel_statistics', { recording_id, device_id, channel, from: float(from), to: float(to) });
	}

	info(recording_id: number, device_id: string, channel: string): Promise<Message> {
		return this.do('recording_get_channel_info', { recording_id, device_id, channel });
	}

	enable(device_id: string, ...channels: string[]): Promise<unknown> {
		return this.each(channels, (channel) => this.do('arc_enable_channel', { device_id, channel, enable: true }));
	}

	set(device_id: string, name: string, value: unknown): Promise<void> {
		return this.do(`arc_set_${name}`, { device_id, value });
	}

	main(device_id: string, enable: boolean): Promise<void> {
		return this.do('arc_set_main', { device_id, enable });
	}

	async each<T>(list: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
		for (const item of list) await work(item);
	}

	/** Looks every 0.2 s for new lines until one holds `text`. */
	async waitForLine(recording: number, device: string, text: string, known?: number): Promise<{ timestamp: number; value: string }> {
		let seen = known ?? (await this.count(recording, device, 'rx'));
		for (let look = 0; look < 300; look++) {
			await this.engine.pass(0.2);
			const now = await this.count(recording, device, 'rx');
			if (now <= seen) continue;
			const lines = await this.values(recording, device, 'rx', seen, now - seen);
			const found = lines.find(({ value }) => value.includes(text));
			if (found) return found;
			seen = now;
		}
		throw new Error(`no line with ${text} within 60 s`);
	}
}

const tracker = ['--sim', 'ace:Ace', '--load', 'tracker', '--sim-output', 'off'];

describe('examples of the Python client', { timeout: 60_000 }, () => {
	it('basic_measurement', async () => {
		await using engine = await serve(tracker);
		const script = await Script.on(engine);
		await script.preamble();
		const [{ device_id, name, type }] = await script.devices();
		expect([name, type]).toEqual(['Ace', 'Ace']);
		await script.set(device_id, 'main_voltage', 3.7);
		await script.set(device_id, 'exp_voltage', 3.3);
		await script.set(device_id, 'max_current', 0.5);
		await script.enable(device_id, 'mc');
		await script.activeProject();
		await script.start();
		await script.main(device_id, true);
		await engine.pass(5);
		await script.main(device_id, false);
		await script.stop();
		const recording = await script.last();
		expect(recording['start-time']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
		expect(recording.measurements).toEqual([{ device_id, channel: 'mc', sample_rate: 50_000 }]);
		const { offset, from, to, sample_rate } = await script.info(recording.recording_id, device_id, 'mc');
		expect([offset, from, sample_rate]).toEqual([0, 0, 50_000]);
		expect(to).toBeGreaterThan(4.9);
		const { min, max, average, energy } = await script.statistics(recording.recording_id, device_id, 'mc', from, to);
		expect(min).toBeLessThan(average);
		expect(average).toBeLessThan(max);
		expect(energy / (average * to)).toBeCloseTo(3.7, 1);
	});

	it.each(['rx', 'i1'])('jenkins, with %s', async (channel) => {
		await using engine = await serve(tracker);
		const script = await Script.on(engine);
		await script.preamble();
		const [{ device_id }] = (await script.devices()).filter(({ name }) => name === 'Ace');
		await script.set(device_id, 'main_voltage', float(4));
		await script.set(device_id, 'exp_voltage', 3.3);
		await script.set(device_id, 'max_current', 0.5);
		await script.set(device_id, 'uart_baudrate', 115_200);
		await script.main(device_id, false);
		await script.do('arc_enable_5v', { device_id, enable: true });
		for (const value of [true, false]) {
			await script.do('arc_set_gpo', { device_id, pin: 1, value });
			await engine.pass(3);
		}
		await script.activeProject();
		await script.enable(device_id, 'mc', channel);
		await script.start();
		await script.main(device_id, true);
		await engine.pass(40);
		await script.main(device_id, false);
		await script.stop();
		const { recording_id } = await script.last();
		const values = await script.values(recording_id, device_id, channel, 0, await script.count(recording_id, device_id, channel));
		const moments = channel === 'i1' ? values : values.filter(({ value }) => value === 'Connecting...');
		const times = moments.map(({ timestamp }) => timestamp);
		if (channel === 'i1') {
			expect(times.length).toBeGreaterThanOrEqual(4);
			for (const { value } of values) expect(typeof value).toBe('boolean');
		} else expect(times.length).toBeGreaterThanOrEqual(2);
		const { energy } = await script.statistics(recording_id, device_id, 'mc', times[0], times[channel === 'i1' ? 2 : 1]);
		expect(energy).toBeGreaterThan(2);
		expect(energy).toBeLessThan(4);
	});

	it('sync_with_log', async () => {
		await using engine = await serve(tracker);
		const script = await Script.on(engine);
		await script.do('otii_login', credentials);
		await script.do('otii_reserve_license', { license_id: String(engine.licences[0]) });
		const [{ device_id }] = await script.devices();
		await script.set(device_id, 'main_voltage', 3.7);
		await script.set(device_id, 'exp_voltage', 3.3);
		await script.set(device_id, 'max_current', 0.5);
		await script.set(device_id, 'uart_baudrate', 115_200);
		await script.do('arc_enable_uart', { device_id, enable: true });
		await script.do('arc_enable_exp_port', { device_id, enable: true });
		await script.enable(device_id, 'mc', 'rx');
		await script.activeProject();
		await script.start();
		await script.main(device_id, true);
		await engine.pass(50);
		await script.main(device_id, false);
		await script.stop();
		const { recording_id } = await script.last();
		const lines = await script.values(recording_id, device_id, 'rx', 0, await script.count(recording_id, device_id, 'rx'));
		const [from, to] = lines.filter(({ value }) => value === 'Connecting...').map(({ timestamp }) => timestamp);
		expect(to - from).toBeCloseTo(15, 1);
		expect(await script.info(recording_id, device_id, 'mc')).toMatchObject({ offset: 0, sample_rate: 50_000 });
		const { min, max, average, energy } = await script.statistics(recording_id, device_id, 'mc', from, to);
		expect(min).toBeLessThan(0.001);
		expect(max).toBeGreaterThan(0.2);
		expect(average).toBeCloseTo(0.055, 2);
		expect(energy).toBeGreaterThan(2);
		expect(energy).toBeLessThan(4);
	});

	it('at_commands', async () => {
		await using engine = await serve(['--sim', 'ace', '--load', 'modem', '--sim-output', 'off']);
		const script = await Script.on(engine);
		const folder = join(engine.folder, 'nRF9151-DK_test');
		await script.preamble();
		const [{ device_id }] = await script.devices();
		await script.set(device_id, 'main_voltage', 3.6);
		await script.set(device_id, 'exp_voltage', 1.8);
		await script.set(device_id, 'max_current', 1);
		await script.do('arc_enable_5v', { device_id, enable: 5 });
		await script.enable(device_id, 'mc', 'rx');
		await script.set(device_id, 'uart_baudrate', 115_200);
		await script.activeProject();
		expect(await script.do('project_save', { project_id: script.project, filename: folder, force: false, progress: false })).toEqual({ filename: folder });

		let recording: number;
		const next = async (name: string) => {
			recording = (await script.last()).recording_id;
			if (name !== '') await script.do('recording_rename', { recording_id: recording, name });
		};
		const send = (...commands: string[]) =>
			script.each(commands, async (command) => {
				await engine.pass(0.5);
				await script.do('arc_write_tx', { device_id, value: `${command}\r\n` });
				const { value } = await script.waitForLine(recording, device_id, '', await script.count(recording, device_id, 'rx'));
				expect(value, command).toBe('OK');
			});
		const boot = async () => {
			await script.main(device_id, true);
			expect((await script.waitForLine(recording, device_id, 'Ready')).value).toBe('Ready');
		};

		await script.start();
		await next('');
		await boot();
		await next('Initial settings');
		await send('AT+CEREG=5', 'AT+CSCON=3', 'AT+CPSMS=0', 'AT+CEDRXS=0');
		const [lteM, nbIot] = ['AT%XSYSTEMMODE=1,0,1,0', 'AT%XSYSTEMMODE=0,1,1,0'];
		const psm = 'AT+CPSMS=1,"","","00100001","00100010"';
		const modes: [string, string[], string[]][] = [
			['LTE-M, no power save', [lteM, 'AT+CEDRXS=0'], []],
			['LTE-M, eDRX timer 40.96s', [lteM, 'AT+CEDRXS=2,4,"0011"'], ['AT+CEDRXS=0']],
			['NB-IoT, no power save', [nbIot], []],
			['NB-IoT, eDRX timer 40.96', [nbIot, 'AT+CEDRXS=2,5,"0011"'], ['AT+CEDRXS=0']],
			['LTE-M, PSM T3412 timer 60min, T3324 timer 2min', [lteM, psm], ['AT+CPSMS=0']],
			['NB-IoT, PSM T3412 timer 60min, T3324 timer 2min', [nbIot, psm], ['AT+CPSMS=0']],
			['NB-IoT, PSM and eDRX', [nbIot, psm, 'AT+CEDRXS=2,5,"0011"'], ['AT+CEDRXS=0', 'AT+CPSMS=0']],
			['LTE-M, PSM and eDRX', [lteM, psm, 'AT+CEDRXS=2,4,"0011"'], ['AT+CEDRXS=0', 'AT+CPSMS=0']],
		];
		for (const [number, [name, before, after]] of modes.entries()) {
			await script.start();
			await next(name);
			await send(...before, 'AT+CFUN=1');
			await engine.pass(4); // the example: four hours
			await send(...after, 'AT+CFUN=0');
			await engine.pass(1);
			if (number === modes.length - 1) break;
			await script.main(device_id, false);
			await script.do('arc_enable_5v', { device_id, enable: 0 });
			await engine.pass(1);
			await script.do('arc_enable_5v', { device_id, enable: 5 });
			await engine.pass(1);
			await boot();
		}
		await script.stop();
		await script.main(device_id, false);
		await script.do('arc_enable_5v', { device_id, enable: 0 });
		await script.do('project_save', { project_id: script.project, filename: folder, force: true, progress: false });
		const { recordings } = await script.do('project_get_recordings', { project_id: script.project });
		expect(recordings.map(({ name, running }: Message) => [name, running])).toEqual(['Initial settings', ...modes.map(([name]) => name)].map((name) => [name, false]));
		expect(existsSync(join(folder, 'project.json'))).toBe(true);
	});

	it('compare_with_saved, twice in a row, with its ten recordings', async () => {
		await using engine = await serve(tracker);
		const folder = join(engine.folder, 'compare_with_saved');
		for (let run = 1; run <= 12; run++) {
			const script = await Script.on(engine);
			if (existsSync(folder))
				expect(await script.do('otii_open_project', { filename: folder, force: false, progress: false })).toEqual({ project_id: expect.any(Number), filename: folder });
			else await script.do('otii_create_project');
			const [{ device_id }] = await script.devices();
			await script.set(device_id, 'main_voltage', 3.7);
			await script.set(device_id, 'exp_voltage', 3.3);
			await script.set(device_id, 'max_current', 0.5);
			await script.enable(device_id, 'mc');
			await script.activeProject();
			await script.start();
			await script.main(device_id, true);
			await engine.pass(run <= 2 ? 5 : 0.2);
			await script.main(device_id, false);
			await script.stop();
			const { recordings } = await script.do('project_get_recordings', { project_id: script.project });
			expect(recordings.length).toBe(Math.min(run, 11));
			for (const { recording_id } of recordings.slice(-2)) {
				const { from, to, sample_rate } = await script.info(recording_id, device_id, 'mc');
				expect(sample_rate).toBe(50_000);
				const { energy } = await script.statistics(recording_id, device_id, 'mc', from, to);
				expect(energy).toBeGreaterThan(0);
			}
			if (recordings.length > 10) await script.do('recording_delete', { recording_id: recordings[0].recording_id });
			expect(await script.do('project_save', { project_id: script.project, filename: folder, force: false, progress: false })).toEqual({ filename: folder });
			script.client[Symbol.dispose]();
		}
	});

	it('control_switchboard, on an Arc and on an Ace', async () => {
		for (const [kind, on, off] of [
			['arc', true, false],
			['ace', 5, 0],
		] as const) {
			await using engine = await serve(['--sim', kind]);
			const script = await Script.on(engine);
			await script.preamble();
			const [{ device_id }] = await script.devices();
			await script.do('arc_enable_5v', { device_id, enable: on });
			expect(engine.bench.devices()[0].settings.expansionSupply).toBe(5);
			await script.do('arc_set_gpo', { device_id, pin: 1, value: true });
			await script.do('arc_set_gpo', { device_id, pin: 2, value: false });
			expect(engine.bench.devices()[0].settings).toMatchObject({ gpo1: true, gpo2: false });
			await script.do('arc_enable_5v', { device_id, enable: off });
			expect(engine.bench.devices()[0].settings.expansionSupply).toBe(0);
		}
	});

	it('dcdc_efficiency_analysis measures the efficiency that the converter has', async () => {
		await using engine = await serve(['--sim', 'ace:Ace_source,ace:Ace_sink', '--wire', 'Ace_source:Ace_sink:dcdc']);
		const script = await Script.on(engine);
		await script.preamble();
		const devices = await script.devices();
		expect(devices.length).toBe(2);
		const [source, sink] = ['Ace_source', 'Ace_sink'].map((name) => devices.find((each) => each.name === name).device_id);
		await script.do('arc_set_power_regulation', { device_id: source, mode: 'voltage' });
		await script.set(source, 'main_voltage', 3.1);
		await script.set(source, 'max_current', 5);
		await script.do('arc_set_power_regulation', { device_id: sink, mode: 'current' });
		await script.set(sink, 'max_current', 0.0001);
		for (const device_id of [source, sink])
			for (const channel of ['mc', 'mv', 'mp']) {
				await script.do('arc_enable_channel', { device_id, channel, enable: true });
				await script.do('arc_set_channel_samplerate', { device_id, channel, value: 1000 });
			}
		await script.main(source, true);
		await script.main(sink, true);
		await script.activeProject();
		for (const voltage of [3.1, 2.575, 2.05, 1.525, 1]) {
			await script.set(source, 'main_voltage', float(voltage));
			await script.start();
			const { recording_id } = await script.last();
			for (let step = 0; step < 20; step++) {
				const current = 1e-4 * 2000 ** (step / 19);
				await script.set(sink, 'main_current', -current);
				await engine.pass(1.25);
				const { to, sample_rate } = await script.info(recording_id, source, 'mc');
				expect(sample_rate).toBe(1000);
				const average: number[][] = [];
				for (const device of [source, sink]) {
					average.push([]);
					for (const channel of ['mc', 'mv', 'mp']) average.at(-1)?.push((await script.statistics(recording_id, device, channel, to - 1, to)).average);
				}
				const [[inputA, inputV, inputW], [outputA, , outputW]] = average;
				expect(-outputA / current).toBeCloseTo(1, 1);
				expect(inputV).toBeCloseTo(voltage, 1);
				expect(inputA).toBeGreaterThan(0);
				const efficiency = outputW / -inputW;
				expect(Math.abs(efficiency / converterEfficiency(voltage, current) - 1), `${voltage} V, ${current} A`).toBeLessThan(0.005);
			}
		}
		await script.stop();
		await script.main(source, false);
		await script.main(sink, false);
	});

	it('import_log', async () => {
		await using engine = await serve(tracker);
		const script = await Script.on(engine);
		await script.activeProject();
		await script.start();
		await engine.pass(2);
		await script.stop();
		await script.preamble();
		await script.activeProject();
		const { id } = await script.do('project_create_user_log', { project_id: script.project, id: 'Signaling' });
		const { recording_id } = await script.last();
		for (let n = 0; n < 1500; n++)
			await script.do('recording_append_user_log', { recording_id, measurement_id: id, time: float(n / 1000), message: `RRC Connection Request ${n}` });
		const page = (number: number, filter = '') => script.do('recording_get_user_log_data', { recording_id, user_log_id: id, from: float(0), to: float(2), filter, page: number });
		const first = await page(1);
		expect(first).toMatchObject({ data_type: 'log_data', page: 1, pages_total: 2 });
		expect([first.values.length, first.values[0]]).toEqual([1000, { timestamp: 0, value: 'RRC Connection Request 0' }]);
		expect((await page(2)).values.length).toBe(500);
		expect((await page(1, 'Request 149')).values.length).toBe(11);
	});

	it('multiple_devices', async () => {
		await using engine = await serve(['--sim', 'arc:Arc 1,arc:Arc 2', '--load', 'Arc 1=resistor:330', '--load', 'Arc 2=resistor:100', '--sim-output', 'off']);
		const script = await Script.on(engine);
		await script.preamble();
		const find = async (name: string) => (await script.devices()).find((each) => each.name === name).device_id;
		const arcs = [await find('Arc 1'), await find('Arc 2')];
		for (const arc of arcs) await script.set(arc, 'main_voltage', 3.3);
		for (const channel of ['mc', 'mv', 'mp']) for (const arc of arcs) await script.enable(arc, channel);
		await script.activeProject();
		await script.start();
		for (const arc of arcs) await script.main(arc, true);
		await engine.pass(5);
		for (const arc of arcs) await script.main(arc, false);
		await script.stop();
		const { recording_id, measurements } = await script.last();
		expect(measurements.length).toBe(6);
		for (const [arc, amperes] of [
			[arcs[0], 0.01],
			[arcs[1], 0.033],
		])
			expect((await script.statistics(recording_id, arc as string, 'mc', 1, 4)).average).toBeCloseTo(amperes as number, 3);
	});

	it('user_management', async () => {
		await using engine = await serve(tracker, { reserved: false });
		const script = await Script.on(engine);
		await script.do('otii_login', credentials);
		const { licenses } = await script.do('otii_get_licenses');
		for (const { id, type, reserved_to, hostname, addons } of licenses)
			expect([typeof id, typeof type, typeof reserved_to, typeof hostname, addons]).toEqual(['number', 'string', 'string', 'string', []]);
		await script.do('otii_reserve_license', { license_id: licenses[0].id });
		await engine.pass(3);
		await script.do('otii_return_license', { license_id: licenses[0].id });
		await script.do('otii_logout');
	});

	it.each(['message', 'falling_edge', 'gpio'])('voltage_sweep, waiting for a %s', async (condition) => {
		await using engine = await serve(tracker);
		const script = await Script.on(engine);
		const devices = await script.devices();
		expect(devices.length).toBe(1);
		const [{ device_id }] = devices;
		await script.enable(device_id, 'mc', 'mv', 'mp', 'gpi1', 'rx');
		for (const channel of ['mc', 'mv', 'mp']) await script.do('arc_set_channel_samplerate', { device_id, channel, value: 50_000 });
		await script.set(device_id, 'main_voltage', 4.2);
		await script.set(device_id, 'max_current', 1);
		await script.set(device_id, 'uart_baudrate', 115_200);
		await script.set(device_id, 'exp_voltage', 3.3);
		await script.activeProject();
		await script.start();
		await script.main(device_id, true);

		const conditions: Record<string, (recording: number) => Promise<number>> = {
			message: async (recording) => (await script.waitForLine(recording, device_id, 'Entering sleep mode')).timestamp,
			falling_edge: async (recording) => {
				let from = 0;
				let before = 0;
				for (let look = 0; look < 300; look++) {
					await engine.pass(0.2);
					const { to } = await script.info(recording, device_id, 'mc');
					const { average } = await script.statistics(recording, device_id, 'mc', from, to);
					from = to;
					if (before > 0.04 && average < 0.04) return to;
					before = average;
				}
				throw new Error('no falling edge');
			},
			gpio: async (recording) => {
				let seen = 0;
				for (let look = 0; look < 300; look++) {
					await engine.pass(0.2);
					const count = await script.count(recording, device_id, 'gpi1');
					if (count === seen) continue;
					const values = await script.values(recording, device_id, 'gpi1', seen, count - seen);
					const edge = values.find(({ value }) => value === true);
					if (edge) return edge.timestamp;
					seen = count;
				}
				throw new Error('no edge');
			},
		};
		const step = async (name: string) => {
			const { recording_id } = await script.last();
			expect(await conditions[condition](recording_id)).toBeGreaterThan(0);
			await script.do('recording_rename', { recording_id, name });
			await engine.pass(0.2);
		};
		await step('Initialization');
		const voltages = Array.from({ length: 12 }, (_, n) => (42 - n) / 10);
		for (const voltage of voltages) {
			await script.set(device_id, 'main_voltage', float(voltage));
			await script.start();
			await step(`Voltage ${voltage.toFixed(2)}`);
		}
		await script.main(device_id, false);
		await script.stop();
		const { recordings } = await script.do('project_get_recordings', { project_id: script.project });
		expect(recordings.map(({ name }: Message) => name)).toEqual(['Initialization', ...voltages.map((voltage) => `Voltage ${voltage.toFixed(2)}`)]);
		expect(recordings[0].measurements.map(({ channel }: Message) => channel).sort()).toEqual(['i1', 'mc', 'mp', 'mv', 'rx']);
	});
});

describe('examples for Otii 2, which neither sign in nor reserve', { timeout: 60_000 }, () => {
	it('example_basic_function_check', async () => {
		await using engine = await serve(['--sim', 'arc']);
		const script = await Script.on(engine);
		await script.devices();
		await script.activeProject();
		for (const { device_id } of await script.devices()) {
			expect(await script.do('arc_is_connected', { device_id })).toEqual({ connected: true });
			await script.do('arc_calibrate', { device_id });
			await script.main(device_id, true);
		}
		await script.do('otii_set_all_main', { enable: false });
		expect(engine.bench.devices()[0].settings.main).toBe(false);
	});

	it('example_check_create_project', async () => {
		await using engine = await serve(['--sim', 'arc']);
		const script = await Script.on(engine);
		await script.activeProject();
		await script.do('project_close', { project_id: script.project, force: true });
		expect(await script.do('otii_get_active_project')).toEqual({ project_id: -1 });
		const { project_id } = await script.do('otii_create_project');
		expect(project_id).not.toBe(script.project);
		expect(await script.do('otii_get_active_project')).toEqual({ project_id });
	});

	it('example_enable_channels_and_record', async () => {
		await using engine = await serve(['--sim', 'arc', '--sim-output', 'off']);
		const script = await Script.on(engine);
		const [{ device_id }] = await script.devices();
		await script.activeProject();
		expect(typeof (await script.do('arc_get_main_voltage', { device_id })).value).toBe('number');
		await script.enable(device_id, 'mc', 'mv');
		await script.do('otii_set_all_main', { enable: true });
		await script.start();
		const first = await script.last();
		expect(await script.last()).toEqual(first);
		expect(first.running).toBe(true);
		expect(await script.do('recording_is_running', { recording_id: first.recording_id })).toEqual({ running: true });
		await engine.pass(1);
		await script.start();
		const second = await script.last();
		expect(second.recording_id).not.toBe(first.recording_id);
		await engine.pass(1);
		await script.stop();
		expect(await script.last()).toMatchObject({ recording_id: second.recording_id, running: false });
		await script.do('arc_enable_channel', { device_id, channel: 'mv', enable: false });
		await script.start();
		await script.last();
		await engine.pass(1);
		await script.stop();
		expect((await script.last()).measurements).toEqual([{ device_id, channel: 'mc', sample_rate: 4000 }]);
		await script.do('otii_set_all_main', { enable: false });
	});

	it('example_energy_harvesting', async () => {
		await using engine = await serve(['--sim', 'arc', '--load', 'solar:0.015', '--sim-output', 'off']);
		const script = await Script.on(engine);
		const [{ device_id }] = await script.devices();
		await script.activeProject();
		await script.do('arc_get_main_voltage', { device_id });
		await script.enable(device_id, 'mc', 'mv');
		await script.do('arc_set_power_regulation', { device_id, mode: 'current' });
		await script.set(device_id, 'main_current', 0);
		await script.do('otii_set_all_main', { enable: true });
		await script.start();
		for (let current = 0; current >= -0.01; current -= 0.001) {
			await script.set(device_id, 'main_current', current);
			await engine.pass(0.1);
		}
		await script.stop();
		await script.do('otii_set_all_main', { enable: false });
		await script.do('arc_set_power_regulation', { device_id, mode: 'voltage' });
		const { recording_id } = await script.last();
		const { to } = await script.info(recording_id, device_id, 'mc');
		expect((await script.statistics(recording_id, device_id, 'mc', 0, to)).min).toBeCloseTo(-0.01, 2);
	});

	it('example_get_channel_data_and_count', async () => {
		await using engine = await serve(['--sim', 'arc']);
		const script = await Script.on(engine);
		const [{ device_id }] = await script.devices();
		await script.activeProject();
		expect(await script.do('project_get_last_recording', { project_id: script.project })).toEqual({ recording_id: -1 });
		await script.start();
		const { recording_id } = await script.last();
		expect(await script.count(recording_id, device_id, 'mc')).toBeTypeOf('number');
		await engine.pass(1);
		expect(await script.count(recording_id, device_id, 'mc')).toBeGreaterThan(3000);
		const data = await script.do('recording_get_channel_data', { recording_id, device_id, channel: 'mc', index: 2, count: 2 });
		expect(data).toMatchObject({ data_type: 'analog', timestamp: 0.0005, interval: 0.00025 });
		expect(data.values.length).toBe(2);
	});

	it('example_wx_python', async () => {
		await using engine = await serve(['--sim', 'arc']);
		const script = await Script.on(engine);
		const [{ device_id }] = await script.devices();
		for (let look = 0; look < 3; look++) {
			expect((await script.do('arc_get_value', { device_id, channel: 'mv' })).value).toBeCloseTo(3.3, 1);
			await engine.pass(1);
		}
		for (const channel of ['i1', 'gpi2', 'mc', 'mp', 'vb', 'tp']) expect((await script.do('arc_get_value', { device_id, channel })).value).toBeTypeOf('number');
	});

	it('example_wx_python2', async () => {
		await using engine = await serve(['--sim', 'arc']);
		const script = await Script.on(engine);
		await script.devices();
		await script.activeProject();
		for (let press = 1; press <= 2; press++) {
			await script.do('otii_set_all_main', { enable: true });
			await script.start();
			await engine.pass(1);
			await script.stop();
			await script.do('otii_set_all_main', { enable: false });
			expect(await script.last()).toMatchObject({ recording_id: press, running: false });
		}
	});
});

describe('clients in other languages', () => {
	it('C#: BasicMeasurement and OneDutyCycleMeasurement, lines with LF', { timeout: 60_000 }, async () => {
		await using engine = await serve(tracker);
		const script = await Script.on(engine, lineFeed);
		const { devices } = await script.do('otii_get_devices', { timeout: 0 });
		const [{ device_id }] = devices;
		await script.activeProject();
		await script.set(device_id, 'main_voltage', 3.7);
		await script.set(device_id, 'max_current', 0.5);
		await script.do('arc_enable_uart', { device_id, enable: true });
		await script.set(device_id, 'uart_baudrate', 115_200);
		await script.enable(device_id, 'mc', 'rx', 'i1', 'me');
		await script.start();
		await script.main(device_id, true);
		await engine.pass(30);
		await script.main(device_id, false);
		await script.stop();
		const { recording_id } = await script.last();
		for (const channel of ['rx', 'i1']) {
			const count = await script.count(recording_id, device_id, channel);
			const values = await script.values(recording_id, device_id, channel, 0, count);
			expect(values.length).toBe(count);
			const { index } = await script.do('recording_get_channel_data_index', { recording_id, device_id, channel, timestamp: values[1].timestamp });
			expect(index).toBe(1);
		}
		// The counter of Otii 2 is no channel of a recording: a clear refusal, and the connection goes on.
		expect(await script.client.ask('recording_get_channel_data_count', { recording_id, device_id, channel: 'me' })).toMatchObject({
			type: 'error',
			errorcode: 'Invalid key value',
		});
		expect(await script.do('arc_get_uart_baudrate', { device_id })).toEqual({ value: 115_200 });
	});

	it('Java: what it reads strictly', async () => {
		await using engine = await serve(['--sim', 'arc'], { compat: 'java' });
		const script = await Script.on(engine, lineFeed);
		const { devices } = await script.do('otii_get_devices');
		expect(devices).toEqual([{ device_id: expect.any(String), name: 'Otii Arc', type: 'Arc' }]);
		const [{ device_id }] = devices;
		expect(await script.client.say(`{"type":"request","cmd":"arc_set_uart_baudrate","trans_id":"7","data":{"device_id":"${device_id}","value":115200.0}}`)).toEqual({
			type: 'response',
			cmd: 'arc_set_uart_baudrate',
			trans_id: '7',
		});
		await script.do('arc_enable_5v', { device_id, enable: true });
		await script.activeProject();
		await script.start();
		await engine.pass(0.5);
		await script.stop();
		expect(Object.keys(await script.last()).sort()).toEqual(['name', 'recording_id', 'running']);
		for (const recording of (await script.do('project_get_recordings', { project_id: script.project })).recordings)
			expect(Object.keys(recording).sort()).toEqual(['name', 'recording_id', 'running']);
		// A number, not a boolean; which of the two depends on the node's moment.
		expect(await script.do('arc_get_value', { device_id, channel: 'i1' })).toEqual({ value: expect.toBeOneOf([0, 1]) });
		await script.do('project_close', { project_id: script.project, force: true });
		expect(await script.do('otii_get_active_project')).toEqual({ project_id: -1 });
	});

	it('MATLAB: names that it misspells', async () => {
		await using engine = await serve(['--sim', 'arc']);
		const script = await Script.on(engine, lineFeed);
		const [{ device_id }] = await script.devices();
		expect(await script.client.ask('arc_get_uart_baudeate', { device_id })).toMatchObject({ type: 'response', cmd: 'arc_get_uart_baudeate', data: { value: 115_200 } });
		await script.do('arc_set_gpo', { device_id, value: true });
		expect(engine.bench.devices()[0].settings.gpo1).toBe(true);
		await script.activeProject();
		expect(await script.client.ask('project_crop', { project_id: script.project })).toMatchObject({ type: 'error', errorcode: 'Missing key in request', data: { key: 'start' } });
	});
});
