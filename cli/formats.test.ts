import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { json, run, temporaryFolder } from './testing.ts';

/** A second of a 1 kS/s current: a burst of 10 mA from 0.25 s to 0.5 s on 1 µA, and a sample missing at 0.7 s. */
function capture(folder: string): string {
	const rows = Array.from({ length: 1000 }, (_, k) => `${(k / 1000).toFixed(3)},${k >= 250 && k < 500 ? 10 : 0.001}`).filter((_, k) => k !== 700);
	const path = join(folder, 'capture.csv');
	writeFileSync(path, `time_s,current_mA\n${rows.join('\n')}\n`);
	return path;
}

async function importedProject(): Promise<{ folder: string; project: string }> {
	const folder = temporaryFolder();
	const project = join(folder, 'P');
	await json(['import', capture(folder), '--supply', '3', '--out', project]);
	return { folder, project };
}

describe('import and export', () => {
	it('a file becomes a recording, and comes back from every format with its charge and its gap', async () => {
		const { folder, project } = await importedProject();
		const { channels } = await json(['stats', project]);
		expect(channels.mc).toMatchObject({ samples: 999, lost: 1 });
		expect(channels.mc.charge / (0.01 * 0.25 + 1e-6 * 0.749)).toBeCloseTo(1, 6); // samples are float32
		await Promise.all(
			[
				['csv', 'csv'],
				['raw', 'raw'],
				['parquet', 'p.parquet'],
				['parquet-long', 'long.parquet'],
				['ppk', 'ppk.csv'],
			].map(async ([format, name]) => {
				const out = join(folder, name);
				const { files } = await json(['export', project, '--format', format, '--channel', 'mc', '--out', out]);
				expect(files.length).toBeGreaterThan(0);
				const again = join(folder, `again-${format}`);
				const { notes, channels: back } = await json(['import', out, '--out', again]);
				expect(back).toMatchObject([{ id: 'mc', rate: 1000, samples: 1000 }]);
				expect({ format, notes }).toEqual({ format, notes: [] });
				const { mc } = (await json(['stats', again])).channels;
				expect({ format, lost: mc.lost, charge: Number(mc.charge.toPrecision(6)) }).toEqual({ format, lost: 1, charge: Number(channels.mc.charge.toPrecision(6)) });
			}),
		);
	}, 60_000);

	it('a window, a channel and a lower rate can be exported alone', async () => {
		const { folder, project } = await importedProject();
		const out = join(folder, 'part.f32');
		await json(['export', project, '--channel', 'mc', '--from', '0.2', '--to', '0.3', '--rate', '100', '--out', out]);
		const bytes = readFileSync(out);
		expect([...new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))]).toEqual([...Array(5).fill(1e-6), ...Array(5).fill(1e-2)].map(Math.fround));
	}, 30_000);

	it('what is wrong is one clear error, and leaves nothing behind', async () => {
		const { folder, project } = await importedProject();
		const text = join(folder, 'text.csv');
		writeFileSync(text, 'hello\nworld\n');
		mkdirSync(join(folder, 'full'));
		writeFileSync(join(folder, 'full', 'x'), '');
		const calls: [string[], number, string][] = [
			[['import', text, '--out', join(folder, 'new')], 1, 'text.csv'],
			[['import', join(folder, 'none.csv'), '--out', join(folder, 'new')], 1, 'There is no file'],
			[['import', capture(folder), '--out', join(folder, 'full')], 1, 'not a Microjoule project'],
			[['import', capture(folder), '--column', 'nope:A', '--out', join(folder, 'new')], 2, 'nope'],
			[['import', capture(folder)], 2, '--out'],
			[['export', project, '--out', text], 1, 'text.csv'],
			[['export', project, '--format', 'doc', '--out', join(folder, 'x')], 2, 'parquet'],
			[['export', project, '--rate', '300', '--out', join(folder, 'x.f32'), '--channel', 'mc'], 2, '300'],
			[['export', project, '--recording', '007', '--out', join(folder, 'x')], 1, '001'],
		];
		for (const [args, code, message] of calls) expect(await run(args), args.join(' ')).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(message) });
		expect(readdirSync(folder).sort()).toEqual(['P', 'capture.csv', 'full', 'text.csv']);
		expect((await json(['info', project])).recordings).toHaveLength(1);
		expect(readFileSync(text, 'utf8')).toBe('hello\nworld\n');
	}, 60_000);
});

describe('plot', () => {
	it('draws SVG and PNG with axes that can be fixed, and overwrites nothing unasked', async () => {
		const { folder, project } = await importedProject();
		const svg = join(folder, 'out.svg');
		expect(await json(['plot', project, '-o', svg, '--channel', 'mc', '--x-range', '0,2', '--y-range', '0,0.02'])).toEqual({ file: svg });
		const text = readFileSync(svg, 'utf8');
		expect(text).toMatch(/^<svg /);
		expect(text).toContain('mA');
		expect(text).toContain('20');
		expect(await run(['plot', project, '-o', svg])).toMatchObject({ code: 1, stderr: expect.stringContaining('--overwrite') });
		expect(readFileSync(svg, 'utf8')).toBe(text);
		const png = join(folder, 'out.png');
		await json(['plot', project, '-o', png, '--from', '0.2', '--to', '0.6', '--width', '300']);
		const bytes = readFileSync(png);
		expect(bytes.subarray(1, 4).toString()).toBe('PNG');
		expect(bytes.readUInt32BE(16)).toBe(600);
		for (const [args, message] of [
			[['-o', join(folder, 'out.gif')], '.svg'],
			[['-o', join(folder, 'a.svg'), '--y-range', '2,1'], '--y-range'],
			[['-o', join(folder, 'a.svg'), '--channel', 'xx'], 'xx'],
		] as const)
			expect(await run(['plot', project, ...args])).toMatchObject({ stdout: '', stderr: expect.stringContaining(message) });
		expect(existsSync(join(folder, 'a.svg'))).toBe(false);
	}, 60_000);
});
