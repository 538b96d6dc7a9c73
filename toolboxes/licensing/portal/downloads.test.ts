import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fastify from 'fastify';
import { afterAll, expect, it } from 'vitest';
import { type Download, packageFile } from './downloads.ts';
import { downloadsRoutes } from './routes/downloads-routes.ts';
import type { PortalServices } from './services.ts';

const services = { context: { publicUrl: 'https://licences.example.org' } } as PortalServices;
const folder = await mkdtemp(join(tmpdir(), 'microjoule-downloads-'));
afterAll(() => rm(folder, { recursive: true, force: true }));
const howOf = (text: string) => (JSON.parse(text) as { downloads: Download[] }).downloads.map(({ how }) => how);

it('hands out the package that it runs from, at the address that it tells', async () => {
	await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'microjoule', version: '0.0.0' }));
	const server = fastify();
	await server.register(downloadsRoutes, { prefix: '/api', services, packageFolder: folder });
	await server.listen({ port: 0 });
	try {
		const hows = howOf((await server.inject('/api/downloads')).body);
		const path = `/api/downloads/${packageFile}`;
		for (const how of hows) expect(how).toContain(`npm install --global https://licences.example.org${path}\n`);
		const response = await fetch(server.listeningOrigin + path);
		expect(response.headers.get('content-type')).toBe('application/gzip');
		const list = execFileSync('tar', ['-tzf', '-'], { input: Buffer.from(await response.arrayBuffer()), encoding: 'utf8' });
		expect(list).toBe('package/package.json\n');
	} finally {
		await server.close();
	}
});

it('names no address where it runs from the repository', async () => {
	const server = fastify();
	await server.register(downloadsRoutes, { prefix: '/api', services });
	for (const how of howOf((await server.inject('/api/downloads')).body)) {
		expect(how).toContain('npm ci');
		expect(how).not.toContain('.tgz');
	}
	expect((await server.inject(`/api/downloads/${packageFile}`)).statusCode).toBe(404);
	await server.close();
});
