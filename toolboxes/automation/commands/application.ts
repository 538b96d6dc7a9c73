/** Commands of the application: projects to make and open, devices. */

import { Type } from 'typebox';
import type { DeviceState } from '../../../engine/server/bench-api.ts';
import { command } from '../command.ts';
import { createProject, openProject } from '../projects.ts';
import { invalidValue } from '../scripting-error.ts';

const device = Type.Object({ device_id: Type.String(), name: Type.String(), type: Type.String() });
/** How often is looked whether a device has come, s. */
const lookS = 0.2;

export function wireDevice({ id, name, kind }: DeviceState) {
	return { device_id: id, name, type: kind === 'arc' ? 'Arc' : 'Ace' };
}

export const applicationCommands = [
	command('otii_create_project', {
		brief: 'Makes an empty project and activates it.',
		response: Type.Object({ project_id: Type.Integer() }),
		handle: async (context) => {
			await createProject(context);
			return { project_id: context.activeProjectId };
		},
	}),
	command('otii_get_active_project', {
		brief: 'The active project; −1 where there is none.',
		response: Type.Object({ project_id: Type.Integer() }),
		handle: (context) => ({ project_id: context.activeProjectId }),
	}),
	command('otii_open_project', {
		brief: 'Opens a project: a folder, or a name in the projects folder. `force` lets go of unsaved changes.',
		request: { filename: Type.String({ minLength: 1 }), force: Type.Optional(Type.Boolean()), progress: Type.Optional(Type.Boolean()) },
		response: Type.Object({ project_id: Type.Integer(), filename: Type.String() }),
		handle: async (context, { filename, force }, call) => {
			call.progress(0);
			const folder = await openProject(context, filename, force);
			call.progress(1);
			return { project_id: context.activeProjectId, filename: folder };
		},
	}),
	command('otii_get_devices', {
		brief: 'The devices; waits up to `timeout` s for the first.',
		request: { timeout: Type.Optional(Type.Number({ minimum: 0, maximum: 3600 })) },
		response: Type.Object({ devices: Type.Array(device) }),
		handle: async ({ bench, options }, { timeout = 0 }, { signal }) => {
			const present = () => bench.devices().filter(({ connected }) => connected);
			for (let waited = 0; present().length === 0 && waited < timeout && !signal.aborted; waited += lookS) await options.delay(lookS);
			return { devices: present().map(wireDevice) };
		},
	}),
	command('otii_get_device_id', {
		brief: 'The first device with this name.',
		request: { device_name: Type.String() },
		response: Type.Object({ device_id: Type.String() }),
		handle: ({ bench }, { device_name }) => {
			const found = bench.devices().find(({ name }) => name === device_name);
			if (!found) throw invalidValue('device_name', device_name, `There is no device called ${device_name}.`);
			return { device_id: found.id };
		},
	}),
	command('otii_set_all_main', {
		brief: 'Switches the main outputs of all connected devices.',
		request: { enable: Type.Boolean() },
		handle: async ({ bench }, { enable }) => {
			await Promise.all(
				bench
					.devices()
					.filter(({ connected }) => connected)
					.map(({ id }) => bench.set(id, { main: enable })),
			);
		},
	}),
];
