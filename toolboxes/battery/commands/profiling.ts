/** Commands of battery profiling: a cell at the terminals is discharged by steps that repeat, and the voltage at the end of each is told. */

import { Type } from 'typebox';
import { MicrojouleError } from '../../../drivers/errors.ts';
import { type Command, command, keys } from '../../automation/command.ts';
import { invalidValue } from '../../automation/scripting-error.ts';
import type { Battery } from '../battery.ts';

/** Exactly one of the first three, A, Ω or W, and s. */
const step = Type.Object({
	current: Type.Optional(Type.Number()),
	resistance: Type.Optional(Type.Number()),
	power: Type.Optional(Type.Number()),
	duration: Type.Number({ exclusiveMinimum: 0 }),
});

const batteryData = Type.Object({
	timestamp: Type.Number(),
	iteration: Type.Integer(),
	step: Type.Integer(),
	voltage: Type.Number(),
	discharge: Type.Number(),
});

export const profilingCommands = (battery: () => Battery): Command[] => [
	command('arc_set_battery_profile', {
		brief: 'The steps of a discharge: each one of `current` (A), `resistance` (Ω), `power` (W), for `duration` s.',
		needs: 'battery',
		request: { ...keys.device, value: Type.Array(step, { minItems: 1, maxItems: 10 }) },
		handle: (context, { device_id, value }) => {
			context.requireConnected(device_id);
			try {
				battery().profiling(device_id).setSteps(value);
			} catch (error) {
				throw error instanceof MicrojouleError && error.code === 'INVALID_VALUE' ? invalidValue('value', value, error.message) : error;
			}
		},
	}),
	command('arc_enable_battery_profiling', {
		brief: 'Starts to discharge the cell by the steps that were set, or ends it with the output off.',
		needs: 'battery',
		request: { ...keys.device, enable: Type.Boolean() },
		handle: async (context, { device_id, enable }) => {
			context.requireConnected(device_id);
			await battery().profiling(device_id).enable(enable);
		},
	}),
	command('arc_wait_for_battery_data', {
		brief:
			'Waits up to `timeout` ms for the end of the next step: its time (s), the voltage then (V), and the charge since the start (C). `iteration` and `step` count from 0. null: none has ended.',
		needs: 'battery',
		request: { ...keys.device, timeout: Type.Number({ minimum: 0 }) },
		response: Type.Object({ value: Type.Union([batteryData, Type.Null()]) }),
		handle: async (context, { device_id, timeout }, { signal }) => {
			context.requireConnected(device_id);
			return { value: await battery().profiling(device_id).waitForData(timeout, signal) };
		},
	}),
];
