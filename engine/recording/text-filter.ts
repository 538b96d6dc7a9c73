/** What a person types to find lines: plain text in whatever case, or a regular expression between slashes (RE2: linear time whatever it says). */

import { RE2JS } from 're2js';
import { MicrojouleError, messageOf } from '../../drivers/errors.ts';

/** Empty text lets everything pass. INVALID_VALUE for an expression that is none. */
export function textFilter(text: string): (line: string) => boolean {
	const expression = /^\/(.+)\/(i?)$/s.exec(text);
	if (expression) {
		const compiled = compile(expression[1], expression[2] === 'i');
		return (line) => compiled.matcher(line).find();
	}
	const wanted = text.toLowerCase();
	return (line) => line.toLowerCase().includes(wanted);
}

function compile(pattern: string, ignoreCase: boolean): RE2JS {
	try {
		return RE2JS.compile(pattern, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
	} catch (error) {
		throw new MicrojouleError(
			'INVALID_VALUE',
			`"/${pattern}/" is no regular expression: ${messageOf(error)}. Write plain text without the slashes, or correct it.`,
			{ filter: pattern },
			error,
		);
	}
}
