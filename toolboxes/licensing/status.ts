/** What the engine tells about its account, toolboxes and licences: the schema of its answer, the same over HTTP and on the live stream. */

import { type Static, Type } from 'typebox';
import { licenceSchema } from './licence.ts';

const gateStateSchema = Type.Object({
	open: Type.Boolean(),
	until: Type.Union([Type.String(), Type.Null()], { description: 'How long at least, without another word of the portal: ISO 8601; null while locked' }),
	reason: Type.Union([Type.String(), Type.Null()], { description: 'Why it is locked; null while open' }),
});

export const licensingStatusSchema = Type.Object(
	{
		state: Type.Union([Type.Literal('online'), Type.Literal('offline'), Type.Literal('signed-out')]),
		user: Type.Union([Type.String(), Type.Null()], { description: 'User name of the signed-in account' }),
		portal: Type.String({ description: 'Its address' }),
		offlineUntil: Type.Union([Type.String(), Type.Null()], { description: 'While offline: when the last lease runs out; null without any' }),
		problem: Type.Union([Type.String(), Type.Null()], { description: 'Why the portal cannot be used, in words' }),
		toolboxes: Type.Object({ automation: gateStateSchema, battery: gateStateSchema }),
		licences: Type.Array(licenceSchema, { description: 'As the portal last told; empty while signed out' }),
		computer: Type.Object({ id: Type.String(), hostname: Type.String() }),
	},
	{ $id: 'Licensing' },
);
export type LicensingStatus = Static<typeof licensingStatusSchema>;
