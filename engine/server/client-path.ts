/**
 * Paths that clients name. A client on this computer has a user's rights and may name any; one elsewhere stays inside the data folder, links
 * included. A relative path lies in the data folder's `projects/`, wherever the client is.
 */

import { realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { MicrojouleError } from '../../drivers/errors.ts';

export interface PathRule {
	/** Clients may be on other machines. */
	readonly confined: boolean;
	/** Where projects are made; undefined where the server was given none. */
	readonly dataFolder: string | undefined;
}

/** The absolute path that is meant. Throws INVALID_VALUE or, off loopback, FORBIDDEN. */
export function clientPath(path: string, { confined, dataFolder }: PathRule): string {
	if (path === '' || path.includes('\0')) throw new MicrojouleError('INVALID_VALUE', `${JSON.stringify(path)} is no path.`, { path });
	if (!isAbsolute(path) && dataFolder === undefined) throw new MicrojouleError('INVALID_VALUE', `${path} is a relative path; name it from the root.`, { path });
	const absolute = isAbsolute(path) ? resolve(path) : resolve(dataFolder as string, 'projects', path);
	if (!confined) return absolute;
	const inside = dataFolder === undefined ? '..' : relative(real(dataFolder), real(absolute));
	if (inside === '' || inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside))
		throw new MicrojouleError('FORBIDDEN', `${path} lies outside the data folder; clients on other machines reach only what is in it.`, { path });
	return absolute;
}

/** Without links, as far as the path exists. */
function real(path: string): string {
	try {
		return realpathSync(path);
	} catch {
		const parent = dirname(path);
		return parent === path ? path : join(real(parent), basename(path));
	}
}
