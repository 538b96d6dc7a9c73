import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { listInstruments } from './discovery.ts';

const port = (path: string, vendorId?: string, productId?: string) => ({
	path,
	vendorId,
	productId,
	serialNumber: `serial of ${path}`,
	manufacturer: undefined,
	pnpId: undefined,
	locationId: undefined,
});

describe('listInstruments', () => {
	it('knows an Arc by its USB ids, however the platform writes them', async () => {
		const ports = [port('/dev/ttyACM0', '0fce', 'd1e6'), port('COM3', '0x0FCE', 'D1E6'), port('COM4', 'fce', 'd1e6'), port('/dev/ttyUSB0', '0403', '6001'), port('/dev/ttyS0')];
		const found = await listInstruments({ list: async () => ports });
		expect(found.map((instrument) => instrument.port)).toEqual(['/dev/ttyACM0', 'COM3', 'COM4']);
		expect(found[0]).toEqual({ port: '/dev/ttyACM0', kind: 'arc', title: 'Otii Arc', usbSerial: 'serial of /dev/ttyACM0' });
	});

	it('is empty where ports cannot be listed', async () => {
		expect(await listInstruments({ list: () => Promise.reject(new Error('spawn udevadm ENOENT')) })).toEqual([]);
	});

	it('does not crash a process that has no udevadm', async () => {
		const script = `import { listInstruments } from ${JSON.stringify(new URL('./discovery.ts', import.meta.url).href)}; console.log(JSON.stringify(await listInstruments()));`;
		const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
			env: { PATH: '/nonexistent' },
			cwd: fileURLToPath(new URL('..', import.meta.url)),
		});
		expect(Array.isArray(JSON.parse(stdout))).toBe(true);
	});
});
