/** Commands of an emulated battery. None of them touches the output: they may be given while it is on. */

import { Type } from 'typebox';
import { type Command, command } from '../../automation/command.ts';
import { missingKey } from '../../automation/scripting-error.ts';
import type { Battery } from '../battery.ts';
import type { Emulator } from '../emulator/emulator.ts';
import { emulatorKey, emulatorOf, profileKey, profileOf } from './keys.ts';

const integer = Type.Object({ value: Type.Integer() });
const number = Type.Object({ value: Type.Number() });

export const emulatorCommands = (battery: () => Battery): Command[] => [
	...(
		[
			['series', integer, 'Cells in series.', ({ series }) => series],
			['parallel', integer, 'Strings of cells in parallel.', ({ parallel }) => parallel],
			['soc', number, 'State of charge, %.', ({ soc }) => soc],
			['used_capacity', number, 'Charge used since full, C, of the whole pack.', ({ usedC }) => usedC],
		] as const satisfies readonly (readonly [string, typeof integer | typeof number, string, (emulator: Emulator) => number])[]
	).map(([what, response, brief, read]) =>
		command(`battery_emulator_get_${what}`, {
			brief,
			needs: 'battery',
			request: emulatorKey,
			response,
			handle: (_context, { battery_emulator_id }) => ({ value: read(emulatorOf(battery(), battery_emulator_id)) }),
		}),
	),
	command('battery_emulator_set_soc', {
		brief: 'Sets the state of charge, %.',
		needs: 'battery',
		request: { ...emulatorKey, value: Type.Number({ minimum: 0, maximum: 100 }) },
		handle: (_context, { battery_emulator_id, value }) => emulatorOf(battery(), battery_emulator_id).setSoc(value),
	}),
	command('battery_emulator_set_used_capacity', {
		brief: 'Sets the charge used since full, C, of the whole pack.',
		needs: 'battery',
		request: { ...emulatorKey, value: Type.Number({ minimum: 0 }) },
		handle: (_context, { battery_emulator_id, value }) => emulatorOf(battery(), battery_emulator_id).setUsedC(value),
	}),
	command('battery_emulator_get_soc_tracking', {
		brief: 'Whether it discharges while current flows.',
		needs: 'battery',
		request: emulatorKey,
		response: Type.Object({ enabled: Type.Boolean() }),
		handle: (_context, { battery_emulator_id }) => ({ enabled: emulatorOf(battery(), battery_emulator_id).tracking }),
	}),
	command('battery_emulator_set_soc_tracking', {
		brief: 'Whether it discharges while current flows. Needs `enable` or, as the C# client writes it, `enabled`.',
		needs: 'battery',
		request: { ...emulatorKey, enable: Type.Optional(Type.Boolean()), enabled: Type.Optional(Type.Boolean()) },
		handle: (_context, { battery_emulator_id, enable, enabled = enable }) => {
			if (enabled === undefined) throw missingKey('enable');
			emulatorOf(battery(), battery_emulator_id).tracking = enable ?? enabled;
		},
	}),
	command('battery_emulator_update_profile', {
		brief: 'Another profile in its place: `keep_soc` keeps the percentage, `reset` starts with a full battery.',
		needs: 'battery',
		request: { ...emulatorKey, ...profileKey, mode: Type.Union([Type.Literal('keep_soc'), Type.Literal('reset')]) },
		handle: async (_context, { battery_emulator_id, battery_profile_id, mode }) => {
			const emulator = emulatorOf(battery(), battery_emulator_id);
			emulator.updateProfile(await profileOf(battery(), battery_profile_id), mode);
		},
	}),
];
