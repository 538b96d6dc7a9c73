import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../recording/testing.ts';
import { migrate, migrations, projectVersion } from './migrations.ts';
import { Project } from './project.ts';

it('there is a step from every older version', () => {
	expect(Object.keys(migrations).map(Number)).toEqual(Array.from({ length: projectVersion - 1 }, (_, k) => k + 1));
});

it('steps are taken one after the other, and the result states the version reached', () => {
	const table = { 1: (content: object) => ({ ...content, trail: 'a' }), 2: (content: { trail?: unknown }) => ({ ...content, trail: `${content.trail}b` }) };
	expect(migrate({ version: 1, name: 'x' }, table, 3)).toEqual({ version: 3, name: 'x', trail: 'ab' });
	expect(migrate({ version: 3 }, table, 3)).toEqual({ version: 3 });
});

it('a project of version 1 opens, and is written anew only when it is saved', async () => {
	const { path, remove } = temporaryFolder();
	mkdirSync(`${path}/p`);
	const old = '{"version": 1, "name": "Old", "created": "2026-01-01T00:00:00.000Z", "recordings": ["001", "002"]}';
	writeFileSync(`${path}/p/project.json`, old);
	await using project = await Project.open(`${path}/p`, { write: true });
	expect(project.recordings).toEqual(['001', '002']);
	expect(readFileSync(`${path}/p/project.json`, 'utf8')).toBe(old);
	await project.save();
	expect(JSON.parse(readFileSync(`${path}/p/project.json`, 'utf8'))).toMatchObject({ version: 2, name: 'Old', recordings: [{ id: '001' }, { id: '002' }] });
	await project.close();
	remove();
});
