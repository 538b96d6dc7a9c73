/** The portal as a whole: what every answer carries, how it ends, and what it is started with. */

import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { expect, it } from 'vitest';
import { AccountBench, password } from './account-testing.ts';
import { onBothDatabases } from './database/testing.ts';

/** A mail server that takes its time. */
class SlowMail implements AsyncDisposable {
	readonly #arrived = Promise.withResolvers<void>();
	readonly #mayEnd = Promise.withResolvers<void>();
	/** Mails that were taken. */
	taken = 0;
	readonly #server = new SMTPServer({
		authOptional: true,
		disabledCommands: ['STARTTLS'],
		onData: (stream, _session, done) => {
			stream.resume().once('end', async () => {
				this.#arrived.resolve();
				await this.#mayEnd.promise;
				this.taken++;
				done();
			});
		},
	});

	async listen(): Promise<string> {
		await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
		return `smtp://127.0.0.1:${(this.#server.server.address() as AddressInfo).port}`;
	}

	get arrived(): Promise<void> {
		return this.#arrived.promise;
	}

	goOn(): void {
		this.#mayEnd.resolve();
	}

	[Symbol.asyncDispose](): Promise<void> {
		this.goOn();
		return new Promise((resolve) => this.#server.close(resolve));
	}
}

onBothDatabases((databases) => {
	it('takes no more requests once it closes, and then sends what it has promised', async () => {
		await using mail = new SlowMail();
		await using bench = await AccountBench.open(await databases.fresh(), { smtp: await mail.listen() });
		expect(await bench.signUp('anna')).toMatchObject({ status: 202 });
		await mail.arrived;
		let isClosed = false;
		const closed = bench.portal.close().then(() => {
			isClosed = true;
		});
		const answers = () =>
			fetch(`${bench.portal.url}/api/session`).then(
				() => true,
				() => false,
			);
		await expect.poll(answers, { timeout: 10_000 }).toBe(false);
		expect([isClosed, mail.taken]).toEqual([false, 0]);
		mail.goOn();
		await closed;
		expect(mail.taken).toBe(1);
	});

	it('has browsers name their origin on its own forms, and leaves other ports of its name alone', async () => {
		for (const options of [{}, { publicUrl: 'https://licences.example.org' }]) {
			await using bench = await AccountBench.open(await databases.fresh(), options);
			for (const path of ['/', '/api/session', '/api/sandbox/redirect/none']) {
				const { headers } = await bench.portal.http.inject({ url: path });
				expect(headers, path).toMatchObject({ 'referrer-policy': 'same-origin', 'x-frame-options': 'DENY' });
				expect(headers).not.toHaveProperty('strict-transport-security');
			}
		}
	});

	it('starts with an offline time that an administrator changes for good', async () => {
		const where = await databases.fresh();
		const hours = async (bench: AccountBench, token: string) => (await bench.ask('GET', '/admin/settings', undefined, { token })).body.offlineHours;
		let token = '';
		for (const [offlineHours, found] of [
			[48, 48],
			[72, 72],
			[undefined, 24],
		] as const) {
			await using bench = await AccountBench.open(where, { offlineHours });
			const secret = bench.portal.setUpLink?.split('#')[1];
			if (secret) token = (await bench.ask('POST', '/set-up', { secret, name: 'ada', email: 'ada@example.org', password })).body.token;
			expect(await hours(bench, token)).toBe(found);
		}
		{
			await using bench = await AccountBench.open(where, { offlineHours: 48 });
			await bench.ask('PUT', '/admin/settings', { offlineHours: 12 }, { token });
		}
		await using bench = await AccountBench.open(where, { offlineHours: 48 });
		expect(await hours(bench, token)).toBe(12);
		// And leases last as long.
		const { licences, context } = bench.portal.services;
		const user = { id: await bench.userId('ada'), name: 'ada' };
		const [licence] = await context.database.transaction((tx) => licences.grant(tx, user, { ownerId: user.id, type: 'Battery', term: 'perpetual', expiresAt: null }));
		const { durationS } = await licences.reservations.reserve({ user, computer: { id: 'c'.repeat(32), hostname: 'office' } }, { licence });
		expect(durationS).toBe(12 * 3600);
		for (const offlineHours of [0, 337, Number.NaN]) await expect(AccountBench.open(where, { offlineHours })).rejects.toMatchObject({ code: 'INVALID_VALUE' });
	});
});
