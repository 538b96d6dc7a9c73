/**
 * What the battery toolbox's HTTP API says and takes: one schema gives the type, the validation and the reference page. SI units, except the state of
 * charge, which is a percentage wherever people and scripts meet it. What is not known is absent.
 */

import { type Static, Type } from 'typebox';

const optional = Type.Optional;
const numbers = (description: string) => Type.Array(Type.Number(), { description });
const closed = { additionalProperties: false };

/** A line of the list of profiles. */
const summary = {
	id: Type.String({ description: 'UUID' }),
	name: Type.String(),
	manufacturer: optional(Type.String()),
	model: optional(Type.String()),
	size: optional(Type.String()),
	builtIn: Type.Boolean({ description: 'Belongs to Microjoule: cannot be deleted' }),
	generic: Type.Boolean({ description: 'Stands for a kind of cell, not for the measurement of one' }),
	capacityC: Type.Number({ description: 'C, of the table nearest to 20 °C' }),
	nominalV: optional(Type.Number({ description: 'V' })),
	cutoffV: optional(Type.Number({ description: 'V' })),
	temperaturesC: numbers('°C, those that tables were noted with, ascending'),
	source: optional(Type.String({ description: 'Where it comes from' })),
	inUse: Type.Boolean({ description: 'It is being emulated: cannot be deleted' }),
};
const profileSummarySchema = Type.Object(summary);
export type ProfileSummary = Static<typeof profileSummarySchema>;

export const profileListSchema = Type.Object({
	profiles: Type.Array(profileSummarySchema),
	damaged: Type.Array(Type.Object({ file: Type.String(), problem: Type.String() }), { description: 'Files in the folder that are no profiles' }),
});
export type ProfileList = Static<typeof profileListSchema>;

const profileTableSchema = Type.Object({
	id: Type.String(),
	temperatureC: optional(Type.Number({ description: '°C' })),
	currentA: optional(Type.Number({ description: 'A, the load at which the resistance was found' })),
	usedC: numbers('C used since full, ascending'),
	openCircuitV: numbers('V'),
	resistanceOhm: numbers('Ω, for a steady load'),
	pairs: Type.Array(Type.Object({ resistanceOhm: numbers('Ω'), timeConstantS: numbers('s') }), { description: 'RC pairs; their resistance is part of resistanceOhm' }),
});

/** A profile with its curves. */
export const profileSchema = Type.Object({
	...summary,
	nominalCapacityC: optional(Type.Number({ description: 'C' })),
	selfDischargePerYear: optional(Type.Number({ description: 'share of the capacity' })),
	provenance: optional(Type.Object({ source: Type.String(), generic: optional(Type.Boolean()), recording: optional(Type.String()) })),
	uncertainty: optional(
		Type.Object(
			{ capacity: optional(Type.Number()), resistance: optional(Type.Number()), openCircuitV: optional(Type.Number({ description: 'V' })) },
			{ description: 'One standard deviation; capacity and resistance as shares' },
		),
	),
	tables: Type.Array(profileTableSchema),
});
export type Profile = Static<typeof profileSchema>;

export const importProfileBody = Type.Object(
	{ name: Type.String({ minLength: 1, maxLength: 200, description: "The file's name without .json" }), text: Type.String({ description: "The file's content" }) },
	closed,
);

const cells = Type.Integer({ minimum: 1, maximum: 1000 });
const soc = Type.Number({ minimum: 0, maximum: 100, description: '%' });
const usedC = Type.Number({ minimum: 0, description: 'C used since full, of the whole pack' });

const emulatorSchema = Type.Object({
	id: Type.String(),
	profileId: Type.String(),
	profileName: Type.String(),
	series: Type.Integer(),
	parallel: Type.Integer(),
	temperatureC: optional(Type.Number({ description: '°C' })),
	usedC: Type.Number({ description: 'C, of the whole pack' }),
	soc: Type.Number({ description: '%' }),
	capacityC: Type.Number({ description: 'C, of the whole pack' }),
	tracking: Type.Boolean({ description: 'It discharges while current flows' }),
	openCircuitV: Type.Number({ description: 'V' }),
	resistanceOhm: Type.Number({ description: 'Ω' }),
	empty: Type.Boolean(),
	mode: Type.Union([Type.Literal('simulated'), Type.Literal('host')], { description: 'Within the simulated instrument, or a loop on this computer that sets the voltage' }),
	rateHz: optional(Type.Number({ description: 'Hz, how often the loop on this computer has set the voltage of late' })),
	problem: optional(Type.String({ description: 'What keeps it from being the cell, in words: a ceiling, a loop that has stopped' })),
});
export type EmulatorStatus = Static<typeof emulatorSchema>;

export const supplySchema = Type.Object({
	deviceId: Type.String(),
	mode: Type.Union([Type.Literal('power-box'), Type.Literal('battery-emulator')]),
	emulator: optional(emulatorSchema),
	endedBecause: optional(Type.String({ description: 'Why the emulation before ended by itself, until a supply is set again' })),
});
export type Supply = Static<typeof supplySchema>;

export const suppliesSchema = Type.Object({ supplies: Type.Array(supplySchema) });

/** Switches the output off. `soc` and `usedC` exclude each other; without either the cell is full. */
export const setSupplyBody = Type.Union([
	Type.Object({ mode: Type.Literal('power-box') }, closed),
	Type.Object(
		{
			mode: Type.Literal('battery-emulator'),
			profileId: Type.String(),
			series: optional(cells),
			parallel: optional(cells),
			soc: optional(soc),
			usedC: optional(usedC),
			tracking: optional(Type.Boolean()),
			temperatureC: optional(Type.Number({ description: '°C; default: the table nearest to 20 °C' })),
		},
		closed,
	),
]);
export type SetSupply = Static<typeof setSupplyBody>;

/** The output stays as it is. Without `keep` another profile starts full. */
export const changeEmulatorBody = Type.Object(
	{
		profileId: optional(Type.String()),
		keep: optional(Type.Union([Type.Literal('soc')], { description: 'What the other profile keeps; default nothing: it is full' })),
		soc: optional(soc),
		usedC: optional(usedC),
		tracking: optional(Type.Boolean()),
	},
	closed,
);
export type ChangeEmulator = Static<typeof changeEmulatorBody>;

const phase = Type.Object(
	{
		mode: Type.Union([Type.Literal('current'), Type.Literal('power'), Type.Literal('resistance')]),
		value: Type.Number({ minimum: 0, description: 'A, W or Ω' }),
		time: Type.Number({ exclusiveMinimum: 0, description: 's' }),
	},
	closed,
);

/** Starts to discharge a cell on each of the devices, all by the same steps. At least one exit must be there. */
export const startRunBody = Type.Object(
	{
		devices: Type.Array(Type.String(), { minItems: 1 }),
		name: Type.String({ minLength: 1, maxLength: 100, description: 'Of the profile; with several devices a number follows' }),
		manufacturer: optional(Type.String({ maxLength: 200 })),
		model: optional(Type.String({ maxLength: 200 })),
		low: phase,
		high: phase,
		exit: Type.Object(
			{
				voltageV: optional(Type.Number({ description: 'V under load' })),
				openCircuitV: optional(Type.Number({ description: 'V at the end of the low phase' })),
				iterations: optional(Type.Integer({ minimum: 1 })),
			},
			{ ...closed, minProperties: 1 },
		),
		temperatureC: optional(Type.Number({ description: '°C, noted in the profile' })),
		record: optional(Type.Boolean({ description: 'Whether a recording is made of it; default no' })),
	},
	closed,
);
export type StartRun = Static<typeof startRunBody>;

const runCellSchema = Type.Object({
	deviceId: Type.String(),
	state: Type.String({ description: 'starting, running, stopped, finished or failed' }),
	phase: optional(Type.String({ description: 'low, high, or the number of the step' })),
	iteration: Type.Integer(),
	voltageV: optional(Type.Number({ description: 'V' })),
	resistanceOhm: optional(Type.Number({ description: 'Ω' })),
	usedC: Type.Number({ description: 'C drawn so far' }),
	elapsedS: Type.Number({ description: 's' }),
	remainingS: optional(Type.Number({ description: 's, estimated' })),
	problem: optional(Type.String({ description: 'Why it stopped' })),
	profileId: optional(Type.String({ description: 'What came of it' })),
});
export type RunCell = Static<typeof runCellSchema>;

/** Starts to discharge and charge a cell on each of the devices by a script. */
export const startValidationBody = Type.Object(
	{
		devices: Type.Array(Type.String(), { minItems: 1 }),
		name: optional(Type.String({ minLength: 1, maxLength: 100, description: 'default: that in the script' })),
		script: Type.String({ maxLength: 1_000_000, description: 'Steps and cycles, YAML or JSON, as `microjoule battery validate` reads them' }),
		record: optional(Type.Boolean({ description: 'Whether a recording is made of it; default no' })),
	},
	closed,
);
export type StartValidation = Static<typeof startValidationBody>;

/** What each cell of a validation gave and took. */
export const validationSchema = Type.Object({
	cells: Type.Array(
		Type.Object({
			deviceId: Type.String(),
			cycles: Type.Array(
				Type.Object({
					cycle: Type.Integer({ description: 'from 1' }),
					dischargedC: Type.Number({ description: 'C that the cell gave' }),
					dischargedJ: Type.Number({ description: 'J' }),
					chargedC: Type.Number({ description: 'C that it took' }),
					chargedJ: Type.Number({ description: 'J' }),
					coulombicEfficiency: optional(Type.Number({ description: 'share given of the charge taken in the same cycle' })),
					energyEfficiency: optional(Type.Number({ description: 'the same of the energy' })),
					fade: Type.Number({ description: 'share of the capacity lost since the first cycle' }),
					durationS: Type.Number({ description: 's' }),
					whole: Type.Boolean({ description: 'All its steps were done' }),
				}),
			),
		}),
	),
});

export const runSchema = Type.Object({
	id: Type.String(),
	kind: Type.Union([Type.Literal('profile'), Type.Literal('validation')]),
	name: Type.String(),
	state: Type.Union([Type.Literal('running'), Type.Literal('stopped'), Type.Literal('finished')]),
	startedAt: Type.String({ description: 'ISO 8601, UTC' }),
	resumable: Type.Boolean({ description: 'It stopped before its end, or the program did' }),
	cells: Type.Array(runCellSchema),
});
export type Run = Static<typeof runSchema>;

export const runsSchema = Type.Object({ runs: Type.Array(runSchema) });

const lifePhase = Type.Object(
	{
		name: Type.String({ maxLength: 100 }),
		durationS: Type.Number({ exclusiveMinimum: 0, description: 's' }),
		currentA: optional(Type.Number({ minimum: 0, description: 'A' })),
		powerW: optional(Type.Number({ minimum: 0, description: 'W, in place of a current: what a converter draws' })),
		peakA: optional(Type.Number({ minimum: 0, description: 'A, a peak at the beginning of the phase, part of its mean; default its current' })),
		peakS: optional(Type.Number({ exclusiveMinimum: 0, description: 's that the peak lasts; default 1 ms' })),
	},
	closed,
);
const recordedLoad = Type.Object(
	{ recording: Type.String(), device: Type.String(), from: optional(Type.Number({ description: 's' })), to: optional(Type.Number({ description: 's' })) },
	closed,
);
const simpleLoad = Type.Union([Type.Object({ phases: Type.Array(lifePhase, { minItems: 1, maxItems: 1000 }) }, closed), recordedLoad]);

/** How long will it last? */
export const estimateBody = Type.Object(
	{
		profileId: optional(Type.String({ description: 'Without it an ideal cell of `capacityC`' })),
		capacityC: optional(Type.Number({ exclusiveMinimum: 0, description: 'C, of an ideal cell without resistance' })),
		voltageV: optional(Type.Number({ exclusiveMinimum: 0, description: 'V, of the ideal cell; needed for a power and a cut-off' })),
		series: optional(cells),
		parallel: optional(cells),
		temperatureC: optional(Type.Number({ description: '°C' })),
		cutoffV: optional(Type.Number({ minimum: 0, description: 'V that the device needs at its worst peak' })),
		soc: optional(Type.Number({ exclusiveMinimum: 0, maximum: 100, description: '% at the beginning; default 100' })),
		margin: optional(Type.Number({ minimum: 0, exclusiveMaximum: 1, description: 'share of the capacity kept in reserve' })),
		selfDischargePerYear: optional(Type.Number({ minimum: 0, maximum: 1, description: 'share of the capacity; default that of the profile' })),
		spread: optional(
			Type.Object(
				{ capacity: optional(Type.Number({ minimum: 0, maximum: 1 })), resistance: optional(Type.Number({ minimum: 0 })), openCircuitV: optional(Type.Number({ minimum: 0 })) },
				{ ...closed, description: 'One standard deviation from cell to cell; capacity and resistance as shares, V' },
			),
		),
		capacitorF: optional(Type.Number({ exclusiveMinimum: 0, description: 'F, one to try across the cell' })),
		load: Type.Union([
			simpleLoad,
			Type.Object(
				{
					scenarios: Type.Array(
						Type.Object(
							{
								name: Type.String({ maxLength: 100 }),
								weight: optional(Type.Number({ exclusiveMinimum: 0, description: 'share of the time, relative to the others; default 1' })),
								perDay: optional(Type.Number({ exclusiveMinimum: 0, description: 'runs of its load a day, in place of a weight' })),
								load: simpleLoad,
							},
							closed,
						),
						{ minItems: 1, maxItems: 100 },
					),
				},
				closed,
			),
		]),
	},
	closed,
);
export type EstimateRequest = Static<typeof estimateBody>;

export const estimateSchema = Type.Object({
	lifeS: Type.Number({ description: 's until the cut-off' }),
	endedBy: Type.String({ description: 'cut-off under peak, capacity, margin or shelf' }),
	usedC: Type.Number({ description: 'C that the device drew' }),
	leftC: Type.Number({ description: 'C left behind' }),
	meanA: Type.Number({ description: 'A, mean of the load' }),
	spread: optional(Type.Object({ p5S: Type.Number(), p50S: Type.Number(), p95S: Type.Number() }, { description: 's: of 100 cells 5, 50, 95 last shorter' })),
	curve: Type.Object({
		timeS: numbers('s'),
		usedC: numbers('C'),
		soc: numbers('%'),
		openCircuitV: optional(numbers('V; absent for an ideal cell of no stated voltage')),
		loadedV: optional(numbers('V at the worst peak')),
	}),
	sensitivities: Type.Array(Type.Object({ change: Type.String({ description: 'What would be different, in words' }), lifeS: Type.Number({ description: 's, then' }) })),
	notes: Type.Array(Type.String(), { description: 'What the figures leave out' }),
});
export type Estimate = Static<typeof estimateSchema>;

/**
 * The live stream's message. Sent whenever supplies or runs have changed, a few times a second at most; `profiles` is a number that is another one
 * whenever the list of profiles is: fetch it again then.
 */
export interface BatteryChange {
	readonly type: 'battery';
	readonly supplies: readonly Supply[];
	readonly runs: readonly Run[];
	readonly profiles: number;
}

/*
 * Routes, all under /api and all answering NO_LICENCE while the toolbox is locked:
 *
 *     GET    /battery/profiles                      ProfileList
 *     POST   /battery/profiles                      importProfileBody → Profile
 *     GET    /battery/profiles/:id                  Profile
 *     GET    /battery/profiles/:id/file             the profile as a JSON file
 *     DELETE /battery/profiles/:id                  204
 *     GET    /battery/supplies                      { supplies }
 *     PUT    /battery/supplies/:id                  setSupplyBody → Supply; :id is the device's
 *     PATCH  /battery/supplies/:id/emulator         changeEmulatorBody → Supply
 *     GET    /battery/runs, /battery/runs/:id      { runs }, Run
 *     POST   /battery/runs                          startRunBody → Run
 *     POST   /battery/validations                   startValidationBody → Run
 *     POST   /battery/runs/:id/stop, …/resume, …/save  Run; save makes a profile of what a stopped run has so far
 *     GET    /battery/runs/:id/cycles               what the cells of a validation gave and took
 *     DELETE /battery/runs/:id                      204
 *     POST   /battery/estimate                      estimateBody → Estimate
 */
