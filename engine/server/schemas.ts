/**
 * The shapes of the HTTP API: one schema gives the type, the validation and the reference page. Answers are described for the page and
 * checked by the compiler against the engine's types where they are made; requests are validated. Numbers that may be NaN inside are null here.
 */

import { Type } from '@fastify/type-provider-typebox';

const nullable = (description: string) => Type.Union([Type.Number(), Type.Null()], { description });

/** Bounds depend on the model and are checked by the device; here only names and types are. */
export const settingsSchema = Type.Object(
	{
		main: Type.Boolean({ description: 'Main output.' }),
		mainVoltage: Type.Number({ description: 'V' }),
		mainCurrent: Type.Number({ description: 'A, in constant-current regulation; negative sinks' }),
		maxCurrent: Type.Number({ description: 'A' }),
		currentLimitMode: Type.Union([Type.Literal('cutoff'), Type.Literal('limit')]),
		powerRegulation: Type.Union([Type.Literal('voltage'), Type.Literal('current'), Type.Literal('inline'), Type.Literal('off')]),
		range: Type.Union([Type.Literal('low'), Type.Literal('high')]),
		legacySink: Type.Boolean(),
		fourWire: Type.Boolean(),
		expansionPort: Type.Boolean(),
		expansionVoltage: Type.Number({ description: 'V' }),
		expansionSupply: Type.Number({ description: 'V' }),
		adcShunt: Type.Number({ description: 'Ω' }),
		gpo1: Type.Boolean(),
		gpo2: Type.Boolean(),
		tx: Type.Boolean(),
		uart: Type.Boolean(),
		uartBaudRate: Type.Number({ description: 'Bd' }),
	},
	{ additionalProperties: false },
);
export const settingsChangeSchema = Type.Partial(settingsSchema, { additionalProperties: false });

const rangeSchema = Type.Object({ name: Type.String(), span: Type.Number(), gain: Type.Number(), offset: Type.Number(), noise: Type.Number(), step: Type.Number() });

const channelSchema = Type.Object({
	id: Type.String(),
	label: Type.String(),
	unit: Type.String(),
	kind: Type.String({ description: 'analog, digital or log' }),
	rates: Type.Array(Type.Number(), { description: 'Selectable rates, Hz' }),
	defaultRate: Type.Number({ description: 'Hz' }),
	ranges: Type.Array(rangeSchema),
	rail: Type.Optional(Type.Object({ voltage: Type.String(), power: Type.String() })),
	brings: Type.Optional(Type.Array(Type.String())),
	settleS: Type.Optional(Type.Number({ description: 's: how long the instrument settles after a range switch' })),
	measured: Type.Boolean(),
	rate: Type.Number({ description: 'Hz, at present' }),
});

const settingSpecSchema = Type.Object({
	name: Type.String(),
	type: Type.String({ description: 'boolean, number or choice' }),
	unit: Type.String(),
	min: Type.Optional(Type.Number()),
	max: Type.Optional(Type.Number()),
	choices: Type.Optional(Type.Array(Type.Union([Type.String(), Type.Number()]))),
	brief: Type.String(),
});

export const deviceSchema = Type.Object({
	id: Type.String(),
	kind: Type.String({ description: 'arc or ace' }),
	name: Type.String(),
	serial: Type.String(),
	hardwareVersion: Type.String(),
	firmwareVersion: Type.String(),
	port: Type.String(),
	simulated: Type.Boolean(),
	connected: Type.Boolean(),
	measuring: Type.Boolean(),
	settings: settingsSchema,
	settingSpecs: Type.Array(settingSpecSchema),
	channels: Type.Array(channelSchema),
	lost: Type.Number({ description: 'Samples of the main current lost since the measurement began' }),
	failedChecksums: Type.Number(),
	clock: Type.Union([Type.Object({ deviation: Type.Number(), uncertainty: Type.Number() }), Type.Null()], { description: 'True rate / nominal rate − 1' }),
});

export const foundSchema = Type.Object({ path: Type.String(), title: Type.String(), serial: Type.String(), open: Type.Boolean() });

export const recordingSchema = Type.Object({
	id: Type.String(),
	name: Type.String(),
	start: Type.String({ description: 'ISO 8601, UTC' }),
	duration: Type.Number({ description: 's' }),
	finished: Type.Boolean(),
	lost: Type.Number(),
	channels: Type.Array(
		Type.Object({
			device: Type.String(),
			id: Type.String(),
			label: Type.String(),
			unit: Type.String(),
			rate: Type.Number({ description: 'Hz' }),
			count: Type.Number(),
			settleS: Type.Optional(Type.Number({ description: 's that a range switch needs to settle' })),
		}),
	),
});

export const inProgressSchema = Type.Object({ id: Type.String(), name: Type.String(), startedAt: Type.String(), duration: Type.Number({ description: 's' }) });

const uncertaintySchema = Type.Object({ average: nullable('±'), charge: Type.Optional(nullable('± C')), energy: Type.Optional(nullable('± J')) });

export const statisticsSchema = Type.Object({
	device: Type.String(),
	channel: Type.String(),
	unit: Type.String(),
	rate: Type.Number({ description: 'Hz' }),
	from: Type.Number({ description: 's' }),
	to: Type.Number({ description: 's' }),
	duration: Type.Number({ description: 's' }),
	validDuration: Type.Number({ description: 's' }),
	samples: Type.Number(),
	lost: Type.Number(),
	min: nullable('null where nothing is valid'),
	max: nullable('null where nothing is valid'),
	average: nullable('null where nothing is valid'),
	rms: nullable('null where nothing is valid'),
	standardDeviation: nullable('null where nothing is valid'),
	charge: Type.Optional(nullable('C')),
	energy: Type.Optional(nullable('J')),
	uncertainty: Type.Union([uncertaintySchema, Type.Null()], { description: 'Half-widths; null where the accuracy is not known' }),
	saturated: Type.Number(),
	settling: Type.Number(),
});

const points = (description: string) => Type.Array(Type.Union([Type.Number(), Type.Null()]), { description });
export const viewSchema = Type.Object({
	count: Type.Integer(),
	begin: Type.Array(Type.Number(), { description: 'samples: point p covers begin[p] to begin[p + 1], exclusive; one more than there are points' }),
	t: Type.Array(Type.Number(), { description: 's: where each point begins' }),
	min: points('null where nothing is valid'),
	max: points('null where nothing is valid'),
	mean: points('null where nothing is valid'),
	valid: Type.Array(Type.Number(), { description: 'valid samples of each point; its others were lost' }),
});

export const errorSchema = Type.Object({
	error: Type.Object({ code: Type.String(), message: Type.String(), details: Type.Record(Type.String(), Type.Unknown()) }),
});

/** What every route may answer besides success. */
export const errorResponses = { '4xx': errorSchema, '5xx': errorSchema };

export const idParams = Type.Object({ id: Type.String({ minLength: 1, maxLength: 200 }) });
export const windowQuery = Type.Object({
	from: Type.Optional(Type.Number({ description: 's; default: the beginning' })),
	to: Type.Optional(Type.Number({ description: 's; default: the end' })),
});
