/** A file of lines as it is read: in pieces of whole lines, so that a day of UART text costs no more memory than a minute. */

import type { ReadableFile } from './readable-file.ts';

const pieceBytes = 1 << 20;
export const lineFeed = 10;

/** Bytes [from, to) of the file in consecutive pieces, which begin with a line and end with one; the last piece may lack its line end. */
export async function* wholeLines(file: ReadableFile, from: number, to: number): AsyncGenerator<Buffer> {
	let begun: Uint8Array = Buffer.alloc(0);
	for (let at = from; at < to; at += pieceBytes) {
		const piece = Buffer.allocUnsafe(Math.min(pieceBytes, to - at));
		await file.fill(piece, at);
		const end = piece.lastIndexOf(lineFeed) + 1;
		if (end > 0) yield begun.length > 0 ? Buffer.concat([begun, piece.subarray(0, end)]) : piece.subarray(0, end);
		begun = end > 0 ? piece.subarray(end) : Buffer.concat([begun, piece]);
	}
	if (begun.length > 0) yield Buffer.from(begun);
}
