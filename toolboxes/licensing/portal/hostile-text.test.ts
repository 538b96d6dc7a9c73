/** SQL, HTML and what no text should hold, in every text field of every route: what is taken is kept as text, what is not is refused in words. */

import fastify, { type RouteOptions } from 'fastify';
import { expect, it } from 'vitest';
import { AccountBench, type Answer, password } from './account-testing.ts';
import { onBothDatabases } from './database/testing.ts';
import { LicenceBench } from './licence-testing.ts';
import { apiRoutes } from './routes/routes.ts';

const markup = '<img src=x onerror=alert(1)>"\'&amp;</script>';
const texts = [
	markup,
	"'; DROP TABLE users; --",
	"' OR '1'='1",
	'%_\\',
	'$1 #{7*7} {{7*7}}',
	'\u202e\u0007\u001b[31m',
	"=cmd|' /C calc'!A0",
	'line\r\nBcc: eve@example.org\r\n\r\nmore',
	'\u0000',
	'\ud800',
	'日本語 🔋',
	'__proto__',
];

interface Schema {
	readonly type?: string;
	readonly const?: unknown;
	readonly properties?: Readonly<Record<string, Schema>>;
	readonly items?: Schema;
	readonly anyOf?: readonly Schema[];
	readonly pattern?: string;
}
type Path = readonly (string | number)[];

/** A value that fits, apart from texts, which are `text` where the path is `at` and harmless elsewhere. */
function filled({ type, const: only, properties, items, anyOf, pattern }: Schema, at: Path | undefined, text: string): unknown {
	if (only !== undefined && at?.length !== 0) return only;
	if (anyOf) return filled(anyOf[0], at, text);
	if (properties) return Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, filled(field, at?.[0] === name ? at.slice(1) : undefined, text)]));
	if (items) return [filled(items, at?.[0] === 0 ? at.slice(1) : undefined, text)];
	if (at?.length === 0) return text;
	return type === 'string' ? (pattern === '^\\d{6}$' ? '123456' : 'harmless') : type === 'boolean' ? true : 1;
}

/** The paths of all texts in it, also those that must be one of a few. */
function textsIn({ type, const: only, properties, items, anyOf }: Schema): Path[] {
	if (anyOf) return textsIn(anyOf[0]);
	if (properties) return Object.entries(properties).flatMap(([name, field]) => textsIn(field).map((path) => [name, ...path]));
	if (items) return textsIn(items).map((path) => [0, ...path]);
	return type === 'string' || typeof only === 'string' ? [[]] : [];
}

interface Field {
	readonly method: string;
	readonly url: string;
	readonly place: 'body' | 'querystring' | 'params';
	readonly path: Path;
	readonly schema: Readonly<Partial<Record<'body' | 'querystring' | 'params', Schema>>>;
}

/** Every text field of every route. */
async function fieldsOf(bench: AccountBench): Promise<{ routes: number; fields: Field[] }> {
	const found: RouteOptions[] = [];
	const walker = fastify({ exposeHeadRoutes: false });
	walker.addHook('onRoute', (route) => void found.push(route));
	walker.decorateRequest('user');
	await walker.register(apiRoutes, { prefix: '/api', services: bench.portal.services, secure: false });
	const fields = found.flatMap(({ method, url, schema = {} }) =>
		(['body', 'querystring', 'params'] as const).flatMap((place) => {
			const parts = schema as Field['schema'];
			return textsIn(parts[place] ?? {}).map((path) => ({ method: String(method), url, place, path, schema: parts }));
		}),
	);
	await walker.close();
	return { routes: found.length, fields };
}

onBothDatabases((databases) => {
	it('is text and nothing else, in every field of every route', async () => {
		await using bench = await AccountBench.open(await databases.fresh());
		const secret = bench.portal.setUpLink?.split('#')[1];
		await bench.ask('POST', '/set-up', { secret, name: 'ada', email: 'ada@example.org', password });
		await bench.account('anna');
		const [ada, anna] = [await bench.userId('ada'), await bench.userId('anna')];
		const { sessions, audit, licences } = bench.portal.services;
		const [licence] = await bench.portal.context.database.transaction((tx) =>
			licences.grant(tx, { id: ada, name: 'ada' }, { ownerId: ada, type: 'Battery', term: 'perpetual', expiresAt: null }),
		);
		const before = await bench.db.selectFrom('users').selectAll().orderBy('id').execute();
		const { routes, fields } = await fieldsOf(bench);
		expect(routes).toBeGreaterThan(40);
		expect(fields.length).toBeGreaterThan(50);
		let address = 0;
		const put = async ({ method, url, place, path, schema }: Field, text: string, token: string): Promise<Answer & { raw: string }> => {
			const part = (name: Field['place']) => filled(schema[name] ?? {}, name === place ? path : undefined, text);
			const params = (schema.params ? part('params') : {}) as Record<string, unknown>;
			const query = (schema.querystring ? part('querystring') : {}) as Record<string, string>;
			const wellFormed = (value: unknown) => encodeURIComponent(String(value).toWellFormed());
			const target = url.replace(/:(\w+)/g, (_, name: string) => wellFormed(params[name] ?? 1));
			const search = Object.entries(query).map(([name, value]) => `${name}=${wellFormed(value)}`);
			address++;
			const answer = await bench.portal.http.inject({
				method: method as 'POST',
				url: `${target}${search.length > 0 ? `?${search.join('&')}` : ''}`,
				// A new address each time: nobody is to be slowed here.
				remoteAddress: `10.${address >> 16}.${(address >> 8) & 255}.${address & 255}`,
				headers: { authorization: `Bearer ${token}` },
				...(schema.body ? { payload: part('body') as object } : {}),
			});
			return { status: answer.statusCode, headers: answer.headers, body: undefined, raw: answer.body };
		};
		const answered = new Set<number>();
		for (const user of [anna, ada])
			for (const field of fields)
				for (const text of texts) {
					const token = await sessions.create(user, 'test');
					const { status, headers, raw } = await put(field, text, token);
					const where = `${field.method} ${field.url} ${field.place} ${field.path.join('.')}: ${JSON.stringify(text)} → ${status} ${raw}`;
					answered.add(status);
					expect(status, where).toBeLessThan(500);
					// Neither a page of the attacker's making nor a word of the database.
					expect(headers['x-content-type-options'], where).toBe('nosniff');
					if (String(headers['content-type']).includes('html')) expect(raw, where).not.toContain('<img');
					expect(raw, where).not.toMatch(/syntax error|sqlite|SQLITE|constraint failed|violates|invalid byte|Postgres/);
					if (status >= 400) expect(JSON.parse(raw), where).toEqual({ error: { code: expect.any(String), message: expect.any(String), details: expect.any(Object) } });
				}
		expect([...answered]).toEqual(expect.arrayContaining([200, 201, 202, 400, 401, 403, 404]));
		// What was taken is there, unchanged.
		const token = await sessions.create(anna, 'test');
		const { hardware } = (await bench.ask('GET', '/hardware', undefined, { token })).body;
		expect(hardware).toEqual(expect.arrayContaining(texts.filter((text) => text.isWellFormed() && text !== '\u0000').map((name) => expect.objectContaining({ serial: name }))));
		const { cases } = (await bench.ask('GET', '/cases', undefined, { token })).body;
		expect(cases).toEqual(expect.arrayContaining([expect.objectContaining({ subject: markup })]));
		// Accounts, licences and the log are as they were, but for sign-ups with fair names.
		const after = await bench.db.selectFrom('users').selectAll().orderBy('id').execute();
		expect(after.slice(0, before.length)).toEqual(before);
		expect(after.filter(({ admin }) => admin === 1).map(({ name }) => name)).toEqual(['ada']);
		expect(await licences.list(ada)).toMatchObject([
			{ id: licence, owner: 'ada', sharedWith: [], reservedTo: null },
			...Array((await licences.list(ada)).length - 1).fill({ owner: 'ada' }),
		]);
		await audit.record({ user: { id: ada, name: 'ada' }, action: markup, details: { text: markup } });
		const staff = await sessions.create(ada, 'test');
		expect((await bench.ask('GET', '/admin/audit', undefined, { token: staff })).body.entries[0]).toMatchObject({ action: markup, details: { text: markup } });
		// No mail got a second recipient or a header from a text.
		expect(await bench.mails('eve@example.org')).toEqual([]);
	}, 120_000);

	it('is text for engines as well', async () => {
		await using bench = await LicenceBench.open(await databases.fresh());
		const anna = await bench.user('Anna');
		const engine = await bench.engine(anna, 'office');
		const seen = (serial: string) => engine.ask('hardware', { instruments: [{ serial, model: serial, name: serial, firmware: serial }] });
		for (const text of texts) {
			if (text === '\u0000' || text === '\ud800') await expect(seen(text)).rejects.toMatchObject({ code: 'INVALID_VALUE' });
			else await seen(text);
		}
		expect((await bench.hardware.list(anna.id)).map(({ serial }) => serial)).toEqual(texts.filter((text) => text !== '\u0000' && text !== '\ud800'));
	});
});
