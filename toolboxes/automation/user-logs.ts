/** User logs as scripts see them: made once in the project, with lines in any recording. In the project each recording has a log of that name of its own. */

import type { ScriptingContext } from './context.ts';
import { invalidValue } from './scripting-error.ts';

/** The name that a log made by a script has, and the one of `recording_log`. */
export const plainLog = 'log';

export function createUserLog(context: ScriptingContext, wanted: string): string {
	const taken = new Set([...context.userLogs, ...(context.bench.projects.require().file.recordings ?? []).flatMap(({ logs = [] }) => logs.map(({ name }) => name))]);
	let id = wanted;
	for (let number = 2; taken.has(id); number++) id = `${wanted} ${number}`;
	context.userLogs.add(id);
	return id;
}

/** The engine's id of a log in a recording; undefined where it has no line there yet. */
export function logIn(context: ScriptingContext, recording: string, name: string): string | undefined {
	const { logs = [] } = context.bench.projects.require().entry(recording);
	return logs.find((log) => log.id === name || log.name === name)?.id;
}

/** The same, made where the script has created it. */
export async function openLog(context: ScriptingContext, recording: string, name: string, key: string): Promise<string> {
	const known = logIn(context, recording, name);
	if (known !== undefined) return known;
	if (!context.userLogs.has(name)) throw invalidValue(key, name, `There is no user log ${name}; make it with project_create_user_log.`);
	return context.bench.projects.change((project) => project.createLog(recording, name));
}
