/** `microjoule devices`: the instruments plugged into this machine. */

import { Command } from 'commander';
import { listInstruments } from '../drivers/discovery.ts';
import { MicrojouleError, messageOf } from '../drivers/errors.ts';
import { table } from './format.ts';
import { openPort } from './instruments.ts';
import { print } from './program.ts';

export function devicesCommand(): Command {
	return new Command('devices')
		.description('Lists the instruments plugged into this machine. Each is asked who it is; its output is left as it is.')
		.option('--json', 'machine-readable output')
		.action(async (options: { json?: boolean }) => {
			const devices = [];
			for (const { port, kind, title, usbSerial } of await listInstruments()) {
				try {
					const instrument = await openPort(port, true);
					const { id, name, serial, hardwareVersion, firmwareVersion } = instrument.identity;
					devices.push({ port, id, kind: instrument.identity.kind, name, serial, hardwareVersion, firmwareVersion });
					await instrument.close({ keepOutput: true });
				} catch (error) {
					devices.push({ port, kind, name: title, serial: usbSerial, problem: messageOf(error), code: error instanceof MicrojouleError ? error.code : 'INTERNAL' });
				}
			}
			print(devices, options.json, (list) =>
				list.length === 0
					? 'No instrument found. A port can be named by path (record --port PATH); a simulated one needs none (record --sim arc).'
					: table([['port', 'name', 'id', 'firmware'], ...list.map((each) => [each.port, each.name, each.id ?? each.problem ?? '', each.firmwareVersion ?? ''])]),
			);
		});
}
