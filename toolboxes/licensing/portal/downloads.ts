/**
 * The programs of this version, and how to install each: one npm package, in one way on every platform. The portal hands out the package that it
 * runs from itself, so that a lab's engines fit its portal and need no other source. Run from the repository there is none, and engines come from there.
 */

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { version } from '../../../engine/version.ts';

export interface Download {
	readonly name: string;
	readonly platform: string;
	readonly version: string;
	/** Commands, to be copied. */
	readonly how: string;
}

export const packageFile = `microjoule-${version}.tgz`;

/** The folder of the built package that this program runs from; undefined in the repository. */
export function installedPackage(): string | undefined {
	if (!import.meta.url.includes('/dist/toolboxes/')) return undefined;
	const root = fileURLToPath(new URL('../../../../', import.meta.url));
	return existsSync(`${root}/package.json`) ? root : undefined;
}

/** `portal`: its address. `packaged`: it hands the package out. */
export function downloads(portal: string, packaged: boolean): Download[] {
	const platform = 'Linux, macOS and Windows with Node.js 24';
	const install = packaged ? `npm install --global ${portal}/api/downloads/${packageFile}` : 'npm ci && npm link        # in a copy of the repository';
	const program = (name: string, ...commands: string[]): Download => ({ name, platform, version, how: [install, ...commands].join('\n') });
	return [
		program('Engine and dashboard', `microjoule serve --portal ${portal}`, '# then open http://127.0.0.1:1906 in a browser'),
		program('Program for the command line and for test jobs', `microjoule login --portal ${portal}`, 'microjoule licences', 'microjoule reserve ID'),
		program('Licence portal', 'microjoule portal'),
	];
}
