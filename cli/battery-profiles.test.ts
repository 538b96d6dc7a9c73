/** Battery profiles as their user handles them: the program, in a fresh data folder with its own portal. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newDocument, oldDocument } from '../toolboxes/battery/profile/testing.ts';
import { json, run, start, temporaryFolder } from './testing.ts';

/** Each program here reserves a licence at a portal of its own. */
const long = 120_000;

describe('microjoule battery', { timeout: long }, () => {
	it('imports, lists, shows, plots, exports and deletes profiles', async () => {
		const folder = temporaryFolder();
		const data = join(folder, 'data');
		const battery = (...args: string[]) => ['battery', ...args, '--data', data];
		const files = [newDocument, oldDocument].map((document, k) => {
			const path = join(folder, `cell ${k + 1}.json`);
			writeFileSync(path, JSON.stringify(document));
			return path;
		});
		const { imported } = await json(battery('import', ...files));
		expect(imported.map(({ name, builtIn }: { name: string; builtIn: boolean }) => [name, builtIn])).toEqual([
			['cell 1', false],
			['cell 2', false],
		]);

		const list = await run(battery('profiles'));
		expect(list.stdout).toMatch(/^CR2032-Energizer-\(25\) +CR2032 +25 °C +230.25 mAh +built in: .*Qoitech/m);
		expect(list.stdout).toMatch(/^cell 2 +CR2450 +– +230.248 mAh +own: /m);

		const shown = await json(battery('show', 'cell 1'));
		expect(shown).toMatchObject({ id: newDocument.id, model: 'CR2032', capacityC: expect.closeTo(828.892, 3), temperaturesC: [25] });
		expect(shown.tables[0].openCircuitV).toEqual([3.22372, 2.96201, 1.87295]);
		const text = await run(battery('show', 'LM17500-generic'));
		expect(text.stdout).toMatch(/LM17500-generic \(built in\)[\s\S]*source +Figures typical[\s\S]*20 °C: 3000 mAh[\s\S]*50 % +1500 mAh +2.950 V +270 mΩ/);

		const picture = join(folder, 'curves.svg');
		await json(battery('plot', 'cell 1', 'LiPo-ICP632136HPST-Renata', '--out', picture));
		const svg = readFileSync(picture, 'utf8');
		for (const words of ['cell 1', 'LiPo-ICP632136HPST-Renata, -10 °C', 'open-circuit voltage / V', 'resistance / Ω', 'used capacity / mAh'])
			expect(svg).toContain(`>${words}</text>`);

		const out = join(folder, 'out.json');
		await json(battery('export', 'cell 2', '--out', out));
		expect(JSON.parse(readFileSync(out, 'utf8'))).toEqual(oldDocument);
		expect(await run(battery('export', 'cell 1', '--out', out))).toMatchObject({ code: 1, stderr: expect.stringContaining('already there') });
		expect(JSON.parse(readFileSync(out, 'utf8'))).toEqual(oldDocument);

		await json(battery('delete', 'cell 1'));
		const { profiles } = await json(battery('profiles'));
		expect(profiles.filter(({ builtIn }: { builtIn: boolean }) => !builtIn).map(({ name }: { name: string }) => name)).toEqual(['cell 2']);
	});

	it('refuses what is no profile and says why, and deletes nothing that is built in', async () => {
		const folder = temporaryFolder();
		const data = join(folder, 'data');
		const [first, ...others] = newDocument.dischargetables[0].table;
		const bad = join(folder, 'bad.json');
		writeFileSync(bad, JSON.stringify({ ...newDocument, dischargetables: [{ ...newDocument.dischargetables[0], table: [first, first, ...others] }] }));
		expect(await run(['battery', 'import', bad, '--data', data])).toMatchObject({ code: 2, stderr: expect.stringMatching(/table 1 \(25 °C\), row 2: the used capacity/) });
		expect(await run(['battery', 'delete', 'AA-Varta-(25)', '--data', data])).toMatchObject({ code: 2, stderr: expect.stringContaining('built in') });
		expect(await run(['battery', 'show', 'nothing', '--data', data])).toMatchObject({ code: 1, stderr: expect.stringContaining('AAA-Duracell-(25)') });
	});

	it('deletes no profile that a running engine emulates', async () => {
		const folder = temporaryFolder();
		const data = join(folder, 'data');
		const file = join(folder, 'cell.json');
		writeFileSync(file, JSON.stringify(newDocument));
		const engine = start(['serve', '--port', '0', '--data', data, '--sim', 'ace', '--reserve', 'battery']);
		const url = /http:\S+?(?=[;,]|$| )/.exec(await engine.line(/is at http/))?.[0];
		await json(['battery', 'import', file, '--data', data]);
		const { supplies } = (await (await fetch(`${url}/api/battery/supplies`)).json()) as { supplies: { deviceId: string }[] };
		const supply = async (body: object) => {
			const answer = await fetch(`${url}/api/battery/supplies/${supplies[0].deviceId}`, {
				method: 'PUT',
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify(body),
			});
			expect(answer.status).toBe(200);
		};
		const path = join(data, 'battery-profiles', 'cell.json');
		await supply({ mode: 'battery-emulator', profileId: newDocument.id });
		expect(await run(['battery', 'delete', 'cell', '--data', data])).toMatchObject({ code: 1, stderr: expect.stringContaining('is emulated by Otii Ace') });
		expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(newDocument);
		await supply({ mode: 'power-box' });
		await json(['battery', 'delete', 'cell', '--data', data]);
		expect(existsSync(path)).toBe(false);
	});
});
