/**
 * `export`: CSV in Otii's layout, a current of 50 kS/s over four decades. The formatter alone (WebAssembly kernel against its plain twin, over
 * the same samples), and the whole way from a recording's column to a file in the temporary folder, not synced, against a plain write of the same bytes.
 *
 * Left out: the disk itself. What both formatters write is compared, and the number of rows that differ is printed.
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomNumbers } from '../engine/decode/testing.ts';
import { longestNumber, writeFixed6, writeGeneral } from '../engine/formats/printf.ts';
import { CsvRows } from '../engine/formats/write/csv-rows.ts';
import { otii } from '../engine/formats/write/otii.ts';
import { formatVersion, type RecordingInfo } from '../engine/recording/format.ts';
import { RecordingReader } from '../engine/recording/reader.ts';
import { RecordingWriter } from '../engine/recording/writer.ts';
import { software } from '../engine/version.ts';
import { type Bench, figure, inRounds } from './harness.ts';

const rate = 50_000;
const blockRows = 1 << 14;
const fileRows = 4_000_000;

const random = randomNumbers(3);
const samples = Float32Array.from({ length: blockRows }, () => 10 ** (-6 + 4 * random()));

/** The plain twin's rows. */
function plain(text: Uint8Array, start: number): number {
	let end = 0;
	for (let k = 0; k < samples.length; k++) {
		end = writeFixed6(text, end, (start + k) / rate);
		text[end++] = 44;
		end = writeGeneral(text, end, samples[k]);
		text[end++] = 10;
	}
	return end;
}

/** Rows a second, in millions. */
function speed(rows: number, work: () => void): number {
	const begin = performance.now();
	work();
	return rows / (performance.now() - begin) / 1000;
}

async function recording(folder: string): Promise<RecordingReader> {
	const info: RecordingInfo = {
		version: formatVersion,
		id: '001',
		name: 'bench',
		start: new Date(0).toISOString(),
		offset: 0,
		software,
		devices: [{ id: 'bench', kind: 'import', name: 'Bench', serial: '', hardwareVersion: '', firmwareVersion: '', simulated: true, settings: {} }],
		channels: [{ device: 'bench', id: 'mc', label: 'Main current', unit: 'A', rate, count: 0, ranges: [] }],
		finished: false,
	};
	const writer = await RecordingWriter.create(folder, info, { flushIntervalS: 0 });
	for (let at = 0; at < fileRows; at += blockRows) await writer.append('bench', 'mc', samples.subarray(0, Math.min(blockRows, fileRows - at)));
	await writer.close();
	return RecordingReader.open(folder);
}

export const bench: Bench = {
	brief: 'CSV rows formatted, and a recording written as CSV; the disk left out',
	async run(report, { rounds }) {
		const rows = new CsvRows(blockRows);
		const text = new Uint8Array(blockRows * 48 + 2 * longestNumber);
		const end = plain(text, 0);
		const lines = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1').split('\n');
		const [expected, got] = [lines(text.subarray(0, end)), lines(rows.rows(samples, 0, rate))];
		report.note(`${blockRows} rows compared with exact arithmetic: ${expected.filter((line, k) => line !== got[k]).length} wrong; ${(end / blockRows).toFixed(1)} bytes a row`);
		const folder = mkdtempSync(join(tmpdir(), 'microjoule-bench-'));
		const reader = await recording(join(folder, 'recording'));
		const bytes = new Uint8Array(Math.round((end / blockRows) * fileRows));
		try {
			const blocks = 100;
			const each = (work: (start: number) => void) => speed(blocks * blockRows, () => Array.from({ length: blocks }, (_, k) => work(k * blockRows)));
			const runs = await inRounds(
				{
					kernel: () => each((start) => rows.rows(samples, start, rate)),
					twin: () => each((start) => plain(text, start)),
					file: async () => {
						const begin = performance.now();
						await otii.write(reader, { out: join(folder, 'csv'), overwrite: true });
						return fileRows / (performance.now() - begin) / 1000;
					},
					write: () => speed(fileRows, () => writeFileSync(join(folder, 'plain'), bytes)),
				},
				rounds,
			);
			report.figure(figure('export', 'format, kernel', 'Mrows/s', runs.kernel, { twin: runs.twin }));
			report.figure(figure('export', 'format, plain twin', 'Mrows/s', runs.twin));
			report.figure(figure('export', 'recording to CSV file', 'Mrows/s', runs.file, { 'plain write': runs.write }));
			report.figure(figure('export', 'plain write of as many bytes', 'Mrows/s', runs.write));
		} finally {
			rows.free();
			reader.close();
			rmSync(folder, { recursive: true, force: true });
		}
	},
};
