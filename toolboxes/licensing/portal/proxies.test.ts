import type { IncomingMessage } from 'node:http';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { AccountBench } from './account-testing.ts';
import { onBothDatabases } from './database/testing.ts';
import { computerId } from './licence-testing.ts';
import { Proxies } from './proxies.ts';

const from = (proxies: Proxies, remoteAddress: string, forwarded?: string | string[]) =>
	proxies.clientOf({ socket: { remoteAddress }, headers: { ...(forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }) } } as unknown as IncomingMessage);

it('believes the proxies that it knows, from the nearest on', () => {
	const proxies = new Proxies(['10.0.0.0/8', '2001:db8::1']);
	expect(from(proxies, '127.0.0.1', '203.0.113.7')).toBe('203.0.113.7');
	expect(from(proxies, '::ffff:127.0.0.1', '203.0.113.7')).toBe('203.0.113.7');
	expect(from(proxies, '::1', 'made up, 203.0.113.7, 10.1.2.3')).toBe('203.0.113.7');
	expect(from(proxies, '2001:db8::1', '2001:db8::2')).toBe('2001:db8::2');
	expect(from(proxies, '198.51.100.1', '203.0.113.7')).toBe('198.51.100.1');
	expect(from(proxies, '10.1.2.3')).toBe('10.1.2.3');
	expect(from(proxies, '127.0.0.1', '10.1.2.3, 10.1.2.4')).toBe('10.1.2.3');
	expect(from(new Proxies([]), '10.1.2.3', '203.0.113.7')).toBe('10.1.2.3');
});

it('refuses what is no network', () => {
	for (const network of ['', 'proxy.example.org', '10.0.0.0/33', '10.0.0.0/x', '::1/129', '10.0.0/8'])
		expect(() => new Proxies([network]), network).toThrow(expect.objectContaining({ code: 'INVALID_VALUE', message: expect.stringContaining(`--proxy ${network}`) }));
});

onBothDatabases((databases) => {
	it('is asked about engines as well: the log names them, not the proxy', async () => {
		const publicUrl = 'https://licences.example.org';
		await using bench = await AccountBench.open(await databases.fresh(), { publicUrl });
		const token = await bench.account('anna');
		const { context, licences } = bench.portal.services;
		const id = await bench.userId('anna');
		const [licence] = await context.database.transaction((tx) => licences.grant(tx, { id, name: 'anna' }, { ownerId: id, type: 'Battery', term: 'perpetual', expiresAt: null }));
		const headers = { authorization: `Bearer ${token}`, 'x-forwarded-for': '203.0.113.7', host: 'licences.example.org' };
		const engine = new WebSocket(`${bench.portal.url.replace('http', 'ws')}/api/engine`, { headers });
		try {
			const ask = (request: { id: number } & Record<string, unknown>) =>
				new Promise((resolve) => {
					engine.on('message', (data) => {
						const message = JSON.parse(String(data));
						if (message.id === request.id) resolve(message);
					});
					engine.send(JSON.stringify(request));
				});
			await new Promise((resolve, reject) => engine.once('open', resolve).once('error', reject));
			await ask({ id: 1, type: 'hello', computer: { id: computerId('office'), hostname: 'office' }, version: '1', leases: [] });
			expect(await ask({ id: 2, type: 'reserve', licence })).toMatchObject({ result: { lease: expect.any(String) } });
		} finally {
			engine.terminate();
		}
		expect(await bench.db.selectFrom('audit').select('address').where('action', '=', 'reserve').execute()).toEqual([{ address: '203.0.113.7' }]);
	});
});
