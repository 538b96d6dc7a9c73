/** Projects as scripts name them: a bare name lies in the projects folder, a path is a folder of its own, with or without an Otii extension. */

import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import type { ScriptingContext } from './context.ts';
import { ScriptingError } from './scripting-error.ts';

/** Absolute. `Testing.otii` and `Testing.otii3` are files to Otii; here they are the folder `Testing`. */
export function projectFolder({ options }: ScriptingContext, filename: string): string {
	const bare = filename.replace(/\.otii3?$/i, '');
	return options.resolvePath(isAbsolute(bare) ? bare : join(options.projectsFolder, bare));
}

export async function openProject(context: ScriptingContext, filename: string, force = false): Promise<string> {
	let folder = projectFolder(context, filename);
	// Clients may name the file inside the project's folder.
	if (!existsSync(folder) && existsSync(join(dirname(folder), 'project.json'))) folder = dirname(folder);
	const { folder: opened } = await context.bench.projects.open(folder, { force });
	return opened;
}

/** An empty project under a name of its own, active from now on. What the one before had unsaved is saved. */
export async function createProject(context: ScriptingContext): Promise<void> {
	const { projects } = context.bench;
	if (context.bench.recording) await context.bench.stopRecording();
	if (projects.project?.unsaved) await projects.save();
	await projects.create(await freeFolder(context));
}

/** Makes one where none is active: scripts count on it. */
export async function ensureProject(context: ScriptingContext): Promise<void> {
	if (!context.bench.projects.project) await createProject(context);
}

async function freeFolder({ options }: ScriptingContext): Promise<string> {
	await mkdir(options.projectsFolder, { recursive: true });
	for (let number = 1; number < 100_000; number++) {
		const folder = join(options.projectsFolder, `untitled-${number}`);
		if (!existsSync(folder)) return folder;
	}
	throw new ScriptingError('Command failure', `There are too many projects named untitled in ${options.projectsFolder}; remove some.`);
}
