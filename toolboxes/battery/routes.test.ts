/** The page's way to the battery toolbox: over real HTTP, with a licence and without. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { parseLoad } from '../../drivers/simulator/loads/catalogue.ts';
import { createSimulator } from '../../drivers/simulator/simulator.ts';
import { device } from '../automation/testing.ts';
import { WebSocketEngine } from '../automation/web-socket-testing.ts';
import type { Battery } from './battery.ts';
import { freshCell, smallCell } from './cycler/testing.ts';
import { announceBattery } from './live.ts';
import { writeProfile } from './profile/otii-json.ts';
import { batteryRoutes } from './routes.ts';
import type { BatteryChange, Estimate, Profile, ProfileList, Run, StartRun, Supply } from './schemas.ts';
import { openBatteryEngine } from './testing.ts';

let served: WebSocketEngine;
let battery: Battery;
let deviceId: string;
let cellDevice: string;
let endAnnouncing: () => void;

beforeAll(async () => {
	const opened = await openBatteryEngine({
		devices: (clock) => [
			device(clock, 'ace', 'resistor:330', 'Ace'),
			{ simulator: createSimulator({ kind: 'ace', load: parseLoad('none'), cell: freshCell(), noise: false, clock, name: 'cell' }), name: 'with a cell' },
		],
	});
	battery = opened.battery;
	served = await WebSocketEngine.over(opened.engine, { plugins: [async (routes) => void (await routes.register(batteryRoutes, { battery }))] });
	[{ id: deviceId }, { id: cellDevice }] = opened.engine.bench.devices();
	endAnnouncing = announceBattery(battery, served.server.announce);
});
afterAll(async () => {
	endAnnouncing();
	await served[Symbol.asyncDispose]();
});

// biome-ignore lint/suspicious/noExplicitAny: tests look at any shape
async function ask<T = any>(method: string, path: string, body?: unknown): Promise<{ status: number; body: T }> {
	const answer = served.engine.answered(
		fetch(`${served.server.url}/api${path}`, {
			method,
			body: body === undefined ? undefined : JSON.stringify(body),
			headers: body === undefined ? {} : { 'content-type': 'application/json' },
		}),
	);
	const { status, text } = await answer.then(async (response) => ({ status: response.status, text: await response.text() }));
	return { status, body: text === '' ? undefined : JSON.parse(text) };
}

async function idOf(model: string): Promise<string> {
	const { body } = await ask<ProfileList>('GET', '/battery/profiles');
	return body.profiles.find((profile) => profile.model === model)?.id as string;
}

describe('profiles', () => {
	it('are listed, shown with their curves, and exported', async () => {
		const { body } = await ask<ProfileList>('GET', '/battery/profiles');
		const listed = body.profiles.find(({ model }) => model === 'CR2032');
		expect(listed).toMatchObject({ builtIn: true, inUse: false, capacityC: expect.any(Number), source: expect.any(String) });
		const { body: profile } = await ask<Profile>('GET', `/battery/profiles/${listed?.id}`);
		expect(profile).toMatchObject({ ...listed, tables: [{ usedC: expect.any(Array) }] });
		expect(profile.tables[0].usedC.at(-1)).toBeCloseTo(profile.capacityC, 6);
		const file = await fetch(`${served.server.url}/api/battery/profiles/${listed?.id}/file`);
		expect(file.headers.get('content-disposition')).toContain(encodeURIComponent(`${listed?.name}.json`).replaceAll('(', '%28').replaceAll(')', '%29'));
		expect(await file.json()).toMatchObject({ id: listed?.id, battery: { model: 'CR2032' }, dischargetables: [{ table: expect.any(Array) }] });
	});

	it('are imported and deleted; what is none is refused with its reason', async () => {
		const original = await battery.profiles.get(await idOf('CR2450'));
		const text = writeProfile({ ...original, id: '5a8f7ff2-8b58-4b8f-b9a8-0ffe2c9c4a41', document: undefined });
		const { status, body } = await ask<Profile>('POST', '/battery/profiles', { name: 'coin', text });
		expect([status, body.name, body.builtIn]).toEqual([201, 'coin', false]);
		expect(await ask('POST', '/battery/profiles', { name: 'coin', text })).toMatchObject({ status: 409, body: { error: { code: 'ALREADY_EXISTS' } } });
		const falling = text.replaceAll('5a8f7ff2', '6a8f7ff2').replace(/"capacity": 0\b/, '"capacity": 1e9');
		expect(await ask('POST', '/battery/profiles', { name: 'falling', text: falling })).toMatchObject({
			status: 400,
			body: { error: { message: expect.stringMatching(/row 2.*ascend/) } },
		});
		expect(await ask('POST', '/battery/profiles', { name: 'text', text: 'hello' })).toMatchObject({ status: 422, body: { error: { code: 'DAMAGED' } } });
		expect((await ask('DELETE', `/battery/profiles/${body.id}`)).status).toBe(204);
		expect(await ask('GET', `/battery/profiles/${body.id}`)).toMatchObject({ status: 404, body: { error: { message: expect.stringMatching(/CR2032/) } } });
		expect(await ask('DELETE', `/battery/profiles/${await idOf('CR2032')}`)).toMatchObject({ status: 400, body: { error: { message: expect.stringMatching(/built in/) } } });
	});
});

describe('supplies', () => {
	it('become a battery, are changed, and become the power box again', async () => {
		const profileId = await idOf('CR2032');
		const set = await ask<Supply>('PUT', `/battery/supplies/${deviceId}`, { mode: 'battery-emulator', profileId, series: 2, soc: 50 });
		expect(set).toMatchObject({
			status: 200,
			body: { deviceId, mode: 'battery-emulator', emulator: { profileId, series: 2, parallel: 1, soc: 50, tracking: true, mode: 'simulated' } },
		});
		expect((await ask('GET', '/battery/supplies')).body.supplies).toEqual([set.body, { deviceId: cellDevice, mode: 'power-box' }]);
		const change = (body: object) => ask<Supply>('PATCH', `/battery/supplies/${deviceId}/emulator`, body);
		expect((await change({ soc: 20, tracking: false })).body.emulator).toMatchObject({ soc: 20, tracking: false });
		expect((await change({ usedC: 100 })).body.emulator).toMatchObject({ usedC: 100 });
		const other = await idOf('CR2450');
		expect((await change({ soc: 30 })).status).toBe(200);
		expect((await change({ profileId: other, keep: 'soc' })).body.emulator).toMatchObject({ profileId: other, soc: 30 });
		expect((await change({ profileId })).body.emulator).toMatchObject({ profileId, soc: 100 });
		for (const bad of [{ soc: 5, usedC: 5 }, { usedC: 1e9 }, { soc: 101 }, { profileId: 'nobody', soc: 5 }, { profileId, usedC: 5 }]) {
			expect((await change(bad)).status).toBeGreaterThanOrEqual(400);
			expect((await ask('GET', '/battery/supplies')).body.supplies[0].emulator).toMatchObject({ profileId, soc: 100 });
		}
		expect((await ask('GET', '/battery/profiles')).body.profiles.find(({ id }: { id: string }) => id === profileId).inUse).toBe(true);
		expect(await ask('PUT', `/battery/supplies/${deviceId}`, { mode: 'power-box' })).toMatchObject({ status: 200, body: { deviceId, mode: 'power-box' } });
		expect(await change({ soc: 5 })).toMatchObject({ status: 404, body: { error: { message: expect.stringMatching(/power box/) } } });
		expect((await ask('PUT', '/battery/supplies/nobody', { mode: 'power-box' })).status).toBe(404);
	});

	it('are told on the live stream, whoever changes them', async () => {
		const socket = new WebSocket(`${served.server.url.replace('http', 'ws')}/api/live`);
		const told: BatteryChange[] = [];
		socket.on('message', (data, binary) => {
			if (binary) return;
			const { change } = JSON.parse(data.toString());
			if (change?.type === 'battery') told.push(change);
		});
		await expect.poll(() => told.at(-1)?.supplies[0]).toEqual({ deviceId, mode: 'power-box' });
		using script = await served.engine.client();
		await script.do('arc_set_supply_battery_emulator', { device_id: deviceId, battery_profile_id: await idOf('AA'), soc: 77 });
		await expect.poll(() => told.at(-1)?.supplies[0].emulator?.soc).toBe(77);
		const revision = told.at(-1)?.profiles as number;
		const original = await battery.profiles.get(await idOf('AA'));
		await battery.profiles.save({ ...original, id: '0d3cd2a5-27a5-4d66-8f45-7cf0f81b34a2', name: 'another', document: undefined });
		await expect.poll(() => told.at(-1)?.profiles).toBeGreaterThan(revision);
		socket.close();
	});
});

describe('estimates', () => {
	const year = 365.25 * 86_400;

	it('of phases on an ideal cell, and on a profile with what ended it', async () => {
		const phases = [
			{ name: 'sleep', currentA: 10e-6, durationS: 9.9 },
			{ name: 'send', currentA: 10e-3, durationS: 0.1 },
		];
		const meanA = (10e-6 * 9.9 + 10e-3 * 0.1) / 10;
		const ideal = await ask<Estimate>('POST', '/battery/estimate', { capacityC: 360, load: { phases } });
		expect(ideal.body.lifeS).toBeCloseTo(360 / meanA, -2);
		expect(ideal.body.endedBy).toBe('capacity');
		const { status, body } = await ask<Estimate>('POST', '/battery/estimate', {
			profileId: await idOf('CR2032'),
			cutoffV: 2,
			load: { phases },
			spread: { capacity: 0.05, resistance: 0.1 },
			capacitorF: 220e-6,
		});
		expect(status).toBe(200);
		expect(body.lifeS).toBeLessThan(year);
		expect(body.spread?.p5S).toBeLessThan(body.spread?.p50S as number);
		expect(body.curve.timeS.length).toBe(body.curve.soc.length);
		expect(body.curve.soc[0]).toBeCloseTo(100, 6);
		expect(body.sensitivities.map(({ change }) => change)).toContain('a capacitor of 220 µF across the battery');
		expect(body.sensitivities.some(({ change }) => change.includes('send'))).toBe(true);
	});

	it('of a recorded selection', async () => {
		using script = await served.engine.client();
		await script.do('arc_set_supply_power_box', { device_id: deviceId });
		await script.do('arc_set_main_voltage', { device_id: deviceId, value: 3.3 });
		await script.do('arc_set_main', { device_id: deviceId, enable: true });
		await served.engine.pass(0.5);
		await script.do('project_start_recording', { project_id: 1 });
		await served.engine.pass(2);
		await script.do('project_stop_recording', { project_id: 1 });
		const load = { recording: '001', device: deviceId, from: 0.5, to: 1.5 };
		const { body } = await ask<Estimate>('POST', '/battery/estimate', { capacityC: 3600, load });
		expect(body.meanA).toBeCloseTo(0.01, 4);
		expect(body.lifeS / (3600 / 0.01)).toBeCloseTo(1, 2);
		expect((await ask('POST', '/battery/estimate', { capacityC: 3600, load: { ...load, recording: '999' } })).status).toBe(404);
	});

	it('refuses what cannot be answered', async () => {
		const load = { phases: [{ name: 'on', currentA: 1e-3, durationS: 1 }] };
		expect((await ask('POST', '/battery/estimate', { load })).body.error.message).toMatch(/profileId.*capacityC/);
		expect((await ask('POST', '/battery/estimate', { profileId: 'nobody', load })).status).toBe(404);
		expect((await ask('POST', '/battery/estimate', { capacityC: -1, load })).status).toBe(400);
		expect((await ask('POST', '/battery/estimate', { capacityC: 1, load: { phases: [] } })).status).toBe(400);
	});
});

describe('runs', () => {
	const low = { mode: 'current', value: 1e-3, time: 1 } as const;
	const high = { mode: 'current', value: 0.05, time: 3 } as const;
	const asked = (): StartRun => ({ devices: [cellDevice], name: 'small', low, high, exit: { voltageV: 2 } });

	it('are started, stopped, resumed, and make a profile', { timeout: 30_000 }, async () => {
		const { status, body: begun } = await ask<Run>('POST', '/battery/runs', asked());
		expect([status, begun.state, begun.cells.map((cell) => cell.deviceId)]).toEqual([201, 'running', [cellDevice]]);
		await served.engine.pass(30);
		const [{ cells }] = (await ask('GET', '/battery/runs')).body.runs;
		expect(cells[0]).toMatchObject({ state: 'running', iteration: expect.any(Number), voltageV: expect.any(Number) });
		expect(cells[0].usedC).toBeGreaterThan(0.5);
		expect((await ask('POST', '/battery/runs', asked())).status).toBe(409);
		const stopped = await ask<Run>('POST', `/battery/runs/${begun.id}/stop`);
		expect(stopped.body).toMatchObject({ state: 'stopped', resumable: true });
		expect(battery.bench.device(cellDevice)?.settings.main).toBe(false);
		expect((await ask('POST', `/battery/runs/${begun.id}/resume`)).body).toMatchObject({ state: 'running' });
		for (let look = 0; look < 50 && battery.profiler.get(begun.id).state === 'running'; look++) await served.engine.pass(20);
		const { body } = await ask<Run>('GET', `/battery/runs/${begun.id}`);
		expect(body).toMatchObject({ state: 'finished', resumable: false });
		expect(battery.bench.device(cellDevice)?.settings.main).toBe(false);
		const { body: profile } = await ask<Profile>('GET', `/battery/profiles/${body.cells[0].profileId}`);
		expect(profile.name).toBe('small');
		const known = smallCell.tables[0];
		expect(profile.capacityC / (known.usedC.at(-1) as number)).toBeGreaterThan(0.7);
		expect(profile.tables[0].resistanceOhm[0] / known.resistanceOhm[0]).toBeCloseTo(1, 1);
	});

	it('stop at once, also just after they were started', async () => {
		const { body: begun } = await ask<Run>('POST', '/battery/runs', { ...asked(), name: 'short' });
		const { body } = await ask<Run>('POST', `/battery/runs/${begun.id}/stop`);
		expect(body).toMatchObject({ state: 'stopped', cells: [{ state: 'stopped' }] });
		expect(battery.bench.device(cellDevice)?.settings.main).toBe(false);
	});

	it('validate by a script, say what each cycle gave, and are deleted', { timeout: 30_000 }, async () => {
		const script = 'name: two cycles\nsteps: [{ discharge: { current: 10 mA, time: 2 s } }, { charge: { current: 10 mA, time: 1 s } }]\ncycles: 2\nlimits: { maxVoltage: 5 V }';
		expect(await ask('POST', '/battery/validations', { devices: [cellDevice], script: 'steps: []' })).toMatchObject({
			status: 400,
			body: { error: { message: expect.stringMatching(/^script: steps/) } },
		});
		const { status, body: begun } = await ask<Run>('POST', '/battery/validations', { devices: [cellDevice], script });
		expect([status, begun]).toMatchObject([201, { kind: 'validation', name: 'two cycles', state: 'running' }]);
		expect((await ask('POST', '/battery/runs', { ...asked(), name: 'meanwhile' })).status).toBe(409);
		expect((await ask('DELETE', `/battery/runs/${begun.id}`)).status).toBe(409);
		for (let look = 0; look < 50 && battery.validation.get(begun.id).state === 'running'; look++) await served.engine.pass(2);
		const [{ cycles }] = (await ask('GET', `/battery/runs/${begun.id}/cycles`)).body.cells;
		expect(cycles).toHaveLength(2);
		for (const cycle of cycles) expect(cycle).toMatchObject({ whole: true, dischargedC: expect.closeTo(0.02, 3), chargedC: expect.closeTo(0.01, 3) });
		expect(battery.bench.device(cellDevice)?.settings.main).toBe(false);
		expect((await ask('DELETE', `/battery/runs/${begun.id}`)).status).toBe(204);
		expect((await ask('GET', `/battery/runs/${begun.id}`)).status).toBe(404);
		expect((await ask('GET', '/battery/runs')).body.runs.map(({ id }: Run) => id)).not.toContain(begun.id);
	});

	it('refuse what cannot be done', async () => {
		expect((await ask('POST', '/battery/runs', { ...asked(), exit: {} })).status).toBe(400);
		expect((await ask('POST', '/battery/runs', { ...asked(), name: 'other', devices: ['nobody'] })).status).toBe(404);
		expect(await ask('POST', '/battery/runs', asked())).toMatchObject({ status: 409, body: { error: { code: 'ALREADY_EXISTS' } } });
		for (const what of ['stop', 'resume', 'save']) expect((await ask('POST', `/battery/runs/nobody/${what}`)).status).toBe(404);
		await ask('PUT', `/battery/supplies/${cellDevice}`, { mode: 'battery-emulator', profileId: await idOf('AA') });
		expect(await ask('POST', '/battery/runs', { ...asked(), name: 'other' })).toMatchObject({ status: 400, body: { error: { message: expect.stringMatching(/power box/) } } });
		await ask('PUT', `/battery/supplies/${cellDevice}`, { mode: 'power-box' });
	});
});

it('nothing of it works while the toolbox is locked', async () => {
	const [, licence] = served.engine.licences;
	await served.engine.returnInPortal(licence);
	await expect.poll(() => battery.gate.isOpen('battery')).toBe(false);
	for (const [method, path, body] of [
		['GET', '/battery/profiles'],
		['GET', '/battery/supplies'],
		['PUT', `/battery/supplies/${deviceId}`, { mode: 'power-box' }],
		['GET', '/battery/runs'],
		['POST', '/battery/estimate', {}],
	] as const)
		expect(await ask(method, path, body), path).toMatchObject({ status: 403, body: { error: { code: 'NO_LICENCE', message: expect.stringMatching(/Battery Toolbox/) } } });
	expect((await ask('GET', '/devices')).status).toBe(200);
});
