/**
 * Holds user logs against their checksums, and repairs them as a recording's events are repaired: damaged bytes are kept aside in `logs/damaged/`,
 * empty lines stand in their place, and lines of intact bytes keep their checksums. Damage is never blessed.
 */

import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { MicrojouleError } from '../../drivers/errors.ts';
import { writeAtomically } from '../recording/atomic.ts';
import { type ChecksumLine, type Checksums, checksumText, parseChecksums } from '../recording/checksums.ts';
import { type Examination, examine, type PieceKind } from '../recording/examine.ts';
import type { Finding } from '../recording/verify.ts';
import { logChecksumsName } from './user-log.ts';

const messages: Readonly<Record<PieceKind, string>> = {
	damaged: 'not what was written: its checksum differs',
	missing: 'missing: it was written once',
	unvouched: 'has no checksum',
	cut: 'left by an interruption, beyond the last checksum',
};

interface Checked extends Examination {
	readonly checksums: Checksums;
	readonly findings: readonly Finding[];
}

/** What is wrong with a user log of the folder `logs`; nothing where it has no file yet. */
export async function verifyLog(logs: string, file: string): Promise<readonly Finding[]> {
	return (await check(logs, file)).findings;
}

/** Throws DAMAGED where a copy of the log would hide damage. */
export async function requireIntactLog(logs: string, file: string): Promise<void> {
	const found = (await verifyLog(logs, file)).find(({ kind }) => kind !== 'cut');
	if (found)
		throw new MicrojouleError(
			'DAMAGED',
			`${found.file} is ${found.message} (byte ${found.offset}, ${found.length} bytes); an edit would hide that. See microjoule verify, then microjoule repair. Nothing was changed.`,
			{ ...found },
		);
}

/** Repairs a user log; returns what was done, for people. Nobody may be writing it. Throws what the disk says. */
export async function repairLog(logs: string, file: string): Promise<string[]> {
	const { pieces, good, findings } = await check(logs, file);
	if (findings.length === 0) return [];
	const path = join(logs, file);
	let bytes = await readFile(path).catch(() => Buffer.alloc(0));
	const actions: string[] = [];
	const lines: Omit<ChecksumLine, 'at'>[] = [...good];
	// Where no checksum of the whole log is left, its lines are all there is: they stay, and go on being reported.
	const trusted = good.length > 0;
	let blanked = 0;
	for (const { kind, offset, length } of pieces) {
		if (kind === 'missing') {
			actions.push(`logs/${file}: ${length} bytes are lost`);
			continue;
		}
		if (kind === 'unvouched' && !trusted) continue;
		const old = Buffer.from(bytes.subarray(offset, offset + length));
		await keep(logs, file, offset, old);
		if (kind === 'cut') {
			bytes = bytes.subarray(0, offset);
			actions.push(`logs/${file}: ${length} bytes beyond the last checksum cut off`);
			continue;
		}
		const blank = Buffer.alloc(length, '\n');
		blank.copy(bytes, offset);
		lines.push({ file, offset, length, crc: crc32(blank) });
		blanked += length;
	}
	if (blanked > 0) actions.push(`logs/${file}: ${blanked} damaged bytes taken out, empty lines stand in their place`);
	if (actions.length > 0 && existsSync(path)) await writeAtomically(path, bytes);
	const checksums = join(logs, logChecksumsName(file));
	if (existsSync(checksums)) await keep(logs, logChecksumsName(file), 0, await readFile(checksums));
	await writeAtomically(
		checksums,
		Buffer.from(
			lines
				.toSorted((a, b) => a.offset - b.offset)
				.map((line) => `${checksumText(line)}\n`)
				.join(''),
		),
	);
	return [...actions, `logs/${logChecksumsName(file)}: lines of intact bytes kept`];
}

async function check(logs: string, file: string): Promise<Checked> {
	const sums = logChecksumsName(file);
	const bytes = await readFile(join(logs, sums)).catch(() => undefined);
	const parsed = parseChecksums(bytes ?? Buffer.alloc(0));
	// A line that names another file says as little as one that cannot be read.
	const strangers = parsed.lines.filter((line) => line.file !== file).map((line) => ({ at: line.at, text: checksumText(line) }));
	const checksums: Checksums = {
		lines: parsed.lines.filter((line) => line.file === file),
		suspects: [...parsed.suspects.filter(({ text }) => text !== ''), ...strangers],
		bytes: bytes?.length ?? 0,
		missing: bytes === undefined,
	};
	const examination = await examine(logs, file, checksums, { length: undefined, interrupted: !checksums.missing && checksums.lines.length > 0, unit: 1 });
	const findings: Finding[] = examination.pieces.map((piece) => ({ file: `logs/${file}`, ...piece, message: messages[piece.kind] }));
	for (const at of [...new Set([...checksums.suspects.map((suspect) => suspect.at), ...examination.hitLines])].sort((a, b) => a - b)) {
		const end = (bytes?.indexOf('\n', at) ?? -1) + 1 || checksums.bytes;
		findings.push({ file: `logs/${sums}`, offset: at, length: end - at, kind: 'damaged', message: 'a line that is not what was written' });
	}
	return { ...examination, checksums, findings };
}

/** Keeps bytes that are about to go, named after what they are: a repair that is done again finds its copies there. */
async function keep(logs: string, file: string, offset: number, bytes: Buffer): Promise<void> {
	const folder = join(logs, 'damaged');
	await mkdir(folder, { recursive: true });
	await writeFile(join(folder, `${file}.${offset}.${crc32(bytes).toString(16).padStart(8, '0')}`), bytes, { flush: true });
}
