/** Licences as the program's user meets them: the first start, the commands, engines of a shared portal that crash, scripts that are killed. */

import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createPortal } from '../toolboxes/licensing/portal/portal.ts';
import type { LicensingStatus } from '../toolboxes/licensing/status.ts';
import { json, run, start, temporaryFolder } from './testing.ts';

const password = 'correct horse battery staple';

async function serve(data: string, ...options: string[]) {
	const engine = start(['serve', '--no-sim', '--port', '0', '--data', data, ...options]);
	const url = /http:\/\/127\.0\.0\.1:\d+/.exec(await engine.line(/is at http:/))?.[0] as string;
	const ask = async (path: string, body?: object) =>
		(await fetch(`${url}/api/licensing${path}`, body && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })).json();
	return { ...engine, url, ask, status: () => ask('') as Promise<LicensingStatus> };
}

async function stop({ process: child, ended }: { process: { kill(signal: NodeJS.Signals): boolean }; ended: Promise<unknown> }, signal: NodeJS.Signals = 'SIGTERM') {
	child.kill(signal);
	return ended;
}

/** A shared portal on a clock that the test moves, with the account anna and an Automation licence. */
async function sharedPortal() {
	const folder = temporaryFolder();
	const clock = { ms: Date.now() };
	const portal = await createPortal({ database: join(folder, 'portal.db'), port: 0, outbox: join(folder, 'outbox'), now: () => clock.ms });
	const { accounts, licences, context } = portal.services;
	const anna = { ...(await accounts.create({ name: 'anna', email: 'anna@example.org', password })), name: 'anna' };
	const [licence] = await context.database.transaction((tx) => licences.grant(tx, anna, { ownerId: anna.id, type: 'Automation', term: 'perpetual', expiresAt: null }));
	return { portal, anna, licence, clock, licences, one: () => licences.one(licence, anna.id) };
}

/** Many programs are started here, one after the other. */
const long = 90_000;

describe('the first start', { timeout: long }, () => {
	it('makes an account with a licence of each toolbox, signed in, nothing reserved; one command reserves, and it stays over a restart', async () => {
		const data = join(temporaryFolder(), 'data');
		const engine = await serve(data);
		expect(await engine.status()).toMatchObject({
			state: 'online',
			user: 'local',
			toolboxes: { automation: { open: false }, battery: { open: false } },
			licences: [
				{ type: 'Automation', term: 'perpetual', available: true, reservedTo: null },
				{ type: 'Battery', term: 'perpetual', available: true, reservedTo: null },
			],
		});
		const file = join(data, 'credentials.json');
		expect(statSync(file).mode & 0o777).toBe(0o600);
		const secret = JSON.parse(readFileSync(file, 'utf8'));
		expect(secret).toEqual({ username: 'local', password: expect.any(String) });
		expect(await engine.line(/password/)).toContain(secret.password);

		const { stdout } = await run(['licences', '--data', data]);
		expect(stdout).toMatch(/^1 +Automation +perpetual +never +local +free$/m);
		expect((await json(['reserve', '1', '--data', data])).toolboxes).toMatchObject({ automation: { open: true }, battery: { open: false } });
		expect(await stop(engine)).toMatchObject({ code: 0, stderr: '' });

		const again = await serve(data, '--reserve', 'battery');
		expect((await again.status()).toolboxes).toMatchObject({ automation: { open: true }, battery: { open: true } });
		expect((await run(['return', '1', '--data', data])).stdout).toMatch(/^1 +Automation.*free$/m);
		expect((await again.status()).toolboxes.automation).toMatchObject({ open: false, reason: 'its licence was returned' });
		expect((await run(['logout', '--data', data])).code).toBe(0);
		expect(await run(['licences', '--data', data])).toMatchObject({ code: 1, stderr: expect.stringContaining('microjoule login') });
		expect((await run(['login', '--data', data, '--password-file', file])).stdout).toContain('Signed in as local');
		const ended = (await stop(again)) as { stdout: string };
		expect(ended.stdout).not.toContain(secret.password);
	});

	it('names the port of the portal that is in use, what to do, and leaves nothing behind', async () => {
		const other = createServer().listen(0, '127.0.0.1');
		await new Promise((resolve) => other.once('listening', resolve));
		const { port } = other.address() as { port: number };
		const data = join(temporaryFolder(), 'data');
		const { code, stderr } = await run(['serve', '--no-sim', '--port', '0', '--portal-port', `${port}`, '--data', data]);
		other.close();
		expect(code).toBe(1);
		expect(stderr).toMatch(new RegExp(`^microjoule: .*${port}.*--portal-port.*\\n$`));
		expect(existsSync(data)).toBe(false);
	});

	it('with no licence reserved leaves control, recording, statistics and export as they are', async () => {
		const data = join(temporaryFolder(), 'data');
		const engine = start(['serve', '--sim', 'arc', '--port', '0', '--data', data]);
		const url = /http:\/\/127\.0\.0\.1:\d+/.exec(await engine.line(/is at http:/))?.[0] as string;
		const call = async (method: string, path: string, body?: object) => {
			const response = await fetch(`${url}/api${path}`, { method, headers: { 'content-type': 'application/json' }, body: body && JSON.stringify(body) });
			expect(response.status, `${method} ${path}`).toBeLessThan(300);
			return response.json();
		};
		expect((await call('GET', '/licensing')).toolboxes).toMatchObject({ automation: { open: false }, battery: { open: false } });
		const [{ id }] = await call('GET', '/devices');
		expect(await call('PATCH', `/devices/${id}/settings`, { mainVoltage: 3 })).toMatchObject({ mainVoltage: 3 });
		const recording = await call('POST', '/recordings', {});
		await expect.poll(async () => (await call('GET', `/recordings/${recording.id}/statistics`))[0]?.samples ?? 0, { timeout: 10_000 }).toBeGreaterThan(1000);
		await call('POST', '/recordings/stop', {});
		expect((await call('GET', `/recordings/${recording.id}/statistics`))[0].average).toBeGreaterThan(0);
		await stop(engine);
		const project = join(data, 'projects', 'default');
		expect(await run(['export', project, '--out', join(data, 'out.csv')])).toMatchObject({ code: 0 });
	});
});

describe('engines of a shared portal', { timeout: long }, () => {
	it('that crash keep their licence until their lease is over, and learn of a return when they are back', async () => {
		const { portal, anna, licence, licences, clock, one } = await sharedPortal();
		await using _portal = portal;
		const [officeData, homeData] = [temporaryFolder(), temporaryFolder()];
		const [office, home] = await Promise.all([serve(officeData, '--portal', portal.url), serve(homeData, '--portal', portal.url)]);
		for (const { ask } of [office, home]) expect(await ask('/login', { name: 'anna', password })).toMatchObject({ state: 'online' });
		expect(await office.ask(`/licences/${licence}/reserve`, {})).toMatchObject({ toolboxes: { automation: { open: true } } });
		await stop(office, 'SIGKILL');
		const refused = { error: { code: 'LICENCE_TAKEN' } };
		expect(await home.ask(`/licences/${licence}/reserve`, {})).toMatchObject(refused);
		expect((await licences.return(licence, anna)).reservedTo?.returningUntil).not.toBeNull();
		expect(await home.ask(`/licences/${licence}/reserve`, {})).toMatchObject(refused);

		const back = await serve(officeData, '--portal', portal.url);
		await expect.poll(async () => (await back.status()).toolboxes.automation.open).toBe(false);
		await expect.poll(async () => (await one()).reservedTo).toBeNull();
		expect(await home.ask(`/licences/${licence}/reserve`, {})).toMatchObject({ toolboxes: { automation: { open: true } } });
		// And one that never comes back frees it when its lease has run out.
		await stop(home, 'SIGKILL');
		clock.ms += 25 * 3_600_000;
		await portal.sweep();
		expect((await one()).reservedTo).toBeNull();
		await stop(back);
	});
});

describe('a command that needs a toolbox', { timeout: long }, () => {
	/** A program of its own that holds the Automation Toolbox until it is stopped. */
	function hold(flags: object, env: Record<string, string> = {}) {
		const toolbox = fileURLToPath(new URL('./toolbox.ts', import.meta.url));
		const program = `const { withToolbox } = await import(${JSON.stringify(toolbox)});
			try {
				await withToolbox('automation', ${JSON.stringify(flags)}, async (gate) => {
					gate.require('automation');
					console.log('open');
					await new Promise((resolve) => { gate.on(() => gate.isOpen('automation') || resolve()); process.stdin.on('end', resolve).resume(); });
					console.log(gate.isOpen('automation') ? 'done' : gate.state('automation').reason);
				});
			} catch (error) { console.log(error.code ?? error.stack); }
			process.stdin.destroy();`;
		const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...env } });
		let said = '';
		child.stdout.setEncoding('utf8').on('data', (text: string) => {
			said += text;
		});
		const ended = new Promise<string>((resolve) => child.once('close', () => resolve(said.trim())));
		return { child, ended, says: (text: string) => expect.poll(() => said, { timeout: 15_000 }).toContain(text) };
	}

	it('uses the gate of the running engine, and is locked with it', async () => {
		const data = join(temporaryFolder(), 'data');
		const engine = await serve(data);
		expect(await hold({ data }).ended).toBe('NO_LICENCE');
		await run(['reserve', '1', '--data', data]);
		const command = hold({ data });
		await command.says('open');
		await run(['return', '1', '--data', data]);
		expect(await command.ended).toBe('open\nits licence was returned');
		await stop(engine);
	});

	it('uses a stored lease, else the embedded portal, where no engine runs', async () => {
		const data = join(temporaryFolder(), 'data');
		const fresh = hold({ data });
		await fresh.says('open');
		fresh.child.stdin.end();
		expect(await fresh.ended).toBe('open\ndone');
		const engine = await serve(data);
		expect((await engine.status()).licences[0].reservedTo).toBeNull();
		await run(['reserve', '1', '--data', data]);
		await stop(engine);
		const stored = hold({ data });
		await stored.says('open');
		stored.child.stdin.end();
		expect(await stored.ended).toBe('open\ndone');
		const again = await serve(data);
		expect((await again.status()).toolboxes.automation.open).toBe(true);
		await stop(again);
	});

	it('signs in with credentials from the environment, and gives the licence back, by itself when it is killed', async () => {
		const { portal, clock, one } = await sharedPortal();
		await using _portal = portal;
		const flags = { data: temporaryFolder(), portal: portal.url };
		const environment = { OTII_USERNAME: 'anna', OTII_PASSWORD: password };
		expect(await hold(flags).ended).toBe('NO_LICENCE');
		const orderly = hold(flags, environment);
		await orderly.says('open');
		expect((await one()).reservedTo?.user).toBe('anna');
		orderly.child.stdin.end();
		expect(await orderly.ended).toBe('open\ndone');
		expect((await one()).reservedTo).toBeNull();

		const killed = hold(flags, environment);
		await killed.says('open');
		killed.child.kill('SIGKILL');
		await killed.ended;
		await portal.sweep();
		expect((await one()).reservedTo?.user).toBe('anna');
		clock.ms += 61_000;
		await portal.sweep();
		expect((await one()).reservedTo).toBeNull();
	});
});
