import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { libraryProfiles } from '../toolboxes/battery/profile/library/library.ts';
import { writeProfile } from '../toolboxes/battery/profile/otii-json.ts';
import { buildCell } from './simulated-cell.ts';
import { json, temporaryFolder } from './testing.ts';

it.each([
	['CR2032', 3.224, 8.9],
	['cr2032-energizer-(25):soc=50', 2.94, 15.5],
	['CR2032-Energizer-(25):series=3:soc=50:parallel=2', 8.82, 23.25],
	['LiPo-ICP632136HPST-Renata:temperature=-10:soc=50', 3.773, 3.198],
	['CR2032:backwards:soc=50', -2.94, 15.5],
])('%s is a cell of %f V', async (text, openCircuitV, resistanceOhm) => {
	const cell = await buildCell(text);
	expect(cell.openCircuitV).toBeCloseTo(openCircuitV, 6);
	expect(cell.resistanceOhm).toBeCloseTo(resistanceOhm, 6);
});

it('one that is backwards is discharged by what flows into it', async () => {
	const cell = await buildCell('CR2032:backwards:soc=50');
	cell.draw(-100, 1000);
	expect(cell.openCircuitV).toBeGreaterThan(-2.94);
});

it('comes from a file, whose path may hold a colon', async () => {
	const [profile] = libraryProfiles;
	const folder = join(temporaryFolder(), 'a:b');
	mkdirSync(folder);
	const file = join(folder, 'cell.json');
	writeFileSync(file, writeProfile(profile));
	expect((await buildCell(`${file}:soc=50`)).openCircuitV).toBeCloseTo((await buildCell(`${profile.name}:soc=50`)).openCircuitV, 9);
	writeFileSync(file, '{"dischargetables": 5}');
	await expect(buildCell(file)).rejects.toMatchObject({ code: expect.stringMatching(/DAMAGED|INVALID_VALUE/) });
});

it('feeds what is recorded, through the ammeter', async () => {
	const out = join(temporaryFolder(), 'project');
	const common = ['--sim', 'ace', '--clock', 'virtual', '--noise', 'off', '--duration', '0.2', '--json', '--out', out];
	const { channels } = await json(['record', ...common, '--load', 'resistor:100', '--cell', 'CR2032:soc=50']);
	expect(Object.entries<{ average: number }>(channels).find(([name]) => name.endsWith('mc'))?.[1].average).toBeCloseTo(2.94 / 115.5, 6);
});
