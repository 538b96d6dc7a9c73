/** The routes for the active project: which it is, create, open, save, save as, close; undo and redo; its selections. Each is a call of the engine. */

import { type FastifyPluginCallbackTypebox, Type } from '@fastify/type-provider-typebox';
import type { BenchApi } from './bench-api.ts';
import { clientPath, type PathRule } from './client-path.ts';
import { folderSchema, forceSchema, newSelectionSchema, projectSchema, selectionChangeSchema } from './project-schemas.ts';
import { errorResponses } from './schemas.ts';

const tags = ['project'];
const name = Type.Optional(Type.String({ minLength: 1, maxLength: 200 }));
const strict = { additionalProperties: false };
const selectionParams = Type.Object({ name: Type.String({ minLength: 1, maxLength: 200 }) });
const answers = { 200: projectSchema, ...errorResponses };

export const projectRoutes: FastifyPluginCallbackTypebox<{ bench: BenchApi; paths: PathRule }> = (server, { bench, paths }, done) => {
	const { projects } = bench;
	/** What the project is like after the change. */
	const status = async () => {
		projects.require();
		return projects.status as never;
	};

	server.get('/project', {
		schema: {
			summary: 'The active project',
			tags,
			response: { 200: Type.Object({ project: Type.Union([projectSchema, Type.Null()], { description: 'null when none is open' }) }), ...errorResponses },
		},
		handler: async () => ({ project: projects.status as never }),
	});

	server.post('/project/create', {
		schema: {
			summary: 'Create a project in a new or empty folder and make it the active one',
			description: 'UNSAVED where the one before has edits that are not saved; DEVICE_BUSY while recording.',
			tags,
			body: Type.Object({ folder: folderSchema, name, force: forceSchema }, strict),
			response: { 201: projectSchema, ...errorResponses },
		},
		handler: async ({ body: { folder, ...options } }, reply) => reply.status(201).send((await projects.create(clientPath(folder, paths), options)) as never),
	});

	server.post('/project/open', {
		schema: {
			summary: 'Open a project and make it the active one',
			description: 'One that another program has open is read-only: readOnly says why. UNSAVED and DEVICE_BUSY as in create.',
			tags,
			body: Type.Object({ folder: folderSchema, force: forceSchema }, strict),
			response: answers,
		},
		handler: async ({ body: { folder, force } }) => (await projects.open(clientPath(folder, paths), { force })) as never,
	});

	server.post('/project/save', {
		schema: {
			summary: 'Put the edits on the disk',
			description: 'What they replaced goes, and can no longer be undone; with keepHistory it stays, and undo works also when the project is opened again.',
			tags,
			body: Type.Union([Type.Object({ keepHistory: Type.Optional(Type.Boolean()) }, strict), Type.Null()]),
			response: answers,
		},
		handler: async ({ body }) => (await projects.save(body ?? {})) as never,
	});

	server.post('/project/save-as', {
		schema: {
			summary: 'Copy the project, edits included, to a new or empty folder, and make the copy the active one',
			tags,
			body: Type.Object({ folder: folderSchema, name }, strict),
			response: { 201: projectSchema, ...errorResponses },
		},
		handler: async ({ body: { folder, ...options } }, reply) => reply.status(201).send((await projects.saveAs(clientPath(folder, paths), options)) as never),
	});

	server.post('/project/close', {
		schema: {
			summary: 'Close the project; none is active then',
			tags,
			body: Type.Union([Type.Object({ save: Type.Optional(Type.Boolean()), force: forceSchema }, strict), Type.Null()]),
			response: { 204: Type.Null(), ...errorResponses },
		},
		handler: async ({ body }, reply) => {
			await projects.close(body ?? {});
			return reply.status(204).send(null);
		},
	});

	server.patch('/project', {
		schema: { summary: 'Rename the project', tags, body: Type.Object({ name: Type.String({ minLength: 1, maxLength: 200 }) }, strict), response: answers },
		handler: async ({ body }) => {
			await projects.change((project) => project.edit.renameProject(body.name));
			return status();
		},
	});

	for (const [verb, past] of [
		['undo', 'undone'],
		['redo', 'redone'],
	] as const)
		server.post(`/project/${verb}`, {
			schema: {
				summary: verb === 'undo' ? 'Take the last edit back' : 'Do the edit again that was taken back last',
				tags,
				response: { 200: Type.Object({ [past]: Type.Union([Type.String(), Type.Null()], { description: 'null when there was nothing' }) }), ...errorResponses },
			},
			handler: async () => ({ [past]: (await projects.change((project) => project[verb]())) ?? null }) as never,
		});

	server.get('/selections', {
		schema: { summary: 'Named selections', tags, response: { 200: projectSchema.properties.selections, ...errorResponses } },
		handler: async () => projects.require().file.selections as never,
	});

	server.post('/selections', {
		schema: { summary: 'Add a selection', tags, body: newSelectionSchema, response: { 201: projectSchema, ...errorResponses } },
		handler: async ({ body }, reply) => {
			await projects.change((project) => project.edit.addSelection(body));
			return reply.status(201).send(await status());
		},
	});

	server.patch('/selections/:name', {
		schema: { summary: 'Change a selection', tags, params: selectionParams, body: selectionChangeSchema, response: answers },
		handler: async ({ params, body }) => {
			await projects.change((project) => project.edit.selection(params.name, body));
			return status();
		},
	});

	server.delete('/selections/:name', {
		schema: { summary: 'Delete a selection', tags, params: selectionParams, response: answers },
		handler: async ({ params }) => {
			await projects.change((project) => project.edit.deleteSelection(params.name));
			return status();
		},
	});

	done();
};
