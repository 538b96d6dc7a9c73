/** JSON in ASCII: clients decode what they receive piece by piece, and a character of several bytes could lie across two pieces. */

/** Everything above 0x7E escaped. Numbers that JSON does not know must not be in `value`: they would become null. */
export function asciiJson(value: unknown): string {
	return JSON.stringify(value).replace(/[\u007f-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
