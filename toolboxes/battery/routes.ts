/** The battery toolbox's routes for the page. Each is a call of Battery, and none works while the toolbox is locked. */

import { type FastifyPluginCallbackTypebox, Type } from '@fastify/type-provider-typebox';
import { errorResponses, idParams } from '../../engine/server/schemas.ts';
import type { Battery } from './battery.ts';
import { estimate } from './estimate.ts';
import { mostCharacters } from './profile/json-text.ts';
import { plainProfile, summaryOf } from './profile/plain.ts';
import {
	changeEmulatorBody,
	estimateBody,
	estimateSchema,
	importProfileBody,
	profileListSchema,
	profileSchema,
	runSchema,
	runsSchema,
	setSupplyBody,
	startRunBody,
	startValidationBody,
	suppliesSchema,
	supplySchema,
	validationSchema,
} from './schemas.ts';

const tags = ['battery'];
/** Escaped in JSON, and in UTF-8, a profile's text is longer than it is. */
const profileBytes = 2 * mostCharacters;

export const batteryRoutes: FastifyPluginCallbackTypebox<{ battery: Battery }> = (server, { battery }, done) => {
	server.addHook('onRequest', async () => battery.gate.require('battery'));
	profileRoutes(server, battery);
	supplyRoutes(server, battery);
	runRoutes(server, battery);

	server.post('/battery/estimate', {
		schema: { summary: 'How long a battery lasts under a load', tags, body: estimateBody, response: { 200: estimateSchema, ...errorResponses } },
		handler: async ({ body }) => estimate(battery, body),
	});
	done();
};

type Routes = (server: Parameters<FastifyPluginCallbackTypebox>[0], battery: Battery) => void;

const profileRoutes: Routes = (server, battery) => {
	server.get('/battery/profiles', {
		schema: { summary: 'Battery profiles', tags, response: { 200: profileListSchema, ...errorResponses } },
		handler: async () => {
			const { profiles, damaged } = await battery.profiles.list();
			return { profiles: profiles.map(summaryOf), damaged: [...damaged] };
		},
	});

	server.get('/battery/profiles/:id', {
		schema: { summary: 'A profile with its curves', tags, params: idParams, response: { 200: profileSchema, ...errorResponses } },
		handler: async ({ params }) => plainProfile(await battery.profiles.entry(params.id)),
	});

	server.get('/battery/profiles/:id/file', {
		schema: { summary: 'A profile as a file, in Otii’s format', tags, params: idParams, response: { 200: Type.String(), ...errorResponses } },
		handler: async ({ params }, reply) => {
			const { name } = await battery.profiles.get(params.id);
			const text = await battery.profiles.export(params.id);
			return reply
				.header('content-disposition', `attachment; filename*=UTF-8''${headerText(`${name}.json`)}`)
				.type('application/json; charset=utf-8')
				.serializer(String)
				.send(text);
		},
	});

	server.post('/battery/profiles', {
		bodyLimit: profileBytes,
		schema: { summary: 'Import a profile', tags, body: importProfileBody, response: { 201: profileSchema, ...errorResponses } },
		handler: async ({ body: { name, text } }, reply) => {
			const { id } = await battery.profiles.import(text, { name });
			return reply.status(201).send(plainProfile(await battery.profiles.entry(id)));
		},
	});

	server.delete('/battery/profiles/:id', {
		schema: { summary: 'Delete a profile of your own', tags, params: idParams, response: { 204: Type.Null(), ...errorResponses } },
		handler: async ({ params }, reply) => {
			await battery.profiles.delete(params.id);
			return reply.status(204).send(null);
		},
	});
};

/** As RFC 8187 wants it. */
const headerText = (text: string) => encodeURIComponent(text).replace(/['()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);

const supplyRoutes: Routes = (server, battery) => {
	server.get('/battery/supplies', {
		schema: { summary: 'The supply of each device', tags, response: { 200: suppliesSchema, ...errorResponses } },
		handler: async () => ({ supplies: battery.bench.devices().map(({ id }) => battery.supplies.status(id)) }),
	});

	server.put('/battery/supplies/:id', {
		schema: {
			summary: "Set a device's supply",
			description: 'A constant voltage or an emulated battery. Switches the output off.',
			tags,
			params: idParams,
			body: setSupplyBody,
			response: { 200: supplySchema, ...errorResponses },
		},
		handler: async ({ params, body }) => battery.setSupply(params.id, body),
	});

	server.patch('/battery/supplies/:id/emulator', {
		schema: {
			summary: 'Change the emulated battery of a device',
			description: 'The output stays as it is.',
			tags,
			params: idParams,
			body: changeEmulatorBody,
			response: { 200: supplySchema, ...errorResponses },
		},
		handler: async ({ params, body }) => battery.changeEmulator(params.id, body),
	});
};

const runRoutes: Routes = (server, battery) => {
	const answer = { 200: runSchema, ...errorResponses };

	server.get('/battery/runs', {
		schema: { summary: 'Discharges that make a profile, and validations: running, stopped and finished', tags, response: { 200: runsSchema, ...errorResponses } },
		handler: async () => ({ runs: battery.runs() }),
	});

	server.get('/battery/runs/:id', {
		schema: { summary: 'One of them', tags, params: idParams, response: answer },
		handler: async ({ params }) => battery.runsWith(params.id).get(params.id),
	});

	server.post('/battery/runs', {
		schema: { summary: 'Start to profile a cell on each device', tags, body: startRunBody, response: { 201: runSchema, ...errorResponses } },
		handler: async ({ body }, reply) => reply.status(201).send(await battery.profile(body)),
	});

	server.post('/battery/validations', {
		schema: { summary: 'Start to discharge and charge a cell on each device by a script', tags, body: startValidationBody, response: { 201: runSchema, ...errorResponses } },
		handler: async ({ body }, reply) => reply.status(201).send(await battery.validate(body)),
	});

	server.get('/battery/runs/:id/cycles', {
		schema: { summary: 'What the cells of a validation gave and took', tags, params: idParams, response: { 200: validationSchema, ...errorResponses } },
		handler: async ({ params }) => ({ cells: battery.validation.figures(params.id).map(({ deviceId, cycles }) => ({ deviceId, cycles: [...cycles] })) }),
	});

	server.delete('/battery/runs/:id', {
		schema: { summary: 'Delete a run and what it measured', tags, params: idParams, response: { 204: Type.Null(), ...errorResponses } },
		handler: async ({ params }, reply) => {
			await battery.runsWith(params.id).delete(params.id);
			return reply.status(204).send(null);
		},
	});

	server.post('/battery/runs/:id/stop', {
		schema: { summary: 'Stop, with the outputs off', tags, params: idParams, response: answer },
		handler: async ({ params }) => battery.runsWith(params.id).stop(params.id),
	});

	server.post('/battery/runs/:id/resume', {
		schema: { summary: 'Go on where it stopped', tags, params: idParams, response: answer },
		handler: async ({ params }) => battery.resume(params.id),
	});

	server.post('/battery/runs/:id/save', {
		schema: { summary: 'Make a profile of a run that stopped before its end', tags, params: idParams, response: answer },
		handler: async ({ params }) => battery.profiler.save(params.id),
	});
};
