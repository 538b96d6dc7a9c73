/** The names that people gave to instruments, by the instruments' ids: one JSON file, so that an instrument has its name whenever it is opened again. */

import { readFileSync } from 'node:fs';
import { MicrojouleError, messageOf } from '../../drivers/errors.ts';
import { writeAtomically } from '../recording/atomic.ts';

export class DeviceNames {
	readonly #file: string;
	#names: Readonly<Record<string, string>>;

	/** A file that is not there holds no name yet. DAMAGED. */
	constructor(file: string) {
		this.#file = file;
		this.#names = read(file);
	}

	get(id: string): string | undefined {
		return Object.hasOwn(this.#names, id) ? this.#names[id] : undefined;
	}

	async set(id: string, name: string): Promise<void> {
		const names = { ...this.#names, [id]: name };
		await writeAtomically(this.#file, Buffer.from(`${JSON.stringify(names, null, '\t')}\n`));
		this.#names = names;
	}
}

function read(file: string): Readonly<Record<string, string>> {
	let text: string;
	try {
		text = readFileSync(file, 'utf8');
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
		throw damaged(file, messageOf(error));
	}
	try {
		const names: unknown = JSON.parse(text);
		if (typeof names === 'object' && names !== null && Object.values(names).every((name) => typeof name === 'string')) return names as Record<string, string>;
	} catch {}
	throw damaged(file, 'it is not a JSON object of names');
}

function damaged(file: string, problem: string): MicrojouleError {
	return new MicrojouleError('DAMAGED', `${file} cannot be read: ${problem}. Correct it, or delete it: the instruments then have their plain names.`, { file });
}
