import { readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { openWithSummaries } from './rebuild.ts';
import { arcChannel, recorded, temporaryFolder } from './testing.ts';

const folder = temporaryFolder();
afterEach(() => folder.remove());

test('summaries that are missing or too short are made again on opening, to the bit', async () => {
	const samples = Float32Array.from({ length: 10_000 }, (_, n) => (n % 900 < 3 ? Number.NaN : Math.sin(n / 7) / 30));
	(await recorded(folder.path, [{ ...arcChannel('mc', 4000), samples }])).close();
	const files = readdirSync(folder.path).filter((name) => name.endsWith('.sum'));
	const before = files.map((name) => readFileSync(join(folder.path, name)));
	rmSync(join(folder.path, files[0]));
	truncateSync(join(folder.path, files[1]), 64);
	(await openWithSummaries(folder.path)).close();
	expect(readdirSync(folder.path).filter((name) => name.endsWith('.sum'))).toEqual(files);
	expect(files.map((name) => readFileSync(join(folder.path, name)))).toEqual(before);
});
