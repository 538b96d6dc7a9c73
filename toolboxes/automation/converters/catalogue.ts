/** Finds a log converter by the name that a client sends: one of the user's in the data folder, else a built-in one. */

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { MicrojouleError, messageOf } from '../../../drivers/errors.ts';
import { aliases, builtIn } from './built-in.ts';
import { type Converter, compileConverter } from './converter.ts';

const extension = /\.(ya?ml|json)$/i;

/**
 * Only the name counts: `adb.lua`, as scripts name a converter program of Otii's, is `adb`. NOT_FOUND lists what there is; INVALID_VALUE says what is
 * wrong with the user's description. `folder`: where those are; `around`: ms since 1970, when the log was written about.
 */
export async function findConverter(wanted: string, folder: string | undefined, around: number): Promise<Converter> {
	const name = wanted
		.replace(/^.*[/\\]/, '')
		.replace(/\.[^.]*$/, '')
		.toLowerCase();
	const own = folder === undefined ? [] : (await readdir(folder).catch(() => [])).filter((file) => extension.test(file)).sort();
	const nameOf = (file: string) => file.replace(extension, '');
	const file = own.find((each) => nameOf(each).toLowerCase() === name);
	if (file !== undefined) return compileConverter(name, await description(join(folder as string, file)), around, join(folder as string, file));
	const plain = Object.hasOwn(aliases, name) ? aliases[name] : name;
	if (Object.hasOwn(builtIn, plain)) return compileConverter(plain, builtIn[plain], around);
	const known = [...new Set([...Object.keys(builtIn), ...own.map(nameOf)])];
	throw new MicrojouleError(
		'NOT_FOUND',
		`There is no log converter ${wanted}. Known: ${known.join(', ')}. Converters are descriptions, not programs; one of your own is a YAML file in ${folder ?? 'the data folder'}.`,
		{ name: 'converter', known },
	);
}

async function description(file: string): Promise<unknown> {
	try {
		return parse(await readFile(file, 'utf8'));
	} catch (error) {
		throw new MicrojouleError('INVALID_VALUE', `The log converter ${file} cannot be read: ${messageOf(error)}`, { name: 'converter', file }, error);
	}
}
