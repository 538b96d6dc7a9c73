/**
 * What the built-in profiles are made of. Measured cells: eleven points of the profiles that Qoitech has published, found with an Otii Arc or Ace, at 0, 10 …
 * 100 % of the charge used. Generic cells: figures typical of their kind, nobody's measurement.
 */

/** One discharge: eleven points from full to empty. */
export interface Discharge {
	/** UUID of the table. */
	readonly id: string;
	/** °C; undefined where it was not noted. */
	readonly temperatureC?: number;
	readonly capacityMAh: number;
	/** mWh: the open-circuit voltage integrated over the charge, by the published table of some thousand rows. */
	readonly energyMWh?: number;
	/** How the cell was loaded. */
	readonly load?: string;
	readonly openCircuitV: readonly number[];
	readonly resistanceOhm: readonly number[];
	/** A point in between: the charge used, mAh, and the voltage there. */
	readonly early?: readonly [usedMAh: number, openCircuitV: number];
}

type Kind = 'lithium manganese dioxide' | 'alkaline' | 'lithium polymer' | 'lithium ion, NMC';

export interface LibraryCell {
	readonly id: string;
	readonly name: string;
	readonly model: string;
	readonly manufacturer: string;
	/** mm */
	readonly size: string;
	readonly kind: Kind;
	readonly nominalV: number;
	readonly cutoffV: number;
	readonly discharges: readonly Discharge[];
	/** Of cells that stand for a kind. */
	readonly generic?: boolean;
}

/** Share of the capacity a year at 20 °C, as data sheets of such cells state it: shelf life of 10 years for lithium, 5 to 10 for alkaline; 1.5 to 2 % a month. */
export const selfDischarge: Readonly<Record<Kind, number>> = {
	'lithium manganese dioxide': 0.01,
	alkaline: 0.03,
	'lithium polymer': 0.2,
	'lithium ion, NMC': 0.2,
};

const lithium = { kind: 'lithium manganese dioxide', nominalV: 3 } as const;
const alkaline = { kind: 'alkaline', nominalV: 1.5, cutoffV: 0.75 } as const;
const lipo = { model: 'ICP632136HPST', manufacturer: 'Renata', size: '36x21x6.3', kind: 'lithium polymer', nominalV: 3.7, cutoffV: 3 } as const;
const pulses35mA = '2 mA for 180 s and 35 mA for 1.3 s in turns';
const alkalinePulses = '10 µA for 1.3 s and 35 mA for 1.3 s in turns';
const wifi = '0.32 mW for 22.09 s and 371 mW for 13.29 s in turns';

const lipoCold: Discharge = {
	id: '585e88d0-4088-4fe6-b5ce-ada8ea9bd8ad',
	temperatureC: -10,
	capacityMAh: 469.06,
	energyMWh: 1796.5,
	load: wifi,
	openCircuitV: [4.311, 4.105, 3.985, 3.899, 3.821, 3.773, 3.743, 3.717, 3.687, 3.648, 3.577],
	resistanceOhm: [3.302, 3.184, 3.003, 3.018, 3.076, 3.198, 3.368, 3.625, 3.936, 4.235, 4.657],
};
const lipoCool: Discharge = {
	id: 'c4500a8a-19d3-4453-98f1-7d38bd9ec251',
	temperatureC: 5,
	capacityMAh: 521.67,
	energyMWh: 2020.2,
	load: wifi,
	openCircuitV: [4.319, 4.174, 4.07, 3.955, 3.88, 3.819, 3.778, 3.756, 3.723, 3.667, 3.342],
	resistanceOhm: [1.08, 1.078, 1.04, 1.006, 1.012, 1.05, 1.12, 1.214, 1.406, 1.73, 2.662],
};
const lipoWarm: Discharge = {
	id: '568300f3-4ca1-4b86-a51a-729dccff9485',
	temperatureC: 20,
	capacityMAh: 525.22,
	energyMWh: 2038.9,
	load: wifi,
	openCircuitV: [4.31, 4.185, 4.081, 3.973, 3.9, 3.833, 3.793, 3.765, 3.732, 3.679, 3.17],
	resistanceOhm: [0.447, 0.465, 0.466, 0.462, 0.463, 0.465, 0.483, 0.506, 0.543, 0.612, 1.087],
};

export const libraryCells: readonly LibraryCell[] = [
	{
		...lithium,
		id: '62b4c859-afe2-4c8b-a0d1-7f0c00ed7876',
		name: 'CR2032-Energizer-(25)',
		model: 'CR2032',
		manufacturer: 'Energizer',
		size: '20x3.2',
		cutoffV: 1.8,
		discharges: [
			{
				id: '2b4ae8f3-2022-44c5-9f49-e18d55b87d2d',
				temperatureC: 25,
				capacityMAh: 230.25,
				energyMWh: 655.5,
				load: '250 µA for 60 s and 10 mA for 2 ms in turns',
				openCircuitV: [3.224, 2.962, 2.975, 2.972, 2.961, 2.94, 2.892, 2.824, 2.745, 2.601, 1.873],
				resistanceOhm: [8.9, 8.02, 13.3, 12.5, 13.7, 15.5, 17.3, 19.4, 29.7, 46.9, 105.6],
				// A fresh cell falls at once; an emulation of this profile stood at that voltage after so much.
				early: [0.162, 3.15],
			},
		],
	},
	{
		...lithium,
		id: '6c6a0542-1604-4452-96ba-0d2e5e1017b3',
		name: 'CR2032-Varta-40mA',
		model: 'CR2032',
		manufacturer: 'Varta',
		size: '20x3.2',
		cutoffV: 2,
		discharges: [
			{
				id: 'a3a0cc65-36de-4074-a8c7-429d326dda3d',
				capacityMAh: 217.69,
				energyMWh: 626.5,
				load: 'pulses of 40 mA, 2019',
				openCircuitV: [3.25, 2.916, 2.922, 2.926, 2.927, 2.92, 2.91, 2.885, 2.826, 2.754, 2.613],
				resistanceOhm: [14.1, 14.2, 14.6, 15.1, 15.2, 15.9, 16.7, 17.5, 19.3, 23.7, 50.2],
			},
		],
	},
	{
		...lithium,
		id: '8e55d1ce-cbfe-40a2-9d89-347499684f5a',
		name: 'CR2450-Murata-40mA',
		model: 'CR2450',
		manufacturer: 'Murata',
		size: '24.5x5',
		cutoffV: 2,
		discharges: [
			{
				id: 'c39ac984-83eb-4765-ad4e-0795a59ed272',
				capacityMAh: 444.27,
				energyMWh: 1287.9,
				load: 'pulses of 40 mA, 4 to 28 February 2019',
				openCircuitV: [3.26, 2.937, 2.944, 2.95, 2.943, 2.935, 2.922, 2.894, 2.854, 2.789, 2.619],
				resistanceOhm: [7.92, 5.31, 6.11, 6.62, 7.86, 9.17, 10.5, 12.3, 14.0, 16.6, 50.5],
			},
		],
	},
	{
		...lithium,
		id: 'adfd88e2-8c27-4aed-9ed6-b89156ca37c9',
		name: 'CR123A-GP-(25)',
		model: 'CR123A',
		manufacturer: 'GP',
		size: '17x34.5',
		cutoffV: 1.6,
		discharges: [
			{
				id: 'b625f9bd-f899-4322-bb6f-c42f0b90e71f',
				temperatureC: 25,
				capacityMAh: 1692.05,
				energyMWh: 4864,
				load: pulses35mA,
				openCircuitV: [3.201, 2.992, 3.002, 3.004, 2.994, 2.961, 2.899, 2.835, 2.761, 2.627, 2.223],
				resistanceOhm: [0.345, 0.481, 0.51, 0.551, 0.606, 0.667, 0.728, 0.813, 1.0, 1.4, 17.8],
			},
		],
	},
	{
		...lithium,
		id: '9b482887-0495-4302-8bf7-4980ce152a08',
		name: 'CR2-Panasonic-(25)',
		model: 'CR2',
		manufacturer: 'Panasonic',
		size: '15.6x27',
		cutoffV: 1.6,
		discharges: [
			{
				id: 'b48a13fc-4675-44ee-8938-0243e7f845ff',
				temperatureC: 25,
				capacityMAh: 819.07,
				energyMWh: 2393.6,
				load: pulses35mA,
				openCircuitV: [3.209, 2.956, 2.968, 2.974, 2.973, 2.967, 2.952, 2.915, 2.86, 2.802, 2.729],
				resistanceOhm: [0.091, 0.596, 0.59, 0.587, 0.589, 0.593, 0.598, 0.616, 0.657, 0.721, 1.92],
			},
		],
	},
	{
		...alkaline,
		id: '2bc52024-7b86-4781-8ae6-4822b95108f3',
		name: 'AA-Varta-(25)',
		model: 'AA',
		manufacturer: 'Varta',
		size: '14.5x50.5',
		discharges: [
			{
				id: 'a2023d43-7e18-4d89-a9bb-6c3442d51b7e',
				temperatureC: 25,
				capacityMAh: 3099.94,
				energyMWh: 3891,
				load: alkalinePulses,
				openCircuitV: [1.603, 1.441, 1.39, 1.351, 1.322, 1.297, 1.262, 1.21, 1.125, 0.962, 0.798],
				resistanceOhm: [0.478, 0.403, 0.393, 0.422, 0.464, 0.517, 0.568, 0.543, 0.637, 1.364, 1.37],
			},
		],
	},
	{
		...alkaline,
		id: '99ea365d-d5b1-4e69-a8e8-2ed733335af7',
		name: 'AAA-Duracell-(25)',
		model: 'AAA',
		manufacturer: 'Duracell',
		size: '10.5x44.5',
		discharges: [
			{
				id: '43999fe9-8dc1-4aa9-b6a6-b0de2f153c76',
				temperatureC: 25,
				capacityMAh: 1352.41,
				energyMWh: 1718.4,
				load: alkalinePulses,
				openCircuitV: [1.611, 1.44, 1.388, 1.348, 1.321, 1.3, 1.273, 1.233, 1.163, 1.052, 0.822],
				resistanceOhm: [0.498, 0.348, 0.377, 0.426, 0.482, 0.562, 0.667, 0.814, 1.022, 1.295, 2.07],
			},
		],
	},
	{ ...lipo, id: 'd8d4f2cd-d37c-44ab-96c4-77c9326a693b', name: 'LiPo-ICP632136HPST-Renata-WiFi-(-10)', discharges: [lipoCold] },
	{ ...lipo, id: '4fa4f31e-06c7-4d0c-99e7-d529cd49d9b3', name: 'LiPo-ICP632136HPST-Renata_WiFi-5', discharges: [lipoCool] },
	{ ...lipo, id: 'ca9b7915-63dc-4785-aa30-af8cc3aacc77', name: 'LiPo-ICP632136HPST-Renata-WiFi-20', discharges: [lipoWarm] },
	{ ...lipo, id: 'e9653e35-6198-4786-a9e1-7a120dad34e4', name: 'LiPo-ICP632136HPST-Renata', discharges: [lipoCold, lipoCool, lipoWarm] },
	{
		...lithium,
		id: '308e0047-507f-450b-bc2c-34b028ff1ab1',
		name: 'LM17500-generic',
		model: 'LM17500',
		manufacturer: 'generic',
		size: '17x50',
		cutoffV: 2,
		generic: true,
		discharges: [
			{
				id: 'bf1b1038-8685-494b-96be-f3256f86d6ac',
				temperatureC: 20,
				capacityMAh: 3000,
				openCircuitV: [3.22, 3.02, 3.01, 3.0, 2.98, 2.95, 2.91, 2.85, 2.77, 2.63, 2.1],
				resistanceOhm: [0.2, 0.2, 0.21, 0.22, 0.24, 0.27, 0.3, 0.34, 0.42, 0.62, 3.0],
			},
		],
	},
	{
		id: '548f87b5-92b0-4744-b423-e7db32f0e797',
		name: '18650-generic',
		model: '18650',
		manufacturer: 'generic',
		size: '18x65',
		kind: 'lithium ion, NMC',
		nominalV: 3.6,
		cutoffV: 2.8,
		generic: true,
		discharges: [
			{
				id: 'fba0b1a0-3a35-4bb6-9a0e-64e0c6f4b5d2',
				temperatureC: 25,
				capacityMAh: 2600,
				openCircuitV: [4.18, 4.07, 3.97, 3.88, 3.79, 3.71, 3.65, 3.61, 3.56, 3.48, 3.0],
				resistanceOhm: [0.055, 0.052, 0.05, 0.05, 0.05, 0.051, 0.053, 0.056, 0.062, 0.08, 0.13],
			},
		],
	},
];
