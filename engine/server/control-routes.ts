/** The routes that act on instruments beside their settings: names, channels and rates, power cycle, all outputs off, present values. Each is a call of the bench. */

import { type FastifyPluginCallbackTypebox, Type } from '@fastify/type-provider-typebox';
import type { BenchApi } from './bench-api.ts';
import { deviceSchema, errorResponses, idParams, settingsSchema } from './schemas.ts';

const tags = ['devices'];
const strict = { additionalProperties: false };
const channelId = Type.String({ minLength: 1, maxLength: 20 });

export const controlRoutes: FastifyPluginCallbackTypebox<{ bench: BenchApi }> = (server, { bench }, done) => {
	server.patch('/devices/:id', {
		schema: {
			summary: 'Rename a device',
			description: 'It has the name whenever it is opened again. Names of open devices differ.',
			tags,
			params: idParams,
			body: Type.Object({ name: Type.String({ minLength: 1, maxLength: 100, pattern: '\\S' }) }, strict),
			response: { 200: deviceSchema, ...errorResponses },
		},
		handler: async ({ params: { id }, body: { name } }) => (await bench.rename(id, name.trim())) as never,
	});

	server.put('/devices/:id/channels', {
		schema: {
			summary: 'Choose what is measured',
			description: 'The channels measured beside those that always are, and the rates of any. At once; while recording, from the next recording on.',
			tags,
			params: idParams,
			body: Type.Object(
				{ channels: Type.Array(channelId, { maxItems: 100 }), rates: Type.Optional(Type.Record(channelId, Type.Number({ description: 'Hz; one of the channel’s rates' }))) },
				strict,
			),
			response: { 204: Type.Null(), ...errorResponses },
		},
		handler: async ({ params: { id }, body: { channels, rates = {} } }, reply) => {
			await bench.choose(id, { channels, rates });
			return reply.status(204).send(null);
		},
	});

	server.get('/devices/:id/channels', {
		schema: {
			summary: 'What was chosen to be measured',
			tags,
			params: idParams,
			response: { 200: Type.Object({ channels: Type.Array(Type.String()), rates: Type.Record(Type.String(), Type.Number()) }), ...errorResponses },
		},
		handler: async ({ params: { id } }) => bench.choice(id) as never,
	});

	server.post('/devices/:id/power-cycle', {
		schema: {
			summary: 'Switch the output off, wait, and switch it on again',
			description: 'The engine does all of it, whatever becomes of the client. Where the output is switched meanwhile, it is left at that. Answers when it is over.',
			tags,
			params: idParams,
			body: Type.Object({ offS: Type.Number({ minimum: 0.01, maximum: 60, description: 's' }) }, strict),
			response: { 200: settingsSchema, ...errorResponses },
		},
		handler: async ({ params: { id }, body: { offS } }) => bench.powerCycle(id, offS),
	});

	server.post('/devices/outputs-off', {
		schema: {
			summary: 'Switch every output off',
			description: 'Answers an error where one would not go off; the others are off then.',
			tags,
			response: { 200: Type.Array(deviceSchema), ...errorResponses },
		},
		handler: async () => [...(await bench.outputsOff())] as never,
	});

	server.get('/devices/:id/four-wire', {
		schema: {
			summary: 'Whether the sense pins are used',
			description: 'inactive: asked for, but the sense pins are not at the output. cal_invalid: the calibration it needs is missing.',
			tags,
			params: idParams,
			response: { 200: Type.Object({ state: Type.String({ description: 'disabled, active, inactive or cal_invalid' }) }), ...errorResponses },
		},
		handler: async ({ params: { id } }) => ({ state: await bench.instrument(id).fourWireState() }),
	});

	server.get('/devices/:id/values/:channel', {
		schema: {
			summary: "A channel's present value",
			description: 'Also of a channel that is not measured, such as the supply voltage.',
			tags,
			params: Type.Object({ ...idParams.properties, channel: channelId }),
			response: { 200: Type.Object({ value: Type.Number({ description: 'SI' }) }), ...errorResponses },
		},
		handler: async ({ params: { id, channel } }) => ({ value: await bench.instrument(id).value(channel) }),
	});

	done();
};
