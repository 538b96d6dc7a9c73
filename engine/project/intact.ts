/**
 * Whether a recording may be copied: an edit makes new checksums, and those must not vouch for damage. Every byte that the copy will be made
 * of is checked against the checksums it was recorded with. What a crash left beyond the last checksum does not count: no reader sees it.
 */

import { MicrojouleError } from '../../drivers/errors.ts';
import { readChecksums } from '../recording/checksums.ts';
import { examine, type PieceKind } from '../recording/examine.ts';
import { readInfo } from '../recording/info-file.ts';
import { columnFileName } from '../recording/pyramid.ts';
import type { RecordingReader } from '../recording/reader.ts';

const words: Readonly<Record<PieceKind, string>> = {
	damaged: 'is not as it was recorded',
	missing: 'is missing, or part of it is',
	unvouched: 'has no checksum',
	cut: 'was cut off',
};

/** Throws DAMAGED, naming the first file that is missing, too short, altered, or not vouched for, and where. */
export async function requireIntact({ folder }: RecordingReader): Promise<void> {
	// As it was written: the reader has lowered the counts to what it found.
	const info = await readInfo(folder);
	const checksums = await readChecksums(folder);
	const interrupted = !info.finished;
	const columns = info.channels.map(({ device, id, count }) => ({ file: columnFileName(device, id), length: interrupted ? undefined : count * 4, unit: 4 }));
	for (const { file, length, unit } of [...columns, { file: 'events.jsonl', length: undefined, unit: 1 }]) {
		const { pieces } = await examine(folder, file, checksums, { length, interrupted, unit });
		const wrong = pieces.find(({ kind }) => kind !== 'cut');
		if (wrong)
			throw new MicrojouleError(
				'DAMAGED',
				`${file} of the recording in ${folder} ${words[wrong.kind]} (byte ${wrong.offset}, ${wrong.length} bytes); an edit would hide that. See microjoule verify, then microjoule repair. Nothing was changed.`,
				{ folder, file, ...wrong },
			);
	}
}
