/**
 * The profiles that there are: the built-in library, which cannot be changed, and the files of one folder, `NAME.json` each. Several programs may use
 * the folder at once: it is looked at again for every question, and files are read again when they have changed. A file that is no profile is
 * listed with its problem and stops nothing. What is being emulated is marked as in use, and cannot be deleted by this process.
 */

import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { MicrojouleError, messageOf } from '../../../drivers/errors.ts';
import { requireFree, wholePath } from '../../../engine/formats/write/output.ts';
import { writeAtomically } from '../../../engine/recording/atomic.ts';
import { diskError } from '../../../engine/recording/writer.ts';
import { checkProfile } from './check.ts';
import { libraryProfiles } from './library/library.ts';
import { readProfile, writeProfile } from './otii-json.ts';
import type { BatteryProfile } from './profile.ts';

export interface ProfileEntry {
	readonly profile: BatteryProfile;
	/** Belongs to Microjoule: cannot be changed or deleted. */
	readonly builtIn: boolean;
	/** It is being emulated by this process. */
	readonly inUse: boolean;
	/** Path of a profile that is not built in. */
	readonly file?: string;
}

export interface ProfileListing {
	/** By name. */
	readonly profiles: readonly ProfileEntry[];
	/** Files of the folder that are no profiles. */
	readonly damaged: readonly { readonly file: string; readonly problem: string }[];
}

interface KnownFile {
	readonly changed: string;
	readonly profile?: BatteryProfile;
	readonly problem?: string;
}

/** What a profile's file is made of besides its name. */
const extension = '.json';
const folded = (name: string) => name.normalize('NFC').toLowerCase();

export class ProfileStore {
	readonly folder: string;
	readonly #files = new Map<string, KnownFile>();
	/** By profile id: who uses it. */
	readonly #uses = new Map<string, Set<{ readonly by: string }>>();
	readonly #listeners = new Set<() => void>();
	/** Changes, one after the other. */
	#turn: Promise<unknown> = Promise.resolve();

	/** `folder` is made when the first profile is put there. Throws DISK. */
	static async open(folder: string): Promise<ProfileStore> {
		const store = new ProfileStore(folder);
		await store.list();
		return store;
	}

	private constructor(folder: string) {
		this.folder = folder;
	}

	/** Everything there is. Throws DISK. */
	async list(): Promise<ProfileListing> {
		await this.#look();
		const profiles: ProfileEntry[] = libraryProfiles.map((profile) => ({ profile, builtIn: true, inUse: this.#uses.has(profile.id) }));
		const damaged: { file: string; problem: string }[] = [];
		for (const [file, { profile, problem }] of [...this.#files].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
			const twin = profile && profiles.find((entry) => entry.profile.id === profile.id || folded(entry.profile.name) === folded(profile.name));
			if (twin) damaged.push({ file, problem: `It has the id or the name of ${twin.builtIn ? 'the built-in profile ' : ''}${twin.profile.name}; only that one counts.` });
			else if (profile) profiles.push({ profile, builtIn: false, inUse: this.#uses.has(profile.id), file });
			else damaged.push({ file, problem: problem ?? '' });
		}
		return { profiles: profiles.toSorted((a, b) => a.profile.name.localeCompare(b.profile.name, 'en')), damaged };
	}

	/** By id, or by name. NOT_FOUND says what there is. */
	async get(idOrName: string): Promise<BatteryProfile> {
		return (await this.entry(idOrName)).profile;
	}

	/** As `get`, with where it comes from. */
	async entry(idOrName: string): Promise<ProfileEntry> {
		const { profiles, damaged } = await this.list();
		const wanted = folded(idOrName);
		const found =
			profiles.find(({ profile }) => profile.id === idOrName) ??
			profiles.find(({ profile }) => profile.name === idOrName) ??
			profiles.find(({ profile }) => folded(profile.id) === wanted || folded(profile.name) === wanted);
		if (found) return found;
		const names = profiles.map(({ profile }) => profile.name);
		const broken = damaged.find(({ file }) => folded(nameOf(file)) === wanted);
		if (broken) throw new MicrojouleError('DAMAGED', `The battery profile ${idOrName} cannot be used: ${broken.problem}`, { profile: idOrName, file: broken.file });
		throw new MicrojouleError('NOT_FOUND', `There is no battery profile ${idOrName}. There are: ${names.join(', ')}.`, { profile: idOrName, known: names });
	}

	/** Puts the content of a file into the folder. Throws DAMAGED, INVALID_VALUE, ALREADY_EXISTS, DISK. */
	async import(content: string, { name }: { readonly name: string }): Promise<BatteryProfile> {
		return await this.save(readProfile(content, { name }));
	}

	/** All of the files or, when one is refused, none. `name`: of the profile in a single file, default the file's. Throws what `import` throws, and NOT_FOUND. */
	async importFiles(files: readonly string[], { name }: { readonly name?: string } = {}): Promise<BatteryProfile[]> {
		const read = await Promise.all(files.map(async (file) => readProfile(await contentOf(file), { name: name ?? nameOf(file) })));
		const saved: BatteryProfile[] = [];
		try {
			for (const profile of read) saved.push(await this.save(profile));
		} catch (error) {
			for (const { id } of saved) await this.delete(id);
			throw error;
		}
		return saved;
	}

	/** The profile as the content of a file. Throws NOT_FOUND. */
	async export(idOrName: string): Promise<string> {
		return writeProfile(await this.get(idOrName));
	}

	/** Into a file. Throws NOT_FOUND, NOT_EMPTY for a path that is taken, DISK. */
	async exportFile(idOrName: string, file: string, { overwrite }: { readonly overwrite?: boolean } = {}): Promise<void> {
		const content = await this.export(idOrName);
		requireFree(file, overwrite);
		await wholePath(file, (temporary) => writeFile(temporary, content));
	}

	/** Puts a new profile into the folder; `replace` allows that it takes the place of the one with its id. Throws INVALID_VALUE, ALREADY_EXISTS, DISK. */
	async save(profile: BatteryProfile, { replace = false }: { readonly replace?: boolean } = {}): Promise<BatteryProfile> {
		checkProfile(profile);
		const content = writeProfile(profile);
		return await this.#change(async () => {
			const { profiles, damaged } = await this.list();
			const file = join(this.folder, profile.name + extension);
			const sameId = profiles.find((entry) => entry.profile.id === profile.id);
			const sameName = profiles.find((entry) => folded(entry.profile.name) === folded(profile.name));
			const taken = damaged.some((each) => folded(nameOf(each.file)) === folded(profile.name));
			const details = { id: profile.id, name: profile.name };
			if (sameId && !(replace && !sameId.builtIn))
				throw new MicrojouleError(
					'ALREADY_EXISTS',
					`The battery profile ${profile.name} is there already${sameId.profile.name === profile.name ? '' : `, as ${sameId.profile.name}`}: it has the same id, ${profile.id}.${sameId.builtIn ? '' : ' Delete that one first.'}`,
					details,
				);
			if ((sameName && sameName !== sameId) || taken)
				throw new MicrojouleError(
					'ALREADY_EXISTS',
					`There is already a${sameName?.builtIn ? ' built-in' : ''} battery profile named ${sameName?.profile.name ?? profile.name}. Give the new one another name${sameName?.builtIn ? '' : ', or delete that one first'}.`,
					details,
				);
			await this.#onDisk(file, async () => {
				await mkdir(this.folder, { recursive: true });
				await writeAtomically(file, Buffer.from(content));
				if (sameId?.file !== undefined && sameId.file !== file) await rm(sameId.file);
			});
			return await this.get(profile.id);
		});
	}

	/** For good. Throws NOT_FOUND, INVALID_VALUE for a built-in one, DEVICE_BUSY while it is in use, DISK. */
	async delete(idOrName: string): Promise<void> {
		await this.#change(async () => {
			const { profile, file } = await this.entry(idOrName);
			const { id, name } = profile;
			if (file === undefined) throw new MicrojouleError('INVALID_VALUE', `The battery profile ${name} is built in and cannot be deleted.`, { id, name });
			const [use] = this.#uses.get(id) ?? [];
			if (use)
				throw new MicrojouleError('DEVICE_BUSY', `The battery profile ${name} is emulated by ${use.by} and cannot be deleted; give it another supply first.`, {
					id,
					name,
					by: use.by,
				});
			await this.#onDisk(file, () => rm(file));
		});
	}

	/** Marks a profile as in use until disposed. `by`: who uses it, for the message to whoever wants to delete it. */
	use(id: string, by: string): Disposable {
		const use = { by };
		const uses = this.#uses.get(id) ?? new Set();
		this.#uses.set(id, uses.add(use));
		return {
			[Symbol.dispose]: () => {
				uses.delete(use);
				if (uses.size === 0 && this.#uses.get(id) === uses) this.#uses.delete(id);
			},
		};
	}

	/** Told when this process has changed the folder. Returns how to stop. */
	on(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** Reads what has changed in the folder since it was looked at last. */
	async #look(): Promise<void> {
		let names: string[];
		try {
			names = (await readdir(this.folder)).filter((name) => name.toLowerCase().endsWith(extension));
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw diskError(this.folder, error);
			names = [];
		}
		const present = new Set(names.map((name) => join(this.folder, name)));
		for (const file of this.#files.keys()) if (!present.has(file)) this.#files.delete(file);
		for (const file of present) {
			const known = this.#files.get(file);
			const read = await readKnown(file, known);
			if (read) this.#files.set(file, read);
			else this.#files.delete(file);
		}
	}

	async #onDisk(file: string, work: () => Promise<void>): Promise<void> {
		try {
			await work();
		} catch (error) {
			throw diskError(file, error);
		}
	}

	async #change<T>(work: () => Promise<T>): Promise<T> {
		const mine = this.#turn.then(work);
		this.#turn = mine.catch(() => {});
		const result = await mine;
		for (const listener of this.#listeners) listener();
		return result;
	}
}

/** A file's name without folder and `.json`: the name of the profile in it. */
export function nameOf(file: string): string {
	return basename(file).replace(/\.json$/i, '');
}

async function contentOf(file: string): Promise<string> {
	try {
		return await readFile(file, 'utf8');
	} catch (error) {
		throw new MicrojouleError('NOT_FOUND', `The battery profile ${file} cannot be read: ${messageOf(error)}`, { file }, error);
	}
}

/** `known` where it has not changed; undefined where it is gone meanwhile. */
async function readKnown(file: string, known: KnownFile | undefined): Promise<KnownFile | undefined> {
	let changed = '';
	try {
		const { mtimeMs, size, ino } = await stat(file);
		changed = `${mtimeMs} ${size} ${ino}`;
		if (known?.changed === changed) return known;
		return { changed, profile: readProfile(await readFile(file, 'utf8'), { name: nameOf(file) }) };
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
		return { changed, problem: messageOf(error) };
	}
}
