/**
 * What torture.ts harms: a recording whose every sample follows from its index. Run as a program, it records into the folder it is given until
 * it is killed, at the pace of the host's clock, and prints the seconds it has recorded.
 */

import { cpSync, renameSync, rmSync } from 'node:fs';
import { arcChannel, device, recordingInfo } from '../engine/recording/testing.ts';
import { RecordingWriter } from '../engine/recording/writer.ts';

export const tortureChannels = [
	{ id: 'mc', rate: 20_000 },
	{ id: 'mv', rate: 1000 },
] as const;

/** Spiky, with gaps, and never the same twice. */
export function tortureSample(channel: string, n: number): number {
	if (n % 1013 === 7) return Number.NaN;
	return Math.fround((channel === 'mc' ? 0.01 : 3.3) + n * 1e-7 + (n % 3001 < 4 ? 0.5 : 0));
}

function column(channel: string, from: number, to: number): Float32Array {
	return Float32Array.from({ length: to - from }, (_, k) => tortureSample(channel, from + k));
}

export function createTortured(folder: string): Promise<RecordingWriter> {
	return RecordingWriter.create(folder, recordingInfo(tortureChannels.map(({ id, rate }) => arcChannel(id, rate))), { stageSamples: 8192 });
}

/** Records [fromS, toS), with a line from the UART at its end. */
export async function advance(writer: RecordingWriter, fromS: number, toS: number): Promise<void> {
	for (const { id, rate } of tortureChannels) await writer.append(device, id, column(id, Math.round(fromS * rate), Math.round(toS * rate)));
	writer.event({ device, type: 'log', channel: 'rx', text: `recorded ${toS} s`, time: toS });
}

/** A recording of a length in s, flushed every tenth; unfinished, it is what a crash after the last flush leaves. */
export async function writeTortured(folder: string, lengthS: number, finished = true): Promise<void> {
	const writer = await createTortured(folder);
	for (let tenth = 0; tenth < lengthS * 10; tenth++) {
		await advance(writer, tenth / 10, (tenth + 1) / 10);
		await writer.flush();
	}
	if (!finished) cpSync(folder, `${folder}.crashed`, { recursive: true });
	await writer.close();
	if (finished) return;
	rmSync(folder, { recursive: true });
	renameSync(`${folder}.crashed`, folder);
}

if (import.meta.main) {
	const writer = await createTortured(process.argv[2]);
	console.log(0);
	const startedAt = performance.now();
	let takenS = 0;
	setInterval(async () => {
		const now = Math.floor((performance.now() - startedAt) / 10) / 100;
		if (now <= takenS) return;
		const from = takenS;
		takenS = now;
		await advance(writer, from, now);
		console.log(now);
	}, 10);
}
