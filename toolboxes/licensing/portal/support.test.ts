import { expect, it } from 'vitest';
import { onBothDatabases } from './database/testing.ts';
import { ShopBench } from './shop/testing.ts';
import type { CaseSummary, SupportCase } from './support.ts';

const problem = { subject: 'A licence stays taken', text: 'It is returned, and stays taken.' };

onBothDatabases((databases) => {
	const open = async () => ShopBench.open(await databases.fresh());
	const error = (code: string) => ({ error: expect.objectContaining({ code }) });

	it('goes back and forth with mail to both sides, until it is closed', async () => {
		await using bench = await open();
		const [anna, staff] = [await bench.user('anna'), await bench.user('staff', { admin: true })];
		const opened = await anna.post<SupportCase>('/api/cases', problem);
		expect(opened.status).toBe(201);
		const { id } = opened.body;
		expect((await bench.mails('staff'))[0]).toMatch(/^Support case 1: A licence stays taken\n[\s\S]*anna writes[\s\S]*It is returned[\s\S]*\/support\/1/);
		await staff.post(`/api/cases/${id}/messages`, { text: 'Which one?' });
		expect((await bench.mails('anna'))[0]).toContain('staff writes');
		await anna.post(`/api/cases/${id}/messages`, { text: 'Number 3.' });
		expect(await bench.mails('staff')).toHaveLength(2);
		expect((await staff.post<SupportCase>(`/api/cases/${id}/close`)).body.status).toBe('closed');
		expect((await staff.post<SupportCase>(`/api/cases/${id}/close`)).body.status).toBe('closed');
		expect(await bench.mails('anna')).toHaveLength(2);
		const { messages } = (await anna.get<SupportCase>(`/api/cases/${id}`)).body;
		expect(messages.map(({ user, staff: byStaff, text }) => [user, byStaff, text])).toEqual([
			['anna', false, problem.text],
			['staff', true, 'Which one?'],
			['anna', false, 'Number 3.'],
		]);
		expect((await anna.post<SupportCase>(`/api/cases/${id}/messages`, { text: 'Again.' })).body.status).toBe('open');
	});

	it('keeps files to the byte, and hands them out as files only', async () => {
		await using bench = await open();
		const [anna, staff] = [await bench.user('anna'), await bench.user('staff', { admin: true })];
		const { id } = (await anna.post<SupportCase>('/api/cases', problem)).body;
		const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, index) => (index * 31) % 256));
		const attach = (name: string, content: string | Buffer<ArrayBuffer>, type: string) =>
			anna.upload<SupportCase>(`/api/cases/${id}/attachments?name=${encodeURIComponent(name)}`, content, type);
		expect((await attach('trace.bin', bytes, 'application/octet-stream')).status).toBe(201);
		await attach('../../etc/log “1”\r\n.html', '<script>alert(1)</script>', 'text/html; charset=utf-8');
		await attach('{}.json', '{"a": 1}', 'application/json');
		await staff.post(`/api/cases/${id}/messages`, { text: 'Thank you.' });
		const after = (await attach('more.txt', 'x', 'text/plain')).body;
		expect(after.messages.map(({ text, attachments }) => [text, attachments.map(({ name, size }) => [name, size])])).toEqual([
			[
				problem.text,
				[
					['trace.bin', 70_000],
					['log “1”.html', 25],
					['{}.json', 8],
				],
			],
			['Thank you.', []],
			['', [['more.txt', 1]]],
		]);
		const [trace, page, json] = after.messages[0].attachments;
		const response = await staff.get(`/api/attachments/${page.id}`);
		expect(response.text).toBe('<script>alert(1)</script>');
		expect(response.headers.get('content-disposition')).toBe(`attachment; filename="log _1_.html"; filename*=UTF-8''log%20%E2%80%9C1%E2%80%9D.html`);
		expect(response.headers.get('x-content-type-options')).toBe('nosniff');
		expect(response.headers.get('content-security-policy')).toContain('sandbox');
		expect((await anna.get(`/api/attachments/${json.id}`)).body).toEqual({ a: 1 });
		expect(bytes.equals((await bench.portal.services.support.attachment(anna, trace.id)).content)).toBe(true);
	});

	it('takes files of 5 MB, and none that are larger, empty, or too many', async () => {
		await using bench = await open();
		const anna = await bench.user('anna');
		const { id } = (await anna.post<SupportCase>('/api/cases', problem)).body;
		const path = `/api/cases/${id}/attachments?name=a.bin`;
		const full = Buffer.alloc(5 * 2 ** 20, 7);
		expect((await anna.upload(path, full, 'application/octet-stream')).status).toBe(201);
		const larger = await anna.upload<{ error: { message: string } }>(path, Buffer.alloc(full.length + 1), 'application/octet-stream');
		expect([larger.status, larger.body]).toEqual([400, error('INVALID_VALUE')]);
		expect(larger.body.error.message).toContain('5 MB at most');
		expect((await anna.upload(path, '', 'text/plain')).body).toEqual(error('INVALID_VALUE'));
		for (let count = 1; count < 20; count++) expect((await anna.upload(path, 'x', 'text/plain')).status).toBe(201);
		expect((await anna.upload(path, 'x', 'text/plain')).body).toEqual(error('INVALID_VALUE'));
		// A page of another origin can send a file as a form does; it is refused before it is read.
		expect((await anna.upload(path, 'x', 'text/plain', { origin: 'https://evil.example' })).status).toBe(403);
	});

	it("shows nobody a colleague's case or attachment, and administrators all", async () => {
		await using bench = await open();
		const [anna, bert, staff] = [await bench.user('anna'), await bench.user('bert'), await bench.user('staff', { admin: true })];
		const { id } = (await anna.post<SupportCase>('/api/cases', problem)).body;
		const attached = (await anna.upload<SupportCase>(`/api/cases/${id}/attachments?name=a.txt`, 'secret', 'text/plain')).body;
		const file = attached.messages[0].attachments[0].id;
		await bert.post('/api/cases', { subject: 'Mine', text: 'Mine.' });
		for (const answer of [
			await bert.get(`/api/cases/${id}`),
			await bert.get(`/api/attachments/${file}`),
			await bert.post(`/api/cases/${id}/messages`, { text: 'x' }),
			await bert.post(`/api/cases/${id}/close`),
			await bert.upload(`/api/cases/${id}/attachments?name=a.txt`, 'x', 'text/plain'),
			await bert.get('/api/cases/999'),
		])
			expect([answer.status, answer.body]).toEqual([404, error('NOT_FOUND')]);
		const listOf = async (user: typeof anna) => (await user.get<{ cases: CaseSummary[] }>('/api/cases')).body.cases.map(({ user: owner, subject }) => [owner, subject]);
		expect(await listOf(bert)).toEqual([['bert', 'Mine']]);
		expect(await listOf(staff)).toEqual([
			['bert', 'Mine'],
			['anna', problem.subject],
		]);
		expect((await staff.get(`/api/attachments/${file}`)).text).toBe('secret');
		expect((await fetch(`${bench.portal.url}/api/attachments/${file}`)).status).toBe(401);
		expect((await anna.get<SupportCase>(`/api/cases/${id}`)).body).toMatchObject({ status: 'open', messages: [{ text: problem.text }] });
	});

	it('keeps every text as it was written, and lets none into a mail’s head', async () => {
		await using bench = await open();
		const [anna] = [await bench.user('anna'), await bench.user('staff', { admin: true })];
		const subject = `<b>"x"</b>'; DROP TABLE cases; --\r\nBcc: evil@example.org`;
		const text = `<script>alert(1)</script>\n' OR '1'='1\n\u{1F600}`;
		const { id } = (await anna.post<SupportCase>('/api/cases', { subject, text })).body;
		expect((await anna.get<SupportCase>(`/api/cases/${id}`)).body).toMatchObject({ subject: subject.replace('\r\n', ' '), messages: [{ text }] });
		expect(await bench.mails('staff')).toHaveLength(1);
		expect(await bench.mails('evil')).toEqual([]);
		expect((await bench.mails('staff'))[0]).not.toMatch(/^Bcc:/m);
		for (const bad of [
			{ subject: '', text },
			{ subject: ' ', text },
			{ subject, text: ' \n' },
			{ subject: 'x'.repeat(201), text },
			{ subject, text: 'x'.repeat(20_001) },
		])
			expect((await anna.post('/api/cases', bad)).status).toBe(400);
		expect((await anna.post('/api/cases', { subject, text: 'a\0b' })).status).toBe(400);
		expect((await anna.get('/api/orders/a%00b')).status).toBe(400);
		expect((await anna.post('/api/cases', { subject: 'a\\u0000b', text: '\\' })).status).toBe(201);
	});

	it('lets nobody open cases without end', async () => {
		await using bench = await open();
		const anna = await bench.user('anna');
		for (let count = 0; count < 20; count++) expect((await anna.post('/api/cases', problem)).status).toBe(201);
		expect((await anna.post('/api/cases', problem)).body).toEqual(error('INVALID_VALUE'));
		await anna.post('/api/cases/1/close');
		expect((await anna.post('/api/cases', problem)).status).toBe(201);
	});
});
