/** Standard output of a program that another one waits for. */

import { closeSync, fstatSync, openSync } from 'node:fs';
import { devNull } from 'node:os';

/**
 * Closes standard output if whoever started this program reads it through a pipe, so that a reader waiting for its end goes on. A file or a terminal stays.
 * What is written later goes nowhere.
 */
export function closePipedOutput(): void {
	const kind = fstatSync(1);
	if (!kind.isFIFO() && !kind.isSocket()) return;
	// Nothing is written to the number 1 any more, whatever file has it next.
	process.stdout.write = () => true;
	closeSync(1);
	openSync(devNull, 'w');
}
