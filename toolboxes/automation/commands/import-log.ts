/** The command that reads a log of another program into a recording. */

import { basename } from 'node:path';
import { Type } from 'typebox';
import { command, keys } from '../command.ts';
import type { ScriptingContext } from '../context.ts';
import { findConverter } from '../converters/catalogue.ts';
import { convertLog } from '../converters/convert.ts';

export const importLogCommands = [
	command('recording_import_log', {
		brief: 'Reads a log of another program into the recording, by the description of a converter (`logcat`, `candump`, `iso`, or one of your own).',
		request: { ...keys.recording, filename: Type.String({ minLength: 1 }), converter: Type.String({ minLength: 1 }) },
		response: Type.Object({ log_id: Type.String() }),
		handle: async (context, { recording_id, filename, converter: wanted }, { signal }) => {
			const recording = context.requireRecording(recording_id);
			const file = context.options.resolvePath(filename);
			const start = Date.parse(context.bench.recordings().find(({ id }) => id === recording)?.start ?? '');
			const converter = await findConverter(wanted, context.options.convertersFolder, start);
			return { log_id: await importLog(context, recording, basename(file), convertLog(file, converter, start), signal) };
		},
	}),
];

/** Makes the log with its first lines; an import that does not reach its end leaves none. */
async function importLog({ bench: { projects } }: ScriptingContext, recording: string, name: string, batches: ReturnType<typeof convertLog>, signal: AbortSignal): Promise<string> {
	return projects.change(async (project) => {
		let log: string | undefined;
		try {
			for await (const batch of batches) {
				signal.throwIfAborted();
				log ??= await project.createLog(recording, name);
				await projects.appendLog(recording, log, batch);
			}
		} catch (error) {
			if (log !== undefined) await project.edit.deleteLog(recording, log);
			throw error;
		}
		return log as string;
	});
}
