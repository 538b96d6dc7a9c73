/**
 * A profile's text as JSON, within bounds: larger or deeper than any profile is refused here, before a reader, a writer or a comparison that calls
 * itself for every level sees it.
 */

import { MicrojouleError, messageOf } from '../../../drivers/errors.ts';
import { nestedDeeper } from '../../automation/nesting.ts';

/** Characters. A table of 100 000 rows has some 8 million; the profiler writes 2 000 rows. */
export const mostCharacters = 16 * 1024 * 1024;
/** A profile has six levels; keys of others may bring some of their own. */
const mostLevels = 64;

/** Throws DAMAGED for what is no JSON, INVALID_VALUE beyond the bounds. */
export function parseProfileText(content: string, name: string): unknown {
	const refused = (problem: string, details: Record<string, number>) =>
		new MicrojouleError('INVALID_VALUE', `The battery profile ${name} is refused: ${problem}.`, { name, ...details });
	const { length } = content;
	if (length > mostCharacters) {
		const millions = (count: number) => (count / 1e6).toFixed(1);
		throw refused(`it has ${millions(length)} million characters, at most ${millions(mostCharacters)} million are read; leave rows out`, { length, mostCharacters });
	}
	let document: unknown;
	try {
		document = JSON.parse(content.replace(/^\uFEFF/, ''));
	} catch (error) {
		throw new MicrojouleError('DAMAGED', `The battery profile ${name} is not JSON: ${messageOf(error)}.`, { name }, error);
	}
	if (nestedDeeper(document, mostLevels)) throw refused(`it is nested deeper than ${mostLevels} levels`, { mostLevels });
	return document;
}
