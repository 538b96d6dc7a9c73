/** This program's name and version, as recordings and the server state it. */

import { readFileSync } from 'node:fs';

function packageVersion(): string {
	// The repository keeps package.json one folder up, the built package two.
	for (const path of ['../package.json', '../../package.json']) {
		try {
			const { name, version } = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as { name?: string; version?: string };
			if (name === 'microjoule' && version) return version;
		} catch {
			// not there: the next one
		}
	}
	return 'unknown';
}

export const version = packageVersion();
export const software = `microjoule ${version}`;
