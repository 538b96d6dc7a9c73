import { describe, expect, it } from 'vitest';
import { messageOf } from '../drivers/errors.ts';
import { converterEfficiency, converterFigures } from '../drivers/simulator/converter.ts';
import { type BenchFlags, buildBench, settingsAtStart, simulatedDevice } from './simulated-bench.ts';
import { start, temporaryFolder } from './testing.ts';

const flags = (sim: string, more: Partial<BenchFlags> = {}): BenchFlags => ({ sim: sim.split(',').map(simulatedDevice), ...more });

async function built(given: BenchFlags) {
	const devices = await buildBench(given);
	for (const { simulator } of devices) await simulator.close();
	return devices;
}

describe('a bench of simulated instruments', () => {
	it('names them, in the order given, with serial numbers that differ', async () => {
		const devices = await built(flags('ace:Ace_source,arc,ace:Ace_sink,arc', { wire: ['Ace_sink:Ace_source'] }));
		expect(devices.map(({ name }) => name)).toEqual(['Ace_source', 'Otii Arc', 'Ace_sink', 'Otii Arc 2']);
		expect(new Set(devices.map(({ simulator }) => simulator.device.identity.serial)).size).toBe(4);
		expect(devices.map(({ main }) => main)).toEqual([false, true, false, true]);
		expect(devices[1].simulator.device.identity.serial).toBe('SIM0000000000000000000000000ARC1');
	});

	it('leaves every output off when asked to', async () => {
		expect((await built(flags('ace:Ace', { simOutput: 'off' })))[0].main).toBe(false);
	});

	it.each<[Partial<BenchFlags>, string]>([
		[{ load: ['Motor=ble'] }, 'Motor'],
		[{ load: ['A=ble', 'A=sensor'] }, 'ble'],
		[{ load: ['ble', 'sensor'] }, 'ble'],
		[{ load: ['A=ble'], replay: ['A=x.csv'] }, 'ble'],
		[{ load: ['A=motor'] }, 'motor'],
		[{ wire: ['A'] }, 'SOURCE:SINK'],
		[{ wire: ['A:C'] }, '"C"'],
		[{ wire: ['A:A'] }, 'itself'],
		[{ wire: ['A:B:ldo'] }, 'dcdc'],
		[{ wire: ['A:B', 'B:A'] }, 'already'],
		[{ wire: ['A:B'], load: ['B=ble'] }, 'ble'],
		[{ wire: ['A:B'], cell: ['B=CR2032'] }, 'CR2032'],
		[{ cell: ['A=CR2032', 'A=CR2450'] }, 'CR2032'],
		[{ cell: ['A=CR2032:soc=120'] }, '"120"'],
		[{ cell: ['A=CR2032:temp=5'] }, '"temp"'],
		[{ cell: ['A=CR2032:series=1.5'] }, '"1.5"'],
	])('refuses %j', async (more, named) => {
		const error = await built(flags('ace:A,ace:B', more)).catch((thrown: unknown) => thrown);
		expect(error).toMatchObject({ code: 'INVALID_VALUE' });
		expect(messageOf(error)).toContain(named);
	});

	it('refuses a cell that nobody knows, and names those that there are', async () => {
		const error = await built(flags('ace:A', { cell: ['A=potato'] })).catch((thrown: unknown) => thrown);
		expect(error).toMatchObject({ code: 'NOT_FOUND' });
		expect(messageOf(error)).toMatch(/potato.*CR2032-Energizer/s);
	});

	it('puts cells at terminals, with the output off and nothing that charges or discharges them', async () => {
		const devices = await built(flags('ace:A,arc:B', { cell: ['A=CR2032:soc=50:temperature=20:series=2:backwards'] }));
		expect(devices.map(({ main, hasCell }) => [main, hasCell])).toEqual([
			[false, true],
			[true, false],
		]);
		expect(devices.map(settingsAtStart)).toMatchObject([{ powerRegulation: 'inline', main: false }, { powerRegulation: 'voltage' }]);
	});

	it.each(['motor', 'ace:', 'ace:a:b', 'ace:a=b', ''])('refuses --sim %j', (text) => {
		expect(() => simulatedDevice(text)).toThrow(/--sim/);
	});

	it('refuses a name twice, given or not', async () => {
		for (const sim of ['ace:A,arc:A', 'ace,arc:Otii Ace']) await expect(built(flags(sim))).rejects.toMatchObject({ code: 'INVALID_VALUE' });
	});
});

it('serve shows two named devices, and the sink measures what the source delivers', async () => {
	const {
		line,
		process: child,
		ended,
	} = start(['serve', ...['--sim', 'ace:Ace_source,ace:Ace_sink', '--wire', 'Ace_source:Ace_sink:dcdc', '--noise', 'off', '--port', '0', '--data', temporaryFolder()]]);
	const url = /http:\/\/127\.0\.0\.1:\d+/.exec(await line(/http:/))?.[0] as string;
	const request = async (path: string, method = 'GET', body?: unknown) => {
		const response = await fetch(`${url}/api${path}`, {
			method,
			body: body === undefined ? undefined : JSON.stringify(body),
			headers: body ? { 'content-type': 'application/json' } : {},
		});
		expect(response.status, path).toBeLessThan(300);
		return response.json();
	};
	// biome-ignore lint/suspicious/noExplicitAny: whatever the API answers
	const devices: any[] = await request('/devices');
	expect(devices.map(({ name }) => name)).toEqual(['Ace_source', 'Ace_sink']);
	expect(devices.map(({ settings }) => settings.main)).toEqual([false, false]);
	const [source, sink] = devices.map(({ id }) => id);
	await request(`/devices/${source}/settings`, 'PATCH', { mainVoltage: 3.1, main: true });
	await request(`/devices/${sink}/settings`, 'PATCH', { powerRegulation: 'current', mainCurrent: -0.1, main: true });
	const { id } = await request('/recordings', 'POST');
	while ((await request('/recordings')).current.duration < 1) await new Promise((resolve) => setTimeout(resolve, 20));
	await request('/recordings/stop', 'POST');
	const statistics: { device: string; channel: string; average: number }[] = await request(`/recordings/${id}/statistics?from=0.5&to=1`);
	const average = (device: string, channel: string) => statistics.find((each) => each.device === device && each.channel === channel)?.average as number;
	expect(average(sink, 'mc')).toBeCloseTo(-0.1, 6);
	expect(average(sink, 'mv')).toBeCloseTo(converterFigures.outputV, 5);
	expect(-average(sink, 'mp') / average(source, 'mp')).toBeCloseTo(converterEfficiency(3.1, 0.1), 5);
	child.kill('SIGTERM');
	expect(await ended).toMatchObject({ code: 0, stderr: '' });
});
