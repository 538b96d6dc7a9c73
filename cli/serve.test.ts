import { existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run, start, temporaryFolder } from './testing.ts';

const stack = /^\s+at .*\(/m;

describe('serve', () => {
	it('prints its address, answers, and ends at SIGTERM with exit code 0', async () => {
		const folder = temporaryFolder();
		const { process: child, line, ended } = start(['serve', '--sim', 'arc,ace', '--port', '0', '--data', folder]);
		const url = /http:\/\/127\.0\.0\.1:\d+/.exec(await line(/http:/))?.[0] as string;
		expect((await fetch(`${url}/api/devices`)).status).toBe(200);
		const devices = await (await fetch(`${url}/api/devices`)).json();
		expect(JSON.stringify(devices)).toContain('arc-SIM');
		child.kill('SIGTERM');
		const asked = performance.now();
		const { code, stderr } = await ended;
		expect(code).toBe(0);
		expect(stderr).toBe('');
		expect(performance.now() - asked).toBeLessThan(3000);
	});

	it('names a port that is in use, once, and leaves nothing behind', async () => {
		const other = createServer().listen(0, '127.0.0.1');
		await new Promise((resolve) => other.once('listening', resolve));
		const { port } = other.address() as { port: number };
		const data = join(temporaryFolder(), 'data');
		const { code, stdout, stderr } = await run(['serve', '--no-sim', '--port', `${port}`, '--portal-port', '0', '--data', data]);
		await new Promise((resolve) => other.close(resolve));
		expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
		expect(stderr.trim().split('\n')).toHaveLength(1);
		expect(stderr).toContain(`${port}`);
		expect(stderr).not.toMatch(stack);
		expect(existsSync(data)).toBe(false);
	});

	it('does not begin a recording on a disk below --min-free, says why, and serves on', async () => {
		const data = temporaryFolder();
		const { process: child, line, ended } = start(['serve', '--sim', 'arc', '--port', '0', '--data', data, '--min-free', '1000000GiB']);
		const url = /http:\/\/127\.0\.0\.1:\d+/.exec(await line(/http:/))?.[0] as string;
		const response = await fetch(`${url}/api/recordings`, { method: 'POST' });
		expect(response.status).toBe(507);
		expect(JSON.stringify(await response.json())).toMatch(/DISK.*less than the floor of 1024000000 MiB.*--min-free/);
		expect(await (await fetch(`${url}/api/recordings`)).json()).toEqual({ current: null, recordings: [] });
		const recordings = join(data, 'projects', 'default', 'recordings');
		expect(existsSync(recordings) ? readdirSync(recordings) : []).toEqual([]);
		child.kill('SIGTERM');
		expect(await ended).toMatchObject({ code: 0, stderr: '' });
	});

	it('does not open itself to others without a token', async () => {
		const data = join(temporaryFolder(), 'data');
		const { code, stderr } = await run(['serve', '--no-sim', '--port', '0', '--host', '0.0.0.0', '--data', data]);
		expect(code).toBe(2);
		expect(stderr).toContain('--token-file');
		expect(existsSync(data)).toBe(false);
	});
});
