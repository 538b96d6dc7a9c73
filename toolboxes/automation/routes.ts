/** The command table over HTTP, for the reference in the page's script console. It describes; commands are sent over the scripting protocol itself. */

import { type FastifyPluginCallbackTypebox, type Static, Type } from '@fastify/type-provider-typebox';
import { errorResponses } from '../../engine/server/schemas.ts';
import type { Command } from './command.ts';

const commandSchema = Type.Object({
	name: Type.String(),
	aliases: Type.Array(Type.String(), { description: 'Other names for it' }),
	brief: Type.String(),
	needs: Type.Union([Type.Literal('nothing'), Type.Literal('automation'), Type.Literal('battery')], {
		description: 'Licences that must be reserved; battery needs automation as well',
	}),
	request: Type.Unknown({ description: 'JSON Schema of the keys of `data`' }),
	response: Type.Unknown({ description: 'JSON Schema of the response’s `data`; null: it has none' }),
});

export type DescribedCommand = Static<typeof commandSchema>;

export const scriptingRoutes: FastifyPluginCallbackTypebox<{ rows: readonly Command[] }> = (server, { rows }, done) => {
	server.get('/scripting/commands', {
		schema: { summary: 'Commands of the scripting protocol', tags: ['scripting'], response: { 200: Type.Array(commandSchema), ...errorResponses } },
		handler: async () =>
			rows.map(({ name, aliases = [], brief, needs, request, response = null }): DescribedCommand => ({ name, aliases: [...aliases], brief, needs, request, response })),
	});
	done();
};
