/**
 * The routes by which files come and go through a browser: projects to choose from, files sent to be imported, recordings fetched as files of every
 * format that is written. What is sent and fetched lies in a temporary folder meanwhile (temporary-files.ts).
 */

import { createReadStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { Readable } from 'node:stream';
import { type FastifyPluginCallbackTypebox, Type } from '@fastify/type-provider-typebox';
import { MicrojouleError } from '../../drivers/errors.ts';
import { readable, writable, writableFormat } from '../formats/formats.ts';
import { unpackExport } from '../formats/read/archive.ts';
import { archive } from '../formats/write/archive.ts';
import { listProjects } from '../project/project-list.ts';
import { freeBytes } from '../recording/free-space.ts';
import type { RecordingReader } from '../recording/reader.ts';
import { report } from '../report/report.ts';
import type { BenchApi } from './bench-api.ts';
import { errorResponses, idParams, windowQuery } from './schemas.ts';
import { fileNameOf, type TemporaryFiles } from './temporary-files.ts';

const tags = ['files'];
const binary = 'application/octet-stream';
const format = Type.Object({ name: Type.String(), title: Type.String() });
const projectItem = Type.Object({
	folder: Type.String(),
	name: Type.String(),
	recordings: Type.Integer(),
	modified: Type.String({ description: 'ISO 8601, UTC, of the last change' }),
});
const received = Type.Object({
	batch: Type.String(),
	files: Type.Array(Type.Object({ path: Type.String({ description: 'for POST /recordings/import' }), name: Type.String(), bytes: Type.Number() }), {
		description: 'the file, or what was in it: a zip of exported files is unpacked, and what belongs to other files is not among them',
	}),
});

interface Options {
	readonly bench: BenchApi;
	readonly dataFolder: string;
	readonly files: TemporaryFiles;
}

export const fileRoutes: FastifyPluginCallbackTypebox<Options> = (server, { bench, dataFolder, files }, done) => {
	// As it arrives, whatever its length: only these routes take such bodies.
	server.addContentTypeParser(binary, (_request, payload, parsed) => parsed(null, payload));

	server.get('/projects', {
		schema: { summary: "Projects in the data folder's projects/, most recently changed first", tags, response: { 200: Type.Array(projectItem), ...errorResponses } },
		handler: async () => listProjects(join(dataFolder, 'projects')),
	});

	server.get('/formats', {
		schema: {
			summary: 'File formats that are read, and that are written',
			tags,
			response: { 200: Type.Object({ readable: Type.Array(format), writable: Type.Array(format) }), ...errorResponses },
		},
		handler: async () => ({ readable: readable.map(({ name, title }) => ({ name, title })), writable: writable.map(({ name, title }) => ({ name, title })) }),
	});

	server.post('/uploads', {
		// A measurement of days takes its time, and as much as the disk has room for.
		bodyLimit: Number.MAX_SAFE_INTEGER,
		schema: {
			summary: 'Send a file to be imported',
			description: `The body is the file itself, as ${binary}. Files that belong together (a sidecar, events) go into one batch; a batch is gone with DELETE, or when the server ends.`,
			tags,
			querystring: Type.Object({ name: Type.String({ minLength: 1, maxLength: 1000 }), batch: Type.Optional(Type.String({ description: 'of a file sent before' })) }),
			response: { 201: received, ...errorResponses },
		},
		handler: async (request, reply) => {
			const { name, batch } = request.query;
			if (!(request.body instanceof Readable)) throw new MicrojouleError('INVALID_VALUE', `A file is sent as ${binary}.`);
			const id = batch ?? (await files.begin());
			try {
				const file = await files.receive(id, name, request.body, Number(request.headers['content-length'] ?? 0));
				return reply.status(201).send({ batch: id, files: await contentOf(file) });
			} catch (error) {
				if (batch === undefined) await files.end(id);
				throw error;
			}
		},
	});

	server.delete('/uploads/:id', {
		schema: { summary: 'Remove a batch of files', tags, params: idParams, response: { 204: Type.Null(), ...errorResponses } },
		handler: async (request, reply) => {
			await files.end(request.params.id);
			return reply.status(204).send(null);
		},
	});

	server.get('/recordings/:id/export', {
		schema: {
			summary: 'A recording as a file',
			description: 'A zip where the format has several files. Times, gaps and rates as in `microjoule export`.',
			tags,
			params: idParams,
			querystring: Type.Object({
				format: Type.String({ description: writable.map(({ name }) => name).join(', ') }),
				channels: Type.Optional(Type.String({ description: 'ids with commas between; default: all, digital channels and logs included' })),
				...windowQuery.properties,
				rate: Type.Optional(Type.Number({ exclusiveMinimum: 0, description: 'Hz: channels of higher rates as means of blocks' })),
			}),
		},
		handler: async (request, reply) => {
			const { query } = request;
			const chosen = writableFormat('', query.format);
			const batch = await files.begin();
			const finished = () => void files.end(batch);
			reply.raw.on('close', finished);
			const left = () => {
				if (reply.raw.destroyed) throw new MicrojouleError('INVALID_VALUE', 'Whoever asked for the export has hung up.');
			};
			try {
				return await bench.reading(request.params.id, async (reader) => {
					const name = downloadName(reader, query);
					const out = join(files.folderOf(batch), `${name}${extensions[chosen.name] ?? ''}`);
					const written = await chosen.write(reader, { ...query, out, channels: query.channels?.split(','), onProgress: left });
					left();
					return await sendFiles(name, written.files);
				});
			} catch (error) {
				finished();
				throw error;
			}

			async function sendFiles(name: string, paths: readonly string[]) {
				const [single] = paths;
				const isSingle = paths.length === 1;
				const packed = isSingle ? undefined : await archive(paths);
				return reply
					.type(isSingle ? binary : 'application/zip')
					.header('content-disposition', attachment(`${name}${isSingle ? extname(single) : '.zip'}`))
					.header('content-length', packed?.bytes ?? (await stat(single)).size)
					.send(packed ? Readable.from(packed.content(), { objectMode: false }) : createReadStream(single));
			}
		},
	});

	server.get('/recordings/:id/report', {
		schema: {
			summary: 'A recording as one HTML file that opens without a server',
			description: 'Chart, statistics of everything, of the window and of the named selections, devices, settings, notes and logs.',
			tags,
			params: idParams,
			querystring: windowQuery,
		},
		handler: async (request, reply) => {
			const { id } = request.params;
			const { from, to } = request.query;
			return bench.reading(id, async (reader) => {
				const project = bench.projects.require();
				const selection = from === undefined && to === undefined ? undefined : { from: from ?? 0, to: to ?? reader.durationS };
				const page = await project.useLogs(id, (logs) => report(reader, { selection, entry: project.entry(id), selections: project.file.selections, logs }));
				return reply
					.type('text/html; charset=utf-8')
					.header('content-disposition', attachment(`${downloadName(reader, {})} report.html`))
					.send(page);
			});
		},
	});

	done();
};

/** Of a zip of exported files: what is in it. Files that only belong to others (sidecars, events) are not to be imported by themselves. */
async function contentOf(file: { readonly path: string; readonly name: string; readonly bytes: number }) {
	if (/\.(json|jsonl)$/i.test(file.name)) return [];
	if (!/\.zip$/i.test(file.name)) return [file];
	const inside = await unpackExport(file.path, (await freeBytes(dirname(file.path))) / 2);
	if (inside.length === 0) return [file];
	await rm(file.path);
	return Promise.all(inside.map(async (path) => ({ path, name: basename(path), bytes: (await stat(path)).size })));
}

/** Of the formats that write one file; the others fill a folder. */
const extensions: Readonly<Record<string, string>> = { ppk: '.csv', parquet: '.parquet', 'parquet-long': '.parquet' };

/** The recording's name, with the window where it is not all, and without the extension of the file that it was imported from. */
function downloadName({ info: { name }, durationS }: RecordingReader, { from, to }: { readonly from?: number; readonly to?: number }): string {
	const window = from === undefined && to === undefined ? '' : ` ${Number((from ?? 0).toPrecision(6))}-${Number((to ?? durationS).toPrecision(6))} s`;
	return fileNameOf(`${name.replace(/[/\\]/g, '_').replace(/\.(csv|f32|parquet|zip)$/i, '')}${window}`);
}

/** A header that every browser understands, with the name in full for those that can (RFC 6266). */
export function attachment(name: string): string {
	const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
	return `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)}`;
}
