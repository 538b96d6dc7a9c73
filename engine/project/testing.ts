/** Projects for tests: with recordings of a few channels at different rates, and what is on the disk, for comparison. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordedEvent } from '../recording/format.ts';
import { arcChannel, device, recorded } from '../recording/testing.ts';
import { Project } from './project.ts';

/** Sample n of a channel is n + 1000 · the recording's number; mc at 4000 S/s, mv at 1000. */
export async function projectWith(folder: string, recordings: number, { seconds = 1, events = [] as RecordedEvent[] } = {}): Promise<Project> {
	const project = await Project.create(folder, { name: 'Test' });
	for (let number = 1; number <= recordings; number++) {
		const { id, folder: path } = await project.addRecording();
		const ramp = (rate: number) => Array.from({ length: rate * seconds }, (_, n) => n + 1000 * number);
		const channels = [
			{ ...arcChannel('mc', 4000), samples: ramp(4000) },
			{ ...arcChannel('mv', 1000), samples: ramp(1000) },
		];
		(await recorded(path, channels, events, { info: { id, name: `Recording ${number}` } })).close();
	}
	return project;
}

export async function samplesOf(project: Project, id: string, channel: string): Promise<number[]> {
	using reader = await project.openRecording(id);
	const found = reader.channel(device, channel);
	return [...(await reader.read(found, 0, found.count))];
}

export async function eventsOf(project: Project, id: string): Promise<RecordedEvent[]> {
	using reader = await project.openRecording(id);
	return await Array.fromAsync(reader.events());
}

/** Every file of a folder with its bytes, but for the lock. */
export function onDisk(folder: string): Record<string, string> {
	const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && entry.name !== 'project.lock');
	return Object.fromEntries(
		files.map(({ parentPath, name }) => join(parentPath, name)).map((path) => [path.slice(folder.length + 1), readFileSync(path).toString('latin1')] as const),
	);
}
