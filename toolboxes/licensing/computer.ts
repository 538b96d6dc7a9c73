/**
 * Who this computer is to a portal: a random id made at the first start, shown by its host name. The id is bound to the operating system's
 * own machine id where there is one, so that a copied data folder is another computer.
 */

import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

export interface Computer {
	/** 32 hexadecimal digits. */
	readonly id: string;
	readonly hostname: string;
}

/** The computer that the data folder belongs to; made where the folder has none, or one of another machine. */
export function loadComputer(dataFolder: string, machine = machineDigest()): Computer {
	const file = join(dataFolder, 'computer.json');
	const stored = read(file);
	const name = hostname().slice(0, 253) || 'unknown';
	if (stored && stored.machine === machine) return { id: stored.id, hostname: name };
	const id = randomBytes(16).toString('hex');
	mkdirSync(dataFolder, { recursive: true });
	writeFileSync(file, `${JSON.stringify({ id, machine })}\n`, { mode: 0o600 });
	return { id, hostname: name };
}

function read(file: string): { id: string; machine: string } | undefined {
	try {
		const { id, machine } = JSON.parse(readFileSync(file, 'utf8')) as { id: unknown; machine: unknown };
		return typeof id === 'string' && /^[0-9a-f]{32}$/.test(id) && typeof machine === 'string' ? { id, machine } : undefined;
	} catch {
		return undefined; // the first start, or a damaged file: a new id only means that licences are reserved again
	}
}

/** A digest of Linux's machine id; empty elsewhere. The id itself is confidential. */
function machineDigest(): string {
	try {
		const id = readFileSync('/etc/machine-id', 'utf8').trim();
		return id === '' ? '' : createHash('sha256').update(`microjoule ${id}`).digest('hex');
	} catch {
		return '';
	}
}
