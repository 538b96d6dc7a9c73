import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { arcId, run, temporaryFolder } from './testing.ts';

const record = (project: string, ...more: string[]) =>
	run(['record', '--sim', 'arc', '--load', 'resistor:330', '--clock', 'virtual', '--duration', '5', '--channels', 'mc', '--out', project, '--json', ...more]);

describe('verify and repair', () => {
	it('say where damage lies and make a gap of it, with exit codes to match', async () => {
		const project = join(temporaryFolder(), 'P');
		await record(project);
		expect(await run(['verify', project])).toMatchObject({ code: 0, stdout: expect.stringContaining('intact') });
		const [column] = [join(project, 'recordings', '001', `${arcId}.mc.f32`)];
		const bytes = readFileSync(column);
		bytes[20_001] ^= 4;
		writeFileSync(column, bytes);
		const verified = await run(['verify', project, '--json']);
		expect(verified.code).toBe(1);
		const [finding] = JSON.parse(verified.stdout).recordings[0].findings;
		expect(finding).toMatchObject({ file: `${arcId}.mc.f32`, kind: 'damaged' });
		expect(finding.offset).toBeLessThanOrEqual(20_001);
		expect(finding.to).toBeGreaterThan(20_001 / 4 / 4000);
		expect(await run(['repair', project])).toMatchObject({ code: 0, stdout: expect.stringContaining('are a gap now') });
		expect(await run(['verify', project])).toMatchObject({ code: 0 });
		const { channels } = JSON.parse((await run(['stats', project, '--json'])).stdout);
		expect(channels.mc).toMatchObject({ lost: finding.length / 4 });
	});

	it('report a recording without a description, and leave it', async () => {
		const project = join(temporaryFolder(), 'P');
		await record(project);
		for (const file of ['recording.json', 'start.json']) writeFileSync(join(project, 'recordings', '001', file), '{');
		for (const command of ['verify', 'repair']) {
			const { code, stdout } = await run([command, project]);
			expect({ command, code }).toEqual({ command, code: 1 });
			expect(stdout).toContain('recording.json');
		}
	});
});

describe('--min-free', () => {
	let folder: string;
	beforeAll(() => {
		folder = temporaryFolder();
	});

	it('keeps a recording from being begun on a disk with less', async () => {
		const { code, stderr } = await record(join(folder, 'P'), '--min-free', '1000TiB');
		expect(code).toBe(1);
		expect(stderr).toContain('--min-free');
	});

	it.each(['much', '-1', '1 parsec'])('refuses %j', async (amount) => {
		expect(await record(join(folder, 'Q'), `--min-free=${amount}`)).toMatchObject({ code: 2, stderr: expect.stringContaining('500MiB') });
	});
});
