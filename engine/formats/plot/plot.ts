/** A recording as a picture, without a browser: exact envelopes drawn as SVG, and from that PNG, by the extension of the file. */

import { writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { MicrojouleError } from '../../../drivers/errors.ts';
import type { RecordingReader } from '../../recording/reader.ts';
import { view } from '../../recording/view.ts';
import { requireFree, wholePath } from '../write/output.ts';
import { drawSvg, type Panel, plotWidth } from './svg.ts';

export interface PlotRequest {
	/** File: .svg or .png. */
	readonly out: string;
	/** Channel ids; default: all. */
	readonly channels?: readonly string[];
	/** What is drawn, s; default: everything. */
	readonly from?: number;
	readonly to?: number;
	/** Limits of the axes, s and SI: two plots of the same limits compare. */
	readonly xRange?: readonly [number, number];
	readonly yRange?: readonly [number, number];
	/** px. */
	readonly width?: number;
	readonly height?: number;
	/** px of a PNG a px of the drawing. */
	readonly scale?: number;
	readonly overwrite?: boolean;
}

/** Draws and writes. Throws INVALID_VALUE for limits or an extension that are none, NOT_FOUND for a channel, NOT_EMPTY, DISK. */
export async function plot(reader: RecordingReader, request: PlotRequest): Promise<void> {
	await writePicture(request, () => plotSvg(reader, request));
}

/** Writes a drawing as SVG or PNG, by the extension of `out`. Throws INVALID_VALUE for another extension, NOT_EMPTY, DISK. */
export async function writePicture({ out, overwrite, scale = 2 }: Pick<PlotRequest, 'out' | 'overwrite' | 'scale'>, draw: () => string | Promise<string>): Promise<void> {
	const extension = extname(out).toLowerCase();
	if (extension !== '.svg' && extension !== '.png') throw new MicrojouleError('INVALID_VALUE', `A plot is written as .svg or .png, and ${out} is named neither.`, { out });
	requireFree(out, overwrite);
	const svg = await draw();
	await wholePath(out, async (temporary) => writeFile(temporary, extension === '.svg' ? svg : await png(svg, scale)));
}

/** The drawing itself. */
export async function plotSvg(reader: RecordingReader, request: Omit<PlotRequest, 'out'>): Promise<string> {
	const { width = 1200, from, to } = request;
	const channels = request.channels ? request.channels.map((id) => reader.channel(undefined, id)) : reader.info.channels;
	if (channels.length === 0) throw new MicrojouleError('NOT_FOUND', `The recording ${reader.info.id} has no sampled channel to draw.`, { recording: reader.info.id });
	const height = request.height ?? 160 + 220 * channels.length;
	for (const [name, range] of [
		['x', request.xRange],
		['y', request.yRange],
	] as const)
		if (range && !(range[0] < range[1]))
			throw new MicrojouleError('INVALID_VALUE', `The ${name} axis goes from ${range[0]} to ${range[1]}; the first must lie below the second.`, { [`${name}Range`]: range });
	const panels: Panel[] = [];
	const several = reader.info.devices.length > 1;
	for (const channel of channels) {
		const points = await view(reader, channel, from ?? request.xRange?.[0] ?? 0, to ?? request.xRange?.[1] ?? Number.POSITIVE_INFINITY, plotWidth(width));
		const label = several ? `${channel.label} (${channel.device})` : channel.label;
		panels.push({ label, unit: channel.unit, view: points, endS: Math.min(points.begin[points.count] ?? channel.count, channel.count) / channel.rate });
	}
	const begin = Math.min(...panels.map((panel) => panel.view.t[0] ?? Number.POSITIVE_INFINITY));
	const end = Math.max(...panels.map((panel) => panel.endS));
	const xRange = request.xRange ?? (begin < end ? [begin, end] : [from ?? 0, (from ?? 0) + 1]);
	return drawSvg(panels, { title: `${reader.info.name} · ${reader.info.start}`, width, height, xRange, yRange: request.yRange });
}

async function png(svg: string, scale: number): Promise<Buffer> {
	// Loaded here: a native library that no other command, and no SVG, needs.
	const { createCanvas, loadImage } = await import('@napi-rs/canvas');
	const image = await loadImage(Buffer.from(svg));
	const canvas = createCanvas(Math.round(image.width * scale), Math.round(image.height * scale));
	canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
	return canvas.encode('png');
}
