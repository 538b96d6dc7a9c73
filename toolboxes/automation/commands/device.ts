/** Commands of one device: identity, maintenance, main output. */

import { readFile } from 'node:fs/promises';
import { Type } from 'typebox';
import { messageOf } from '../../../drivers/errors.ts';
import { command, keys } from '../command.ts';
import { invalidValue } from '../scripting-error.ts';

const value = { ...keys.device, value: Type.Number() };
const enable = { ...keys.device, enable: Type.Boolean() };
const number = Type.Object({ value: Type.Number() });
const boolean = Type.Object({ value: Type.Boolean() });
/** A script of Otii's sets 0.1 mA, which no device can: the least one that it can is as good. */
const leastMaxCurrentA = 0.001;

export const deviceCommands = [
	command('arc_add_to_project', { brief: 'Adds the device to the project. Every device belongs to it already.', request: keys.device, handle: () => {} }),
	command('arc_is_connected', {
		brief: 'Whether the device is connected.',
		request: keys.device,
		response: Type.Object({ connected: Type.Boolean() }),
		handle: (context, { device_id }) => ({ connected: context.requireDevice(device_id).connected }),
	}),
	command('arc_get_version', {
		brief: 'Hardware and firmware version.',
		request: keys.device,
		response: Type.Object({ hw_version: Type.String(), fw_version: Type.String() }),
		handle: ({ bench }, { device_id }) => {
			const { hardwareVersion, firmwareVersion } = bench.instrument(device_id).identity;
			return { hw_version: hardwareVersion, fw_version: firmwareVersion };
		},
	}),
	command('arc_calibrate', {
		brief: 'Calibrates the device; Arc only.',
		request: keys.device,
		handle: ({ bench }, { device_id }) => bench.instrument(device_id).calibrate(),
	}),
	command('arc_firmware_upgrade', {
		brief: 'Installs the bundled firmware, or that of a file.',
		request: { ...keys.device, filename: Type.Optional(Type.String()) },
		handle: async ({ bench, options }, { device_id, filename }) => {
			const instrument = bench.instrument(device_id);
			let image: Uint8Array | undefined;
			if (filename !== undefined) {
				try {
					image = await readFile(options.resolvePath(filename));
				} catch (error) {
					throw invalidValue('filename', filename, `${filename} cannot be read: ${messageOf(error)}`);
				}
			}
			await instrument.upgradeFirmware({ image });
		},
	}),
	command('arc_get_property', {
		brief: 'A value that was stored under a name.',
		request: { ...keys.device, name: Type.String() },
		response: Type.Object({ value: Type.Optional(Type.Unknown()) }),
		handle: async ({ bench }, { device_id, name }) => {
			const stored = await bench.instrument(device_id).property(name);
			return stored === undefined ? {} : { value: stored };
		},
	}),
	command('arc_set_property', {
		brief: 'Stores a value under a name.',
		request: { ...keys.device, name: Type.String({ minLength: 1 }), value: Type.Unknown() },
		handle: ({ bench }, { device_id, name, value: stored }) => bench.instrument(device_id).setProperty(name, stored),
	}),
	command('arc_commit', {
		brief: 'Makes the stored values survive a restart of the device.',
		request: keys.device,
		handle: ({ bench }, { device_id }) => bench.instrument(device_id).commitProperties(),
	}),

	command('arc_set_main', {
		brief: 'Switches the main output.',
		request: enable,
		handle: async ({ bench }, { device_id, enable: on }) => void (await bench.set(device_id, { main: on })),
	}),
	command('arc_get_main', {
		brief: 'Whether the main output is on.',
		request: keys.device,
		response: boolean,
		handle: ({ bench }, { device_id }) => ({ value: bench.instrument(device_id).settings.main }),
	}),
	command('arc_set_main_voltage', {
		brief: 'Voltage of the main output, V.',
		request: value,
		handle: async ({ bench }, { device_id, value: mainVoltage }) => void (await bench.set(device_id, { mainVoltage })),
	}),
	command('arc_get_main_voltage', {
		brief: 'The voltage that was set, V.',
		request: keys.device,
		response: number,
		handle: ({ bench }, { device_id }) => ({ value: bench.instrument(device_id).settings.mainVoltage }),
	}),
	command('arc_set_main_current', {
		brief: 'Current in constant-current regulation, A; negative sinks.',
		request: value,
		handle: async ({ bench }, { device_id, value: mainCurrent }) => void (await bench.set(device_id, { mainCurrent })),
	}),
	command('arc_set_max_current', {
		brief: 'Current above which the output cuts off or limits, A. Below 1 mA counts as 1 mA.',
		request: { ...keys.device, value: Type.Number({ minimum: 0 }) },
		handle: async ({ bench }, { device_id, value: maxCurrent }) => void (await bench.set(device_id, { maxCurrent: Math.max(leastMaxCurrentA, maxCurrent) })),
	}),
	command('arc_get_max_current', {
		brief: 'Current above which the output cuts off or limits, A.',
		request: keys.device,
		response: number,
		handle: ({ bench }, { device_id }) => ({ value: bench.instrument(device_id).settings.maxCurrent }),
	}),
	command('arc_set_src_cur_limit_enabled', {
		brief: 'true: holds the current at the maximum; false: cuts the output off there.',
		request: enable,
		handle: async ({ bench }, { device_id, enable: limit }) => void (await bench.set(device_id, { currentLimitMode: limit ? 'limit' : 'cutoff' })),
	}),
	command('arc_get_src_cur_limit_enabled', {
		brief: 'Whether the current is held at the maximum.',
		request: keys.device,
		response: Type.Object({ enabled: Type.Boolean() }),
		handle: ({ bench }, { device_id }) => ({ enabled: bench.instrument(device_id).settings.currentLimitMode === 'limit' }),
	}),
	command('arc_set_power_regulation', {
		brief: 'What the main output regulates.',
		request: { ...keys.device, mode: Type.Union([Type.Literal('voltage'), Type.Literal('current'), Type.Literal('inline'), Type.Literal('off')]) },
		handle: async ({ bench }, { device_id, mode }) => void (await bench.set(device_id, { powerRegulation: mode })),
	}),
	command('arc_set_range', {
		brief: 'low: automatic ranging; high: the high range is forced.',
		request: { ...keys.device, range: Type.Union([Type.Literal('low'), Type.Literal('high')]) },
		handle: async ({ bench }, { device_id, range }) => void (await bench.set(device_id, { range })),
	}),
	command('arc_get_range', {
		brief: 'The range setting.',
		request: keys.device,
		response: Type.Object({ range: Type.String() }),
		handle: ({ bench }, { device_id }) => ({ range: bench.instrument(device_id).settings.range }),
	}),
	command('arc_set_4wire', {
		brief: 'Measures the voltage at the sense pins.',
		request: enable,
		handle: async ({ bench }, { device_id, enable: fourWire }) => void (await bench.set(device_id, { fourWire })),
	}),
	command('arc_get_4wire', {
		brief: 'disabled, inactive (the sense pins are too far off), active, or cal_invalid.',
		request: keys.device,
		response: Type.Object({ value: Type.String() }),
		handle: async ({ bench }, { device_id }) => ({ value: await bench.instrument(device_id).fourWireState() }),
	}),
	command('arc_enable_legacy_sink', {
		brief: 'Stores the setting of that name; nothing else depends on it.',
		request: enable,
		handle: async ({ bench }, { device_id, enable: legacySink }) => void (await bench.set(device_id, { legacySink })),
	}),
];
