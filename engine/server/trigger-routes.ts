/** The routes for the trigger: its state, arm, disarm, fire. Each is a call of the engine. */

import { type FastifyPluginCallbackTypebox, Type } from '@fastify/type-provider-typebox';
import type { Trigger } from '../acquisition/trigger.ts';
import { errorResponses } from './schemas.ts';

const tags = ['trigger'];
const strict = { additionalProperties: false };
const device = Type.String({ minLength: 1, maxLength: 200 });
const channel = Type.String({ minLength: 1, maxLength: 20 });
const level = Type.Number({ description: "in the channel's unit" });
const seconds = (description: string) => Type.Union([Type.Number(), Type.Null()], { description });

const conditionSchema = Type.Union([
	Type.Object(
		{ type: Type.Literal('level'), device, channel, above: Type.Boolean(), level, holdS: Type.Number({ minimum: 0, description: 's that it holds without interruption' }) },
		strict,
	),
	Type.Object(
		{
			type: Type.Literal('edge'),
			device,
			channel,
			rising: Type.Boolean(),
			level,
			hysteresis: Type.Number({ minimum: 0, description: 'how far beyond the level the value has been before' }),
		},
		strict,
	),
	Type.Object({ type: Type.Literal('digital'), device, channel, rising: Type.Boolean() }, strict),
	Type.Object(
		{ type: Type.Literal('text'), device, text: Type.String({ maxLength: 1000 }), pattern: Type.Boolean({ description: 'the text is a pattern, in RE2 syntax' }) },
		strict,
	),
	Type.Object({ type: Type.Literal('manual') }, strict),
]);
const condition = (description: string) => Type.Union([conditionSchema, Type.Null()], { description });

const planSchema = Type.Object(
	{
		start: condition('What begins a recording; null: recordings are begun by hand, and the trigger ends them.'),
		preS: Type.Number({ description: 's that a recording begins before the condition, 0 to 60' }),
		stop: condition('What ends a recording; null: nothing.'),
		afterS: seconds('s after the start condition at which the recording ends; null: not by time'),
		times: Type.Union([Type.Integer(), Type.Null()], { description: 'recordings after which the trigger is done; null: it goes on' }),
		name: Type.Union([Type.String({ minLength: 1, maxLength: 180 }), Type.Null()], { description: 'recordings are called by it, with a number' }),
	},
	strict,
);

const statusSchema = Type.Object({
	state: Type.String({ description: 'off, waiting (armed, but not now), armed, triggered or done' }),
	plan: Type.Union([planSchema, Type.Null()]),
	reason: Type.Union([Type.String(), Type.Null()], { description: 'why it waits, or is off by itself' }),
	count: Type.Integer({ description: 'recordings since it was armed' }),
	last: Type.Union([
		Type.Object({
			what: Type.String(),
			recording: Type.String(),
			atS: Type.Number({ description: 's: where in the recording the condition was fulfilled' }),
			at: Type.String({ description: 'ISO 8601, UTC' }),
		}),
		Type.Null(),
	]),
});
const answers = { 200: statusSchema, ...errorResponses };

export const triggerRoutes: FastifyPluginCallbackTypebox<{ trigger: Trigger }> = (server, { trigger }, done) => {
	server.get('/trigger', { schema: { summary: 'The trigger', tags, response: answers }, handler: async () => trigger.status() });

	server.put('/trigger', {
		schema: {
			summary: 'Arm the trigger',
			description: 'It looks at every sample, also while no page is open. While a recording is in progress that it did not begin, it waits for its end.',
			tags,
			body: planSchema,
			response: answers,
		},
		handler: async ({ body }) => trigger.arm(body),
	});

	server.delete('/trigger', { schema: { summary: 'Disarm the trigger; its recording goes on', tags, response: answers }, handler: async () => trigger.disarm() });

	server.post('/trigger/fire', {
		schema: { summary: 'Begin a recording as if the condition was fulfilled now, past included', tags, response: answers },
		handler: async () => trigger.fire(),
	});

	done();
};
