/** What every database can keep: PostgreSQL's text has no NUL, and a lone surrogate would come back as another character. Nothing that people write has them. */

import { MicrojouleError } from '../../../drivers/errors.ts';

/** Looks at every text in a request. INVALID_VALUE. */
export function checkTexts(value: unknown): void {
	if (typeof value === 'string') {
		if (value.includes('\0') || !value.isWellFormed()) throw new MicrojouleError('INVALID_VALUE', 'A text has a NUL character (U+0000) or is no well-formed Unicode; remove it.');
	} else if (typeof value === 'object' && value !== null && !Buffer.isBuffer(value)) for (const part of Object.values(value)) checkTexts(part);
}
