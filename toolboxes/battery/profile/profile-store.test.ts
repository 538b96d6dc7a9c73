import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../engine/recording/testing.ts';
import { libraryProfiles } from './library/library.ts';
import { ProfileStore } from './profile-store.ts';
import { newDocument, oldDocument, profileOf } from './testing.ts';

let temporary: ReturnType<typeof temporaryFolder>;
let folder: string;
let store: ProfileStore;
beforeEach(async () => {
	temporary = temporaryFolder();
	folder = join(temporary.path, 'battery-profiles');
	store = await ProfileStore.open(folder);
});
afterEach(() => temporary.remove());

const today = JSON.stringify(newDocument);
const old = JSON.stringify(oldDocument);
const file = (name: string, content: string) => {
	mkdirSync(folder, { recursive: true });
	writeFileSync(join(folder, name), content);
};
const own = async () => (await store.list()).profiles.filter(({ builtIn }) => !builtIn).map(({ profile }) => profile.name);
const [builtIn] = libraryProfiles;

describe('a store of profiles', () => {
	it('has the library without any folder, and makes none to look', async () => {
		const { profiles, damaged } = await store.list();
		expect([profiles.length, damaged]).toEqual([libraryProfiles.length, []]);
		expect(profiles.every((entry) => entry.builtIn && !entry.inUse && entry.file === undefined)).toBe(true);
		expect(existsSync(folder)).toBe(false);
	});

	it('takes a file, finds it by id and name, and gives the same document back', async () => {
		const profile = await store.import(today, { name: 'my cell' });
		expect(await own()).toEqual(['my cell']);
		for (const wanted of [profile.id, 'my cell', 'MY CELL']) expect((await store.get(wanted)).id).toBe(newDocument.id);
		expect(JSON.parse(await store.export('my cell'))).toEqual(newDocument);
		const out = join(temporary.path, 'out', 'copy.json');
		await store.exportFile('my cell', out);
		expect(JSON.parse(readFileSync(out, 'utf8'))).toEqual(newDocument);
		await expect(store.exportFile('my cell', out)).rejects.toMatchObject({ code: 'NOT_EMPTY' });
		await store.exportFile(builtIn.id, out, { overwrite: true });
		expect(JSON.parse(readFileSync(out, 'utf8')).id).toBe(builtIn.id);
		expect(readdirSync(join(temporary.path, 'out'))).toEqual(['copy.json']);
	});

	it('says what there is when something is not there', async () => {
		await store.import(today, { name: 'my cell' });
		await expect(store.get('nothing')).rejects.toMatchObject({ code: 'NOT_FOUND', message: expect.stringMatching(/CR2032-Energizer-\(25\).*my cell/) });
	});

	it('keeps a profile that a program made, and lets it be replaced only when told so', async () => {
		const rows = [
			[0, 3, 1],
			[360, 2, 1.5],
		] as const;
		const made = profileOf([{ rows }], { name: 'made' });
		await store.save(made);
		await expect(store.save(made)).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
		const saved = await store.save({ ...made, name: 'renamed', selfDischargePerYear: 0.02 }, { replace: true });
		expect([saved.name, saved.selfDischargePerYear, await own()]).toEqual(['renamed', 0.02, ['renamed']]);
		await expect(store.save({ ...builtIn, name: 'x' }, { replace: true })).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
		await expect(store.save(profileOf([{ rows: rows.slice(0, 1) }]))).rejects.toMatchObject({ code: 'INVALID_VALUE' });
		expect(readdirSync(folder)).toEqual(['renamed.json']);
	});

	it.each<[string, string, string, RegExp]>([
		['the same id', today, 'another name', /there already, as my cell/],
		['the same name', old, 'my cell', /already a battery profile named my cell/],
		['the same name in capitals', old, 'MY CELL', /already a battery profile named my cell/],
		['the name of a built-in one', old, builtIn.name, /already a built-in battery profile named/],
	])('refuses %s', async (_what, content, name, message) => {
		await store.import(today, { name: 'my cell' });
		await expect(store.import(content, { name })).rejects.toMatchObject({ code: 'ALREADY_EXISTS', message: expect.stringMatching(message) });
		expect(await own()).toEqual(['my cell']);
	});

	it('takes one of two that come at once', async () => {
		const results = await Promise.allSettled([store.import(today, { name: 'a' }), store.import(today, { name: 'b' }), store.import(old, { name: 'A' })]);
		expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
		expect(await own()).toEqual(['a']);
	});

	it('takes all files or none', async () => {
		const paths = ['one.json', 'two.JSON', 'bad.json'].map((name) => join(temporary.path, name));
		for (const [k, content] of [today, old, '{}'].entries()) writeFileSync(paths[k], content);
		await expect(store.importFiles(paths)).rejects.toMatchObject({ code: 'INVALID_VALUE' });
		await expect(store.importFiles([paths[0], join(temporary.path, 'missing.json')])).rejects.toMatchObject({ code: 'NOT_FOUND' });
		writeFileSync(paths[2], today);
		await expect(store.importFiles(paths)).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
		expect(await own()).toEqual([]);
		await store.importFiles(paths.slice(0, 2));
		expect(await own()).toEqual(['one', 'two']);
	});

	it('sees what others do to the folder', async () => {
		file('theirs.json', today);
		expect(await own()).toEqual(['theirs']);
		file('theirs.json', JSON.stringify({ ...newDocument, battery: { model: 'changed' } }));
		expect((await store.get('theirs')).battery.model).toBe('changed');
		const other = await ProfileStore.open(folder);
		await other.delete('theirs');
		expect(await own()).toEqual([]);
	});

	it('lists what is damaged or twice, and works with the rest', async () => {
		file('good.json', today);
		file('torn.json', today.slice(0, 100));
		file('twin.json', today);
		file('readme.txt', 'no profile');
		mkdirSync(join(folder, 'folder.json'));
		const { damaged } = await store.list();
		expect(await own()).toEqual(['good']);
		expect(damaged.map(({ file: path, problem }) => [path.slice(folder.length + 1), problem])).toEqual([
			['folder.json', expect.stringContaining('EISDIR')],
			['torn.json', expect.stringContaining('not JSON')],
			['twin.json', expect.stringContaining('id or the name of good')],
		]);
		await expect(store.get('torn')).rejects.toMatchObject({ code: 'DAMAGED' });
		await expect(store.import(old, { name: 'torn' })).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
	});

	it('deletes, but neither what is built in nor what is in use', async () => {
		const { id } = await store.import(today, { name: 'my cell' });
		await expect(store.delete(builtIn.name)).rejects.toMatchObject({ code: 'INVALID_VALUE' });
		const first = store.use(id, 'Arc 1');
		const second = store.use(id, 'Arc 2');
		await expect(store.delete(id)).rejects.toMatchObject({ code: 'DEVICE_BUSY', message: expect.stringContaining('Arc 1') });
		first[Symbol.dispose]();
		first[Symbol.dispose]();
		await expect(store.delete('my cell')).rejects.toMatchObject({ code: 'DEVICE_BUSY', message: expect.stringContaining('Arc 2') });
		expect((await store.entry(id)).inUse).toBe(true);
		second[Symbol.dispose]();
		await store.delete('my cell');
		expect(readdirSync(folder)).toEqual([]);
		await expect(store.delete('my cell')).rejects.toMatchObject({ code: 'NOT_FOUND' });
	});

	it('tells whoever listens that it has changed, and of no refusal', async () => {
		let changes = 0;
		const stop = store.on(() => changes++);
		await store.import(today, { name: 'my cell' });
		await expect(store.import(today, { name: 'my cell' })).rejects.toThrow();
		await store.delete('my cell');
		stop();
		await store.import(today, { name: 'my cell' });
		expect(changes).toBe(2);
	});

	it('says what the disk says', async () => {
		writeFileSync(folder, 'a file where the folder should be');
		await expect(store.list()).rejects.toMatchObject({ code: 'DISK' });
	});
});
