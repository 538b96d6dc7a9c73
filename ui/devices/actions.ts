/** What is done to devices from more than one place of the page; a refusal pops up with its reason. */

import { notifications } from '@mantine/notifications';
import { api } from '../api.ts';
import type { DeviceState } from '../types.ts';

/** Whether it worked. */
export async function attempt(title: string, work: () => Promise<unknown>): Promise<boolean> {
	try {
		await work();
		return true;
	} catch (error) {
		notifications.show({ color: 'red', title, message: (error as Error).message });
		return false;
	}
}

export async function switchOutput(device: DeviceState, on: boolean): Promise<void> {
	await attempt(`Output of ${device.name}`, () => api.switchOutput(device.id, on));
}

export async function switchAllOff(): Promise<void> {
	await attempt('All outputs off', () => api.outputsOff());
}
