/** Says in a few words what is wrong with a file that a user wrote, and where in it. */

import type { TSchema } from 'typebox';
import { Value } from 'typebox/value';

export interface SchemaProblem {
	/** `phases.0.from`; empty for the whole. */
	readonly place: string;
	readonly message: string;
}

/** Of content that does not fit. What is not known is told first: it is most often a misspelling of what is missing. */
export function schemaProblem(schema: TSchema, content: unknown): SchemaProblem {
	const errors = Value.Errors(schema, content);
	// A key that is not known is held against a schema that nothing fits.
	const unknown = errors.find(({ keyword }) => keyword === 'boolean');
	const { instancePath, message } = unknown ?? errors[0];
	const place = instancePath.slice(1).replaceAll('/', '.');
	if (unknown) return { place, message: `${place} is not a known key` };
	const choices = errors.filter((error) => error.keyword === 'type' && error.instancePath === instancePath);
	return { place, message: `${place || 'the file'} ${choices.length > 0 ? choices.map((error) => error.message).join(' or ') : message}` };
}
