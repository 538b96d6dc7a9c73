/**
 * What a wrong request is told, for every command of the table: the code, and `data` with the keys and types that clients read. A refused request changes
 * nothing, and the connection goes on.
 */

import fc from 'fast-check';
import type { TSchema } from 'typebox';
import { Type } from 'typebox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Command } from './command.ts';
import { commands } from './table.ts';
import { device, type Message, type ScriptClient, ScriptingEngine, snapshot, validData, validValue } from './testing.ts';
import { jsonType, typesOf } from './validation.ts';

let engine: ScriptingEngine;
let client: ScriptClient;
let deviceId: string;
let before: string;

beforeAll(async () => {
	engine = await ScriptingEngine.open({ devices: (clock) => [device(clock), device(clock, 'ace', 'none', 'Ace')], licences: ['Enterprise'] });
	client = await engine.client();
	deviceId = engine.bench.devices()[0].id;
	await client.do('arc_enable_channel', { device_id: deviceId, channel: 'mc', enable: true });
	await client.do('project_start_recording', { project_id: 1 });
	await engine.pass(1);
	await client.do('project_stop_recording', { project_id: 1 });
	before = await snapshot(engine);
});
afterAll(() => engine[Symbol.asyncDispose]());

/** Not those that work without a key that is wrong, and end the program or sign out. */
const refusing = commands.filter(({ name }) => name !== 'otii_shutdown');
const withKeys = refusing.filter(({ request }) => Object.keys(request.properties).length > 0);
const rows = (list: readonly Command[]) => list.map((row) => [row.name, row] as const);

async function refused(cmd: string, data: unknown, code: string, more: object): Promise<Message> {
	const message = await client.ask(cmd, data);
	expect(message, JSON.stringify(data)).toMatchObject({ type: 'error', errorcode: code, cmd, data: { ...more, message: expect.any(String) } });
	expect(message.data.message.length).toBeGreaterThan(10);
	return message;
}

async function unchanged(): Promise<void> {
	expect(await snapshot(engine)).toBe(before);
}

describe.each(rows(withKeys))('%s', (name, row) => {
	const properties = Object.entries(row.request.properties) as [string, TSchema][];
	const required = (row.request.required ?? []) as string[];

	it('misses each key that it needs', async () => {
		for (const key of required)
			for (const without of [undefined, null]) {
				await refused(name, { ...validData(row, deviceId), [key]: without }, 'Missing key in request', { key });
			}
		if (required.length > 0) for (const data of [undefined, null, {}]) await refused(name, data, 'Missing key in request', { key: required[0] });
		await unchanged();
	});

	it('refuses a key of another type, and says which it wants', async () => {
		for (const [key, schema] of properties) {
			const types = typesOf(schema);
			if (types.length === 0) continue;
			const others = fc.jsonValue().filter((value) => value !== null && !types.includes(jsonType(value)));
			await fc.assert(
				fc.asyncProperty(others, async (value) => {
					await refused(name, { ...validData(row, deviceId), [key]: value }, 'Invalid key type', { key, expected_type: types[0], received_type: jsonType(value) });
				}),
				{ numRuns: 8 },
			);
		}
		for (const data of [[], 'text', 7, true]) await refused(name, data, 'Invalid key type', { key: 'data', expected_type: 'Object', received_type: jsonType(data) });
		await unchanged();
	});

	it('refuses what is not there', async () => {
		for (const [key, value, code, more] of [
			['device_id', 'arc-nobody', 'Device not connected', { device_id: 'arc-nobody' }],
			['project_id', 77, 'Project does not exist', {}],
			['recording_id', 77, 'Invalid key value', { key: 'recording_id', value: 77 }],
		] as const)
			if (key in row.request.properties) await refused(name, { ...validData(row, deviceId), [key]: value }, code, more);
		if (required.includes('channel') && 'device_id' in row.request.properties)
			await refused(name, { ...validData(row, deviceId), channel: 'nonsense' }, 'Invalid key value', { key: 'channel', value: 'nonsense' });
		await unchanged();
	});

	it('refuses values outside its bounds', async () => {
		for (const [key, schema] of properties)
			for (const value of outside(schema)) {
				const code = key === 'project_id' ? 'Project does not exist' : 'Invalid key value';
				await refused(name, { ...validData(row, deviceId), [key]: value }, code, code === 'Invalid key value' ? { key, value } : {});
			}
		await unchanged();
	});
});

/** Of the right type, and not allowed by the schema. */
function outside(schema: TSchema): unknown[] {
	const { type, minimum, maximum, minLength, maxLength, pattern, minItems, maxItems } = schema as Record<string, unknown>;
	if (Type.IsUnion(schema)) return schema.anyOf.every(Type.IsLiteral) ? [typeof validValue(schema) === 'number' ? 3 : 'nonsense'] : [];
	const found: unknown[] = [];
	if (type === 'integer') found.push(1.5);
	if (typeof minimum === 'number') found.push(minimum - 1);
	if (typeof maximum === 'number') found.push(maximum + 1);
	if (typeof minLength === 'number' && minLength > 0) found.push('');
	if (typeof maxLength === 'number') found.push('x'.repeat(maxLength + 1));
	if (pattern !== undefined) found.push('nonsense');
	if (typeof minItems === 'number' && minItems > 0) found.push([]);
	if (typeof maxItems === 'number') found.push(Array.from({ length: maxItems + 1 }, () => ({})));
	return found;
}

describe('values that only the device, the project or the recording can judge', () => {
	it.each<[string, Record<string, unknown>, string, string?]>([
		['arc_set_main_voltage', { value: 5.5 }, 'value'],
		['arc_set_main_voltage', { value: -1 }, 'value'],
		['arc_set_main_voltage', { value: 1e300 }, 'value'],
		['arc_set_main_current', { value: 6 }, 'value'],
		['arc_set_max_current', { value: 5.5 }, 'value'],
		['arc_set_exp_voltage', { value: 1 }, 'value'],
		['arc_set_exp_voltage', { value: 6 }, 'value'],
		['arc_set_adc_resistor', { value: 0 }, 'value'],
		['arc_set_adc_resistor', { value: 23 }, 'value'],
		['arc_set_uart_baudrate', { value: 0 }, 'value'],
		['arc_set_uart_baudrate', { value: 6_000_000 }, 'value'],
		['arc_enable_5v', { enable: 3 }, 'enable'],
		['arc_get_value', { channel: 'rx' }, 'channel'],
		['recording_get_channel_statistics', { from: 2, to: 1 }, 'to'],
		['recording_get_channel_statistics', { channel: 'rx' }, 'channel'],
		['recording_downsample_channel', { channel: 'i1' }, 'channel'],
		['project_crop_data', { start: 2, end: 1 }, 'end'],
		['project_crop_data', { start: 100, end: 200 }, 'start'],
		['recording_append_user_log', { measurement_id: 'nobody' }, 'measurement_id'],
		['recording_get_user_log_data', { user_log_id: 'nobody' }, 'user_log_id'],
		['otii_get_device_id', { device_name: 'nobody' }, 'device_name'],
		['otii_reserve_license', { license_id: 4711 }, 'license_id'],
		['otii_return_license', { license_id: '4711' }, 'license_id'],
		['arc_firmware_upgrade', { filename: '/nowhere/image.bin' }, 'filename'],
	])('%s %j', async (name, change, key) => {
		const row = commands.find((each) => each.name === name) as Command;
		await refused(name, { ...validData(row, deviceId), ...change }, 'Invalid key value', { key, value: change[key as string] });
		await unchanged();
	});

	it('a sample rate that the Ace does not have; any on an Arc', async () => {
		const [, ace] = engine.bench.devices();
		for (const value of [0, 3, 100_000]) await refused('arc_set_channel_samplerate', { device_id: ace.id, channel: 'mc', value }, 'Invalid key value', { key: 'value', value });
		await refused('arc_set_channel_samplerate', { device_id: deviceId, channel: 'mc', value: 1000 }, 'Command not valid for device type', {});
		await refused('arc_calibrate', { device_id: ace.id }, 'Command not valid for device type', {});
		await unchanged();
	});

	it('a password that is wrong, a project that is not there', async () => {
		await refused('otii_login', { username: 'anna', password: 'wrong' }, 'Could not login', {});
		await refused('otii_open_project', { filename: '/nowhere/at all' }, 'Invalid key value', { key: 'filename', value: '/nowhere/at all' });
		await refused('otii_open_project', { filename: '/etc' }, 'Command failure', {});
		await unchanged();
	});
});

describe('the order of the checks', () => {
	it('JSON, an object, type, cmd, a known command', async () => {
		for (const [text, data] of [
			['{"type":', { parse_error: expect.any(String), data: '{"type":' }],
			['[]', { parse_error: expect.any(String), data: '[]' }],
			['"request"', { parse_error: expect.any(String), data: '"request"' }],
			['null', { parse_error: expect.any(String), data: 'null' }],
		] as const)
			expect(await client.say(text)).toMatchObject({ type: 'error', errorcode: 'Not able to parse request', cmd: '', trans_id: '', data });
		const say = (request: object) => client.say(JSON.stringify(request));
		expect(await say({})).toMatchObject({ errorcode: 'Missing key in request', cmd: '', data: { key: 'type' } });
		expect(await say({ type: 7, trans_id: 'a' })).toMatchObject({
			errorcode: 'Invalid key type',
			trans_id: 'a',
			data: { key: 'type', expected_type: 'String', received_type: 'Number' },
		});
		expect(await say({ type: 'response', cmd: 'x' })).toMatchObject({ errorcode: 'Invalid key value', data: { key: 'type', value: 'response' } });
		expect(await say({ type: 'request', trans_id: 'b' })).toMatchObject({ errorcode: 'Missing key in request', cmd: '', trans_id: 'b', data: { key: 'cmd' } });
		expect(await say({ type: 'request', cmd: null })).toMatchObject({ errorcode: 'Missing key in request', data: { key: 'cmd' } });
		expect(await say({ type: 'request', cmd: ['x'] })).toMatchObject({
			errorcode: 'Invalid key type',
			cmd: '',
			data: { key: 'cmd', expected_type: 'String', received_type: 'Array' },
		});
		for (const cmd of ['nonsense', '', '__proto__', 'constructor', 'toString', 'arc_get_Main', 'otii_devices', 'project_get_last_recordong', ' arc_get_main'])
			expect(await say({ type: 'request', cmd, data: 7 })).toMatchObject({ type: 'error', errorcode: 'Invalid command', cmd, data: { message: expect.any(String) } });
	});

	it('nested deeper than any request, in whatever place', async () => {
		const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
		for (const text of [
			deep,
			`{"type":"request","cmd":"otii_get_devices","trans_id":${deep}}`,
			`{"type":"request","cmd":"otii_get_devices","trans_id":"1","data":{"timeout":1,"x":${deep}}}`,
		])
			expect(await client.say(text)).toMatchObject({ type: 'error', errorcode: 'Not able to parse request', cmd: '', trans_id: '' });
		await unchanged();
	});

	it('missing keys before types, types before what they name, that before values', async () => {
		await refused('arc_set_gpo', { device_id: 7, pin: 9 }, 'Missing key in request', { key: 'value' });
		await refused('arc_set_gpo', { device_id: 'nobody', pin: 9, value: 1 }, 'Invalid key type', { key: 'value' });
		await refused('arc_set_gpo', { device_id: 'nobody', pin: 9, value: true }, 'Device not connected', { device_id: 'nobody' });
		await refused('arc_set_gpo', { device_id: deviceId, pin: 9, value: true }, 'Invalid key value', { key: 'pin', value: 9 });
		await refused('recording_get_channel_data', { recording_id: 77, device_id: 'nobody', channel: 'x', index: -1, count: -1 }, 'Device not connected', { device_id: 'nobody' });
		await unchanged();
	});

	it('keys that are not known are passed over, also those of every object', async () => {
		const text = `{"type":"request","cmd":"arc_get_main","trans_id":"x","more":1,"data":{"device_id":"${deviceId}","__proto__":{"x":1},"constructor":7,"enable":[],"toString":null}}`;
		expect(await client.say(text)).toMatchObject({ type: 'response', data: { value: false } });
	});
});
