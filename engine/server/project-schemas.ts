/** The shapes of the routes for projects, edits, selections and user logs; like schemas.ts. Times are s. */

import { Type } from '@fastify/type-provider-typebox';

const name = Type.String({ minLength: 1, maxLength: 200 });
const note = Type.String({ maxLength: 10_000 });
const color = Type.String({ description: '#rgb or #rrggbb', maxLength: 20 });
const id = Type.String({ minLength: 1, maxLength: 200 });
const optional = Type.Optional;
/** Absent: as it was. */
const removable = (schema: typeof color) => Type.Optional(Type.Union([schema, Type.Null()], { description: 'null takes it away' }));
const strict = { additionalProperties: false };
const text = (description: string) => Type.Union([Type.String(), Type.Null()], { description });

export const folderSchema = Type.String({ minLength: 1, maxLength: 4000, description: "a path; a relative one lies in the data folder's projects/" });
export const forceSchema = optional(Type.Boolean({ description: 'lets go of edits that are not saved' }));

const selectionSchema = Type.Object({
	name: Type.String(),
	from: Type.Number({ description: 's' }),
	to: Type.Number({ description: 's' }),
	recording: optional(Type.String({ description: 'absent: of the whole project' })),
	color: optional(Type.String()),
	note: optional(Type.String()),
	hidden: optional(Type.Boolean()),
});

const logSchema = Type.Object({ id: Type.String(), name: Type.String(), file: Type.String(), offset: optional(Type.Number({ description: 's' })) });

const entrySchema = Type.Object({
	id: Type.String(),
	folder: optional(Type.String({ description: 'under recordings/, where it is not the id' })),
	name: optional(Type.String()),
	offset: optional(Type.Number({ description: 's, against the other recordings' })),
	hidden: optional(Type.Boolean()),
	color: optional(Type.String()),
	note: optional(Type.String()),
	channels: optional(
		Type.Record(Type.String(), Type.Object({ offset: optional(Type.Number({ description: 's' })), color: optional(Type.String()), hidden: optional(Type.Boolean()) })),
	),
	logs: optional(Type.Array(logSchema)),
});

export const projectSchema = Type.Object({
	folder: Type.String(),
	name: Type.String(),
	unsaved: Type.Boolean({ description: 'there are edits that are not on the disk' }),
	readOnly: text('why it cannot be changed'),
	undoable: text('what undo would take back'),
	redoable: text('what redo would do again'),
	recordings: Type.Array(entrySchema, { description: 'in order; what is absent is as the recording itself states it' }),
	selections: Type.Array(selectionSchema),
});

export const recordingChangeSchema = Type.Object(
	{ name: optional(name), offset: optional(Type.Number({ description: 's' })), hidden: optional(Type.Boolean()), color: removable(color), note: removable(note) },
	strict,
);
export const channelChangeSchema = Type.Object({ offset: optional(Type.Number({ description: 's' })), hidden: optional(Type.Boolean()), color: removable(color) }, strict);

const edges = { from: Type.Number({ description: 's' }), to: Type.Number({ description: 's, exclusive' }) };
export const newSelectionSchema = Type.Object({ name, ...edges, recording: optional(id), color: optional(color), note: optional(note), hidden: optional(Type.Boolean()) }, strict);
export const selectionChangeSchema = Type.Object(
	{ name: optional(name), from: optional(edges.from), to: optional(edges.to), hidden: optional(Type.Boolean()), color: removable(color), note: removable(note) },
	strict,
);

export const cropSchema = Type.Object({ from: optional(edges.from), to: optional(edges.to) }, strict);
export const croppedSchema = Type.Object({
	origin: Type.Number({ description: 's: what is 0 now' }),
	channels: Type.Array(Type.Object({ channel: Type.String(), samples: Type.Number(), offset: Type.Number({ description: 's' }) })),
});
export const downsampleSchema = Type.Object({ channel: Type.String({ maxLength: 400, description: '<device>.<channel>' }), factor: Type.Integer({ minimum: 1 }) }, strict);

export const newLogSchema = Type.Object({ name }, strict);
export const logChangeSchema = Type.Object({ name: optional(name), offset: optional(Type.Number({ description: 's' })) }, strict);
export const logLinesSchema = Type.Object(
	{
		lines: Type.Array(
			Type.Object(
				{ time: optional(Type.Number({ description: "s since the recording's start; default: now, while it is recorded" })), text: Type.String({ maxLength: 100_000 }) },
				strict,
			),
			{ minItems: 1, maxItems: 10_000 },
		),
	},
	strict,
);
export const logPageQuery = Type.Object({
	filter: optional(Type.String({ description: 'text that a line must contain, in whatever case' })),
	from: optional(edges.from),
	to: optional(edges.to),
	skip: optional(Type.Integer({ minimum: 0 })),
	limit: optional(Type.Integer({ minimum: 0, maximum: 10_000, description: 'default 1000' })),
});
export const logPageSchema = Type.Object({
	lines: Type.Array(Type.Object({ time: Type.Number({ description: "s, the log's offset included" }), text: Type.String() })),
	total: Type.Integer({ description: 'lines that pass, on all pages' }),
});
export const logListSchema = Type.Array(logSchema);

const namedColumn = Type.Object({ name: Type.String(), unit: optional(Type.String()), id: optional(Type.String()) }, strict);
export const importSchema = Type.Object(
	{
		files: Type.Array(folderSchema, { minItems: 1, maxItems: 1000, description: 'files, or folders of them' }),
		name: optional(name),
		format: optional(Type.String()),
		supplyV: optional(Type.Number({ exclusiveMinimum: 0, description: 'V: adds power and energy to a current' })),
		rate: optional(Type.Number({ exclusiveMinimum: 0, description: 'Hz' })),
		delimiter: optional(Type.String({ minLength: 1, maxLength: 1 })),
		skipLines: optional(Type.Integer({ minimum: 0 })),
		time: optional(namedColumn),
		columns: optional(Type.Array(namedColumn)),
	},
	strict,
);
export const importedSchema = Type.Object({
	recording: Type.String(),
	channels: Type.Array(Type.Object({ device: Type.String(), id: Type.String(), unit: Type.String(), rate: Type.Number(), samples: Type.Number() })),
	notes: Type.Array(Type.String()),
});

const finding = Type.Object({
	file: Type.String(),
	offset: Type.Number({ description: 'bytes' }),
	length: Type.Number(),
	kind: Type.String(),
	from: optional(Type.Number({ description: 's' })),
	to: optional(Type.Number({ description: 's' })),
	message: Type.String(),
});
export const repairSchema = Type.Object({ findings: Type.Array(finding), actions: Type.Array(Type.String()), remaining: Type.Array(finding) });
