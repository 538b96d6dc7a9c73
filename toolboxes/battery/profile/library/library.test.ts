import { describe, expect, it } from 'vitest';
import { checkProfile } from '../check.ts';
import { CellModel } from '../model.ts';
import { readProfile, writeProfile } from '../otii-json.ts';
import { libraryCells } from './figures.ts';
import { libraryProfiles } from './library.ts';

const discharges = libraryProfiles.flatMap((profile, k) =>
	profile.tables.map((table, t) => ({ name: `${profile.name}, ${table.temperatureC} °C`, profile: { ...profile, tables: [table] }, figures: libraryCells[k].discharges[t] })),
);

describe('the library', () => {
	it('has the models and names that scripts look for', () => {
		expect(libraryProfiles.map(({ battery }) => battery.model)).toEqual(expect.arrayContaining(['CR2032', 'CR2450', 'CR123A', 'CR2', 'AA', 'AAA', 'LM17500', '18650']));
		expect(libraryProfiles.map(({ name }) => name)).toEqual(
			expect.arrayContaining([
				'LiPo-ICP632136HPST-Renata-WiFi-20',
				'LiPo-ICP632136HPST-Renata_WiFi-5',
				'LiPo-ICP632136HPST-Renata-WiFi-(-10)',
				'AA-Varta-(25)',
				'AAA-Duracell-(25)',
				'CR123A-GP-(25)',
				'CR2-Panasonic-(25)',
				'CR2032-Energizer-(25)',
			]),
		);
	});

	it('has one id and one name each, and says where each comes from', () => {
		for (const key of ['id', 'name'] as const) expect(new Set(libraryProfiles.map((profile) => profile[key].toLowerCase())).size).toBe(libraryProfiles.length);
		for (const { id, provenance, selfDischargePerYear } of libraryProfiles) {
			expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
			expect(provenance?.source).not.toBe('');
			expect(selfDischargePerYear).toBeGreaterThan(0);
		}
		expect(libraryProfiles.filter(({ provenance }) => provenance?.generic).map(({ battery }) => battery.model)).toEqual(['LM17500', '18650']);
	});

	it.each(libraryProfiles.map((profile) => [profile.name, profile] as const))('%s is a profile, and the same after export and import', (name, profile) => {
		checkProfile(profile);
		const { document, ...back } = readProfile(writeProfile(profile), { name });
		expect(back).toEqual({
			...profile,
			tables: profile.tables.map((table) => ({ ...table, usedC: Float64Array.from(table.usedC, (charge) => (charge / 3.6) * 3.6) })),
		});
	});

	it.each(discharges.map((discharge) => [discharge.name, discharge] as const))('%s goes through the eleven points', (_name, { profile, figures }) => {
		const model = new CellModel(profile);
		expect(model.capacityC / 3.6).toBeCloseTo(figures.capacityMAh, 9);
		for (let k = 0; k <= 10; k++) {
			expect(model.openCircuitV((model.capacityC * k) / 10)).toBeCloseTo(figures.openCircuitV[k], 9);
			expect(model.resistanceOhm((model.capacityC * k) / 10)).toBeCloseTo(figures.resistanceOhm[k], 9);
		}
	});

	// Eleven points cannot show what lies between them: the energy of the published tables is met within 0.4 %.
	it.each(discharges.filter(({ figures }) => figures.energyMWh !== undefined).map((discharge) => [discharge.name, discharge] as const))(
		'%s has the energy of the published table',
		(_name, { profile, figures }) => {
			const model = new CellModel(profile);
			const steps = 10_000;
			let energyJ = 0;
			for (let k = 0; k < steps; k++) energyJ += (model.openCircuitV((model.capacityC * (k + 0.5)) / steps) * model.capacityC) / steps;
			expect(Math.abs(energyJ / 3.6 / figures.energyMWh! - 1)).toBeLessThan(0.004);
		},
	);

	it('has the voltage that a fresh CR2032 keeps after its first load', () => {
		const model = new CellModel(libraryProfiles.find(({ name }) => name === 'CR2032-Energizer-(25)')!);
		expect(model.openCircuitV(0.162 * 3.6)).toBeCloseTo(3.15, 9);
	});
});
