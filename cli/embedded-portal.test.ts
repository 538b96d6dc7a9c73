import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openEmbeddedPortal } from './embedded-portal.ts';
import { temporaryFolder } from './testing.ts';

async function freePort(): Promise<number> {
	const probe = createServer().listen(0, '127.0.0.1');
	await new Promise((resolve) => probe.once('listening', resolve));
	const { port } = probe.address() as { port: number };
	await new Promise((resolve) => probe.close(resolve));
	return port;
}

it('leaves no portal behind where its account cannot be made, and makes it the next time', async () => {
	const data = temporaryFolder();
	const port = await freePort();
	const file = join(data, 'credentials.json');
	mkdirSync(file);
	writeFileSync(join(file, 'in the way'), '');
	const said: string[] = [];
	await expect(openEmbeddedPortal(data, port, (message) => said.push(message))).rejects.toThrow('credentials.json');
	await expect(fetch(`http://127.0.0.1:${port}/api/session`)).rejects.toThrow();
	expect(said).toEqual([]);
	rmSync(file, { recursive: true });
	await using portal = await openEmbeddedPortal(data, port, (message) => said.push(message));
	expect((await fetch(`${portal.url}/api/session`)).status).toBe(200);
	expect(said).toEqual([expect.stringContaining('the account local with the password')]);
});
