import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mostCharacters } from './json-text.ts';
import { readProfile, toDocument, writeProfile } from './otii-json.ts';
import type { BatteryProfile } from './profile.ts';
import { newDocument, oldDocument, profileOf } from './testing.ts';

const read = (document: unknown, name = 'cell') => readProfile(JSON.stringify(document), { name });
const again = (profile: BatteryProfile) => JSON.parse(writeProfile(profile));

/** A document that may have anything beside what is known. */
const documents = fc
	.record({
		base: fc.constantFrom<Record<string, unknown>>(newDocument, oldDocument),
		top: fc.dictionary(fc.string(), fc.jsonValue()),
		inBattery: fc.dictionary(fc.string(), fc.jsonValue()),
		inTable: fc.dictionary(fc.string(), fc.jsonValue()),
		rows: fc.array(fc.tuple(fc.double({ min: 1e-6, max: 1e3, noNaN: true }), fc.double({ min: 0.1, max: 5, noNaN: true }), fc.double({ min: 0, max: 1e4, noNaN: true })), {
			minLength: 2,
			maxLength: 20,
		}),
	})
	.map(({ base, top, inBattery, inTable, rows }) => {
		let capacity = 0;
		const table = rows.map(([step, voltage, resistance]) => {
			capacity += step;
			return { capacity, voltage, resistance };
		});
		const [first] = base.dischargetables as object[];
		// What is known goes last: it has its types.
		return {
			...top,
			microjoule: undefined,
			...base,
			battery: { ...inBattery, ...(base.battery as object) },
			dischargetables: [{ ...inTable, microjoule: undefined, temperature: -5.5, temperatureunit: '°C', current: 0, currentunit: 'mA', id: 'table', ...first, table }],
		};
	})
	.map((document) => JSON.parse(JSON.stringify(document)));

describe('a file', () => {
	it('is the same after reading and writing, whatever else is in it', () => {
		fc.assert(
			fc.property(documents, (document) => {
				const profile = read(document);
				expect(again(profile)).toEqual(document);
				expect(again(readProfile(writeProfile(profile), { name: 'cell' }))).toEqual(document);
			}),
		);
	});

	it('of today is read into SI units', () => {
		const profile = read(newDocument, 'CR2032');
		expect(profile).toMatchObject({ id: newDocument.id, name: 'CR2032', battery: { manufacturer: 'Energizer', model: 'CR2032', size: '20x3.2', nominalV: 3 } });
		expect(profile.battery.nominalCapacityC).toBeCloseTo(828.892, 3);
		expect(profile.battery.cutoffV).toBeUndefined();
		const [table] = profile.tables;
		expect(table).toMatchObject({ id: newDocument.dischargetables[0].id, temperatureC: 25, pairs: [] });
		expect(table.currentA).toBeUndefined();
		expect([...table.usedC].map((charge) => charge.toFixed(6))).toEqual(['0.015015', '82.890000', '828.892212']);
		expect([...table.openCircuitV]).toEqual([3.22372, 2.96201, 1.87295]);
		expect([...table.resistanceOhm]).toEqual([8.904, 8.02, 105.63]);
	});

	it('of 2019 gets ids that follow from its content, and none is written until it changes', () => {
		const profile = read(oldDocument, 'one');
		expect(profile.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
		expect(read(oldDocument, 'other').id).toBe(profile.id);
		expect(read({ ...oldDocument, note: 'another' }).id).not.toBe(profile.id);
		expect(again(profile)).toEqual(oldDocument);
		expect(profile.battery).toEqual({ manufacturer: 'Murata', model: 'CR2450', nominalCapacityC: expect.closeTo(1599.372), nominalV: 3, cutoffV: 2 });
		expect(profile.tables[0].temperatureC).toBeUndefined();

		const changed = again({ ...profile, selfDischargePerYear: 0.01 });
		expect(changed).toEqual({
			...oldDocument,
			id: profile.id,
			dischargetables: [{ ...oldDocument.dischargetables[0], id: profile.tables[0].id }],
			microjoule: { selfDischargePerYear: 0.01 },
		});
	});

	it('of 2019 may have a load in mA or A', () => {
		const load = (current: number, currentunit?: string) => read({ dischargetables: [{ ...oldDocument.dischargetables[0], current, currentunit }] }).tables[0].currentA;
		expect([load(40, 'mA'), load(0.04, 'A'), load(40), load(0)]).toEqual([0.04, 0.04, 0.04, undefined]);
	});

	it('is read with a byte order mark, too', () => {
		expect(readProfile(`\uFEFF${JSON.stringify(newDocument)}`, { name: 'cell' }).id).toBe(newDocument.id);
	});

	it('may say capacity and voltage of the battery in other units', () => {
		const nominal = (battery: object) => read({ ...newDocument, battery }).battery;
		expect(nominal({ capacity: 2, capacityunit: 'Ah', voltage: 3000, voltageunit: 'mV' })).toEqual({ nominalCapacityC: 7200, nominalV: 3 });
		expect(nominal({ capacity: 7200, capacityunit: 'C', cutoffvoltage: 2 })).toEqual({ nominalCapacityC: 7200, cutoffV: 2 });
	});

	it('has its tables by temperature when read, and in its own order when written', () => {
		const [table] = newDocument.dischargetables;
		const document = { ...newDocument, dischargetables: [20, -10, 5].map((temperature) => ({ ...table, id: `at ${temperature}`, temperature })) };
		const profile = read(document);
		expect(profile.tables.map(({ temperatureC }) => temperatureC)).toEqual([-10, 5, 20]);
		expect(again(profile)).toEqual(document);
		expect(again({ ...profile, tables: profile.tables.slice(1) }).dischargetables.map(({ id }: { id: string }) => id)).toEqual(['at 20', 'at 5']);
	});
});

describe('a changed profile', () => {
	const profile = read(newDocument);
	const [table] = profile.tables;

	it('writes changed rows, and keeps what else was there', () => {
		const resistanceOhm = table.resistanceOhm.map((ohm) => 2 * ohm);
		const document = again({ ...profile, tables: [{ ...table, resistanceOhm }] });
		expect(document.dischargetables[0].device).toEqual(newDocument.dischargetables[0].device);
		const back = readProfile(JSON.stringify(document), { name: 'cell' });
		expect([...back.tables[0].resistanceOhm]).toEqual([...resistanceOhm]);
	});

	it('writes a changed temperature, load and battery, in units of today', () => {
		const before = read({
			dischargetables: [{ ...oldDocument.dischargetables[0], current: 40 }],
			battery: { voltage: 3000, voltageunit: 'mV', weight: 3 },
		});
		const changed = { ...before, battery: { ...before.battery, cutoffV: 1.8, size: '24.5x5' }, tables: [{ ...before.tables[0], temperatureC: 21, currentA: 0.02 }] };
		const document = again(changed);
		expect(document.battery).toEqual({ voltage: 3, voltageunit: 'V', cutoffvoltage: 1.8, weight: 3, size: '24.5x5', sizeunit: 'mm' });
		expect(document.dischargetables[0]).toMatchObject({ temperature: 21, temperatureunit: '°C', current: 0, microjoule: { currentA: 0.02 }, stoptime: '20190228091217' });
		expect(readProfile(JSON.stringify(document), { name: 'cell' })).toMatchObject({ battery: changed.battery, tables: [{ temperatureC: 21, currentA: 0.02 }] });
	});
});

describe('a profile of ours', () => {
	const column = (...values: number[]) => Float64Array.from(values);
	const profile = profileOf(
		[
			{
				rows: [
					[0, 4.2, 0.05],
					[3600, 3.7, 0.06],
					[7200, 3, 0.1],
				],
				temperatureC: 20,
				currentA: 1,
				pairs: [
					{ resistanceOhm: column(0.01, 0.02, 0.03), timeConstantS: column(5, 6, 7) },
					{ resistanceOhm: column(0.01, 0.01, 0.01), timeConstantS: column(50, 60, 70) },
				],
			},
		],
		{
			battery: { manufacturer: 'M', model: 'X', nominalCapacityC: 7200, nominalV: 3.7, cutoffV: 3 },
			selfDischargePerYear: 0.2,
			provenance: { source: 'a fit', recording: 'cell/001' },
			uncertainty: { capacity: 0.01, resistance: 0.1, openCircuitV: 0.002 },
		},
	);

	it('is read back as it was, and Otii finds what it knows', () => {
		const document = toDocument(profile);
		expect(readProfile(writeProfile(profile), { name: profile.name })).toEqual({ ...profile, document: JSON.parse(writeProfile(profile)) });
		expect(document).toMatchObject({ id: 'profile-1', battery: { model: 'X', capacity: 2000, capacityunit: 'mAh', voltage: 3.7, voltageunit: 'V', cutoffvoltage: 3 } });
		expect(document.dischargetables[0]).toMatchObject({ id: 'table-0', temperature: 20, temperatureunit: '°C' });
		expect(document.dischargetables[0].table[1]).toEqual({ voltage: 3.7, resistance: 0.06, capacity: 1000 });
	});

	it('keeps unknown keys of its own parts', () => {
		const document = JSON.parse(writeProfile(profile));
		document.microjoule.later = [1];
		document.dischargetables[0].microjoule.later = { a: null };
		const before = read(document, profile.name);
		expect(again(before)).toEqual(document);
		const changed = again({ ...before, selfDischargePerYear: 0.1, tables: [{ ...before.tables[0], pairs: [] }] });
		expect(changed.microjoule).toMatchObject({ later: [1], selfDischargePerYear: 0.1 });
		expect(changed.dischargetables[0].microjoule).toEqual({ later: { a: null }, currentA: 1 });
	});
});

describe('what is no profile is refused', () => {
	const row = (changes: object) => ({
		...newDocument,
		dischargetables: [{ ...newDocument.dischargetables[0], table: newDocument.dischargetables[0].table.map((each, k) => (k === 1 ? { ...each, ...changes } : each)) }],
	});
	it.each<[string, unknown, RegExp]>([
		['a list', [], /cell is refused: the file/],
		['no tables', { id: 'x' }, /dischargetables/],
		['an empty list of tables', { dischargetables: [] }, /no discharge table/],
		['a capacity unit nobody knows', { ...newDocument, battery: { capacityunit: 'Wh' } }, /capacityunit is "Wh"; known are mAh, Ah, C/],
		['a voltage unit nobody knows', { ...newDocument, battery: { voltageunit: 'kV' } }, /voltageunit is "kV"/],
		['Fahrenheit', { dischargetables: [{ ...newDocument.dischargetables[0], temperatureunit: '°F' }] }, /temperatureunit of table 1 is "°F"/],
		['Fahrenheit of the battery', { ...newDocument, battery: { temperatureunit: '°F' } }, /temperatureunit of the battery is "°F"/],
		['a current unit nobody knows', { dischargetables: [{ ...newDocument.dischargetables[0], currentunit: 'toString' }] }, /currentunit of table 1 is "toString"/],
		['a row without a voltage', row({ voltage: undefined }), /table 1, row 2: "voltage" is missing/],
		['a row of null', row({ resistance: null }), /table 1, row 2: "resistance" is null/],
		['a row of text', row({ capacity: '12' }), /table 1, row 2: "capacity" is "12"; it must be a number of mAh/],
		['a row that is no object', { dischargetables: [{ table: [1, 2] }] }, /row 1: "capacity" is missing/],
		['a row that falls', row({ capacity: 1000 }), /row 3: the used capacity/],
		['a temperature of text', { dischargetables: [{ ...newDocument.dischargetables[0], temperature: 'warm' }] }, /temperature/],
		[
			'RC pairs of another length',
			{ dischargetables: [{ ...newDocument.dischargetables[0], microjoule: { pairs: [{ resistance: [1], timeConstant: [1] }] } }] },
			/3 rows, but 1 of resistance of RC pair 1/,
		],
	])('%s', (_what, document, pattern) => {
		expect(() => read(document)).toThrow(expect.objectContaining({ code: 'INVALID_VALUE', message: expect.stringMatching(pattern) }));
	});

	it('anything else, with an error that says so and never another', () => {
		const keys = fc.constantFrom('id', 'battery', 'dischargetables', 'table', 'voltage', 'capacity', 'resistance', 'temperature', 'current', 'microjoule', 'pairs', 'capacityunit');
		const anything = fc.letrec((tie) => ({
			value: fc.oneof(
				{ maxDepth: 6 },
				fc.jsonValue({ maxDepth: 1 }),
				fc.constantFrom(...newDocument.dischargetables),
				fc.array(tie('value'), { maxLength: 4 }),
				fc.dictionary(keys, tie('value'), { maxKeys: 5 }),
			),
		})).value;
		fc.assert(
			fc.property(anything, anything, (whole, tables) => {
				for (const document of [whole, { dischargetables: tables }, { dischargetables: [tables, whole] }, { ...newDocument, battery: whole, microjoule: tables }])
					try {
						read(document);
					} catch (error) {
						expect(error).toMatchObject({ name: 'MicrojouleError', code: 'INVALID_VALUE' });
					}
			}),
			{ numRuns: 500 },
		);
	});

	it.each(['battery', 'whatever'])('what is nested deeper than any profile, under %s', (key) => {
		const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
		const content = JSON.stringify({ ...newDocument, [key]: 'here' }).replace('"here"', deep);
		expect(() => readProfile(content, { name: 'cell' })).toThrow(/cell is refused: it is nested deeper than 64 levels/);
	});

	it('what is larger than any profile', () => {
		const content = `${JSON.stringify(newDocument)}${' '.repeat(mostCharacters)}`;
		expect(() => readProfile(content, { name: 'cell' })).toThrow(/16\.8 million characters/);
	});

	it('a number too large for one', () => {
		const text = JSON.stringify(newDocument).replace('105.63', '1e999');
		expect(() => readProfile(text, { name: 'cell' })).toThrow(/table 1, row 3: "resistance"/);
	});

	it.each(['', '{"dischargetables":[', '{"voltage": NaN}', 'V;R;Q'])('%j, which is not JSON', (text) => {
		expect(() => readProfile(text, { name: 'cell' })).toThrow(expect.objectContaining({ code: 'DAMAGED' }));
	});
});
