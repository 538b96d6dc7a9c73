import { existsSync, readFileSync } from 'node:fs';
import { loadImage } from '@napi-rs/canvas';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { arcChannel, recorded, temporaryFolder } from '../../recording/testing.ts';
import { axis, roomy } from './axis.ts';
import { plot, plotSvg } from './plot.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
	folder = temporaryFolder();
});
afterEach(() => folder.remove());

const samples = Float32Array.from({ length: 100_000 }, (_, k) => (k === 31_415 ? 0.02 : 0.001));
samples.fill(Number.NaN, 50_000, 60_000);
const record = () =>
	recorded(`${folder.path}/r`, [
		{ ...arcChannel('mc', 1000), samples },
		{ ...arcChannel('mv', 100), samples: [3.3] },
	]);
/** The y coordinates of the first panel's band. */
const heights = (svg: string) => [...(/<path d="([^"]*)" fill="#1c6dd0"/.exec(svg)?.[1] ?? '').matchAll(/ (-?[\d.]+)/g)].map((match) => Number(match[1]));

describe('axes', () => {
	it.each([
		[0, 0.0123, 'A', 'mA', ['0', '5', '10']],
		[-2e-6, 2e-6, 'A', 'µA', ['-2', '-1', '0', '1', '2']],
		[0, 100, 's', 's', ['0', '20', '40', '60', '80', '100']],
		[0, 7200, 's', 's', ['0', '2000', '4000', '6000']],
		[0.58, 0.5804, 's', 'ms', ['580.0', '580.1', '580.2', '580.3', '580.4']],
		[20, 21, '°C', '°C', ['20.0', '20.5', '21.0']],
	])('%f to %f %s is written in %s', (from, to, unit, scaled, texts) => {
		const result = axis(from, to, unit, texts.length === 6 ? 6 : 4);
		expect([result.unit, result.ticks.map(({ text }) => text)]).toEqual([scaled, texts]);
	});

	it('leave room, and never none', () => {
		expect(roomy(0.001, 0.02)).toEqual([0, expect.closeTo(0.02095)]);
		expect(roomy(3.3, 3.3)).toEqual([expect.closeTo(3.135), expect.closeTo(3.465)]);
		expect(roomy(0, 0)).toEqual([0, 1]);
		expect(roomy(Number.NaN, Number.NaN)).toEqual([0, 1]);
	});
});

describe('a plot', () => {
	it('shows a single sample among a hundred thousand, and interrupts at a gap', async () => {
		using reader = await record();
		const svg = await plotSvg(reader, { channels: ['mc'], yRange: [0, 0.02], height: 284, width: 400 });
		// The panel is 200 px high and begins at 36.
		expect(Math.min(...heights(svg))).toBe(36);
		expect(Math.max(...heights(svg))).toBe(226);
		expect(svg.match(/Z" fill="#1c6dd0"/g)?.length).toBe(1);
		expect(svg.match(/ZM/g)?.length).toBe(1); // two bands, one path
		expect(svg).toContain('Main current / mA');
	});

	it('has the axes it is told to have, whatever is drawn', async () => {
		using reader = await record();
		const ticks = (svg: string) => [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map((match) => match[1]).slice(1);
		const limits = { channels: ['mc'], xRange: [0, 50], yRange: [0, 0.05] } as const;
		expect(ticks(await plotSvg(reader, { ...limits, from: 1, to: 2 }))).toEqual(ticks(await plotSvg(reader, { ...limits, from: 20, to: 40 })));
	});

	it('is written as SVG and PNG, one panel a channel', async () => {
		using reader = await record();
		await plot(reader, { out: `${folder.path}/p.svg` });
		expect(readFileSync(`${folder.path}/p.svg`, 'utf8')).toMatch(/^<svg .*Main current.*Main voltage.*<\/svg>\n$/s);
		await plot(reader, { out: `${folder.path}/p.png`, width: 400, height: 300 });
		const image = await loadImage(`${folder.path}/p.png`);
		expect([image.width, image.height]).toEqual([800, 600]);
	});

	it('refuses what is no picture, no channel, no range, and a taken name', async () => {
		using reader = await record();
		const out = `${folder.path}/p.svg`;
		await expect(plot(reader, { out: `${folder.path}/p.pdf` })).rejects.toMatchObject({ code: 'INVALID_VALUE' });
		await expect(plot(reader, { out, channels: ['xx'] })).rejects.toMatchObject({ code: 'NOT_FOUND' });
		await expect(plot(reader, { out, yRange: [1, 1] })).rejects.toMatchObject({ code: 'INVALID_VALUE' });
		expect(existsSync(out)).toBe(false);
		await plot(reader, { out });
		await expect(plot(reader, { out })).rejects.toMatchObject({ code: 'NOT_EMPTY' });
	});

	it('of a window without a sample is empty axes', async () => {
		using reader = await record();
		expect(await plotSvg(reader, { channels: ['mc'], from: 52, to: 53 })).toContain('time / s');
		expect(await plotSvg(reader, { channels: ['mc'], from: 500, to: 600 })).toContain('time / s');
	});
});
