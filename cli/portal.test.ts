import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { run, start, temporaryFolder, until } from './testing.ts';

const thisFile = fileURLToPath(import.meta.url);
const stack = /^\s+at .*\(/m;
const password = 'a long enough password';

/** A certificate for 127.0.0.1, as a lab makes its own. */
function certificate(): { cert: string; key: string } {
	const folder = temporaryFolder();
	const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
	const subject = ['-subj', '/CN=licences.example.org', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:licences.example.org'];
	execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-keyout', key, '-out', cert, ...subject], {
		stdio: 'ignore',
	});
	return { cert, key };
}

async function post(url: string, body: object): Promise<Response> {
	return fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
}

describe('portal', () => {
	it('prints its address and the set-up link, serves, and ends at SIGTERM with exit code 0', async () => {
		const data = join(temporaryFolder(), 'data');
		const portal = start(['portal', '--portal-port', '0', '--data', data]);
		const url = /http:\/\/127\.0\.0\.1:\d+/.exec(await portal.line(/The licence portal is at/))?.[0] as string;
		const link = await portal.line(/set-up#/);
		expect(link).toContain(`${url}/set-up#`);
		const secret = link.split('#')[1];
		expect((await fetch(`${url}/api/session`)).status).toBe(200);
		expect((await post(`${url}/api/set-up`, { secret, name: 'ada', email: 'ada@example.org', password })).status).toBe(200);
		expect((await post(`${url}/api/sign-up`, { name: 'anna', email: 'anna@example.org', password, acceptTerms: true })).status).toBe(202);
		// Nobody else on this machine may read passwords' hashes, keys or codes.
		expect(statSync(join(data, 'portal.db')).mode & 0o077).toBe(0);
		const outbox = join(data, 'outbox');
		await until('the mail is in the outbox', () => existsSync(outbox) && readdirSync(outbox).length === 1);
		const mail = join(outbox, readdirSync(outbox)[0]);
		expect([statSync(outbox).mode & 0o077, statSync(mail).mode & 0o077]).toEqual([0, 0]);
		expect(readFileSync(mail, 'utf8')).toMatch(/^To: anna@example\.org\r\nSubject: Your Microjoule code: \d{6}\r\n/m);
		portal.process.kill('SIGTERM');
		expect(await portal.ended).toMatchObject({ code: 0, stderr: '' });

		// The next start has an administrator already.
		const again = start(['portal', '--portal-port', '0', '--data', data]);
		await again.line(/Stop with Ctrl-C/);
		again.process.kill('SIGINT');
		const { code, stdout } = await again.ended;
		expect(code).toBe(0);
		expect(stdout).not.toContain('set-up');
	});

	it('ends while a browser and an engine hold their connections', async () => {
		const portal = start(['portal', '--portal-port', '0', '--data', temporaryFolder()]);
		const url = /http:\/\/127\.0\.0\.1:\d+/.exec(await portal.line(/The licence portal is at/))?.[0] as string;
		const secret = (await portal.line(/set-up#/)).split('#')[1];
		const { token } = (await (await post(`${url}/api/set-up`, { secret, name: 'ada', email: 'ada@example.org', password })).json()) as { token: string };
		const { WebSocket } = await import('ws');
		const engine = new WebSocket(`${url.replace('http', 'ws')}/api/engine`, { headers: { authorization: `Bearer ${token}` } });
		const closed = new Promise<number>((resolve) => engine.once('close', resolve));
		await new Promise((resolve) => engine.once('open', resolve));
		portal.process.kill('SIGTERM');
		expect(await portal.ended).toMatchObject({ code: 0, stderr: '' });
		expect(await closed).toBe(1001);
	});

	it('serves over TLS with a certificate of one’s own', async () => {
		const { cert, key } = certificate();
		const portal = start(['portal', '--portal-port', '0', '--host', '0.0.0.0', '--tls-cert', cert, '--tls-key', key, '--data', temporaryFolder()]);
		const port = Number(/https:\/\/licences\.example\.org:(\d+)$/.exec(await portal.line(/The licence portal is at/))?.[1]);
		const get = (options: object) =>
			new Promise<number | undefined>((resolve, reject) => {
				const asked = request({ host: '127.0.0.1', port, path: '/api/session', ...options }, (response) => {
					response.resume();
					resolve(response.statusCode);
				});
				asked.once('error', reject).end();
			});
		const ca = readFileSync(cert);
		expect(await get({ ca })).toBe(200);
		// By any name that the certificate has: with another one nobody gets as far.
		expect(await get({ ca, servername: 'licences.example.org', headers: { host: `licences.example.org:${port}` } })).toBe(200);
		await expect(get({ ca, servername: 'evil.example', headers: { host: 'evil.example' } })).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
		await expect(get({})).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
		portal.process.kill('SIGTERM');
		expect(await portal.ended).toMatchObject({ code: 0 });
	});

	it('is called by its public name behind a proxy', async () => {
		const portal = start(['portal', '--portal-port', '0', '--public-url', 'https://licences.example.org', '--data', temporaryFolder()]);
		expect(await portal.line(/The licence portal is at/)).toBe('The licence portal is at https://licences.example.org');
		expect(await portal.line(/set-up#/)).toMatch(/: https:\/\/licences\.example\.org\/set-up#[\w-]{32}$/);
		portal.process.kill('SIGTERM');
		expect(await portal.ended).toMatchObject({ code: 0, stderr: '' });
	});

	it('names a port that is taken, once', async () => {
		const other = createServer().listen(0, '127.0.0.1');
		await new Promise((resolve) => other.once('listening', resolve));
		const { port } = other.address() as { port: number };
		const { code, stdout, stderr } = await run(['portal', '--portal-port', `${port}`, '--data', temporaryFolder()]);
		await new Promise((resolve) => other.close(resolve));
		expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
		expect(stderr.trim().split('\n')).toHaveLength(1);
		expect(stderr).toMatch(new RegExp(`${port}.*--portal-port`));
	});

	it('makes a confirmed account an administrator, and a new key, while it runs', async () => {
		const data = temporaryFolder();
		const portal = start(['portal', '--portal-port', '0', '--data', data]);
		const url = /http:\/\/127\.0\.0\.1:\d+/.exec(await portal.line(/The licence portal is at/))?.[0] as string;
		await post(`${url}/api/sign-up`, { name: 'anna', email: 'anna@example.org', password, acceptTerms: true });
		expect(await run(['portal', 'admin', 'anna', '--data', data])).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('no confirmed account anna') });
		const outbox = join(data, 'outbox');
		await until('the code is mailed', () => existsSync(outbox) && readdirSync(outbox).length === 1);
		const code = /code: (\d{6})/.exec(readFileSync(join(outbox, readdirSync(outbox)[0]), 'utf8'))?.[1];
		const { token } = (await (await post(`${url}/api/verify`, { name: 'anna', code })).json()) as { token: string };
		const users = async () => (await fetch(`${url}/api/admin/users`, { headers: { authorization: `Bearer ${token}` } })).status;
		expect(await users()).toBe(403);
		expect(await run(['portal', 'admin', 'anna', '--data', data])).toMatchObject({ code: 0, stdout: 'anna is an administrator now.\n', stderr: '' });
		expect(await users()).toBe(200);
		const rotated = await run(['portal', 'rotate-key', '--database', join(data, 'portal.db')]);
		expect(rotated).toMatchObject({ code: 0, stderr: '' });
		const kid = /the key (\S+) now/.exec(rotated.stdout)?.[1];
		let kids: string[] = [];
		const look = async () => {
			kids = ((await (await fetch(`${url}/api/identity?nonce=0123456789abcdef`)).json()) as { keys: { kid: string }[] }).keys.map((each) => each.kid);
		};
		await expect.poll(() => look().then(() => kids), { timeout: 20_000 }).toEqual([expect.any(String), kid]);
		portal.process.kill('SIGTERM');
		expect(await portal.ended).toMatchObject({ code: 0, stderr: '' });
	});
});

describe('nonsense for the portal gets one clear error', () => {
	const calls: [name: string, args: string[], code: number, ...says: string[]][] = [
		['another address without TLS', ['--host', '0.0.0.0'], 2, '--host 0.0.0.0', '--tls-cert', '--public-url'],
		['a public name without TLS', ['--host', '0.0.0.0', '--public-url', 'http://licences.example.org'], 2, '--tls-cert'],
		['a certificate without its key', ['--tls-cert', 'cert.pem'], 2, '--tls-key'],
		['a certificate that is none', ['--tls-cert', thisFile, '--tls-key', thisFile], 2, '--tls-cert', 'PEM'],
		['a certificate that is not there', ['--tls-cert', 'none.pem', '--tls-key', 'none.pem'], 1, '--tls-cert none.pem'],
		['a public address that is none', ['--public-url', 'licences.example.org'], 2, '--public-url licences.example.org', 'https://'],
		['a public address with a path', ['--public-url', 'https://example.org/licences'], 2, '--public-url'],
		['a proxy that is no address', ['--public-url', 'https://example.org', '--proxy', 'proxy.example.org'], 2, '--proxy proxy.example.org'],
		['a port out of range', ['--portal-port', '65536'], 2, '--portal-port', '65536'],
		['a port that is no number', ['--portal-port', 'http'], 2, '--portal-port', 'http'],
		['an address of another machine', ['--host', '192.0.2.1', '--public-url', 'https://example.org'], 2, '--host 192.0.2.1'],
		['an offline time of nothing', ['--offline-hours', '0'], 2, '--offline-hours'],
		['an offline time of a month', ['--offline-hours', '720'], 2, '--offline-hours', '336'],
		['a database that does not answer', ['--database', 'postgres://anna:secret@127.0.0.1:1/portal'], 1, '127.0.0.1:1'],
		['a database that is a folder', ['--database', '.'], 1, 'database'],
		['a mail server that is none', ['--smtp', 'mail.example.org'], 2, '--smtp', 'smtp://'],
		['an administrator without a name', ['admin'], 2, 'name'],
		['an administrator of no portal', ['admin', 'anna'], 1, 'portal.db', '--database'],
		['a key of no portal', ['rotate-key'], 1, 'portal.db', '--database'],
		['an unknown command', ['promote'], 2, 'promote'],
	];
	it.concurrent.each(calls)('%s', async (_name, args, code, ...says) => {
		const folder = temporaryFolder();
		const data = join(folder, 'data');
		const ended = await run(['portal', ...args, '--data', data, ...(args.includes('--portal-port') ? [] : ['--portal-port', '0'])], folder);
		expect(ended).toMatchObject({ code, stdout: '' });
		for (const part of says) expect(ended.stderr).toContain(part);
		expect(ended.stderr).not.toMatch(stack);
		expect(ended.stderr).not.toContain('secret');
		// Refused before anything was made, but for what only the attempt shows.
		if (code === 2 && !args.includes('192.0.2.1')) expect(readdirSync(folder)).toEqual([]);
		expect(ended.stderr.trim().split('\n').length).toBeLessThanOrEqual(3);
	});
});
