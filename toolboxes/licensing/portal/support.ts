/**
 * Support cases: opened by a user, answered by the portal's administrators and by the user, with files attached, and closed by either. Both sides
 * are told by mail. A user sees the own cases only; administrators see all.
 */

import type { Selectable } from 'kysely';
import { MicrojouleError, messageOf } from '../../../drivers/errors.ts';
import type { PortalContext } from './context.ts';
import type { Db, Tx } from './database/database.ts';
import type { CaseTable } from './database/tables.ts';

/** What a user can pile up is limited, so that nobody fills the portal's disk. */
const maxOpenCases = 20;
const maxMessages = 500;
const maxAttachments = 20;
/** Bytes of one attachment. */
export const maxAttachmentBytes = 5 * 2 ** 20;
/** Cases in a list; older ones are reached by their number. */
const listed = 500;

type CaseRow = Selectable<CaseTable>;

/** Who asks: an administrator is the staff. */
export interface CaseUser {
	readonly id: number;
	readonly name: string;
	readonly admin: boolean;
}

export interface CaseSummary {
	readonly id: number;
	readonly user: string;
	readonly subject: string;
	readonly status: CaseRow['status'];
	/** ISO 8601, UTC. */
	readonly updated: string;
}

export interface CaseMessage {
	readonly id: number;
	/** Null: the account is deleted. */
	readonly user: string | null;
	readonly staff: boolean;
	/** Empty where it only brings a file. */
	readonly text: string;
	readonly created: string;
	readonly attachments: readonly { readonly id: number; readonly name: string; readonly size: number }[];
}

export interface SupportCase extends CaseSummary {
	readonly messages: readonly CaseMessage[];
}

export interface Attachment {
	readonly name: string;
	readonly mediaType: string;
	readonly content: Buffer;
}

export class Support {
	readonly #context: PortalContext;
	/** Mails on their way. */
	readonly #sending = new Set<Promise<void>>();

	constructor(context: PortalContext) {
		this.#context = context;
	}

	/** The last changed first. */
	async list({ id, admin }: CaseUser): Promise<CaseSummary[]> {
		let query = this.#context.database.db.selectFrom('cases').innerJoin('users', 'users.id', 'cases.user_id').selectAll('cases').select('users.name as user');
		if (!admin) query = query.where('cases.user_id', '=', id);
		return (await query.orderBy('updated_at', 'desc').orderBy('cases.id', 'desc').limit(listed).execute()).map(summary);
	}

	/** NOT_FOUND, also where it is somebody else's. */
	async one(user: CaseUser, id: number): Promise<SupportCase> {
		const { db } = this.#context.database;
		const row = await visible(db, user, id);
		const messages = await db
			.selectFrom('case_messages')
			.leftJoin('users', 'users.id', 'case_messages.user_id')
			.select(['case_messages.id', 'users.name as user', 'by_staff', 'text', 'case_messages.created_at'])
			.where('case_id', '=', id)
			.orderBy('case_messages.id')
			.execute();
		const attachments = await db
			.selectFrom('attachments')
			.innerJoin('case_messages', 'case_messages.id', 'message_id')
			.select(['attachments.id', 'message_id', 'name', 'size'])
			.where('case_id', '=', id)
			.orderBy('attachments.id')
			.execute();
		return {
			...summary(row),
			messages: messages.map(({ id: message, user: writer, by_staff, text, created_at }) => ({
				...{ id: message, user: writer, staff: by_staff === 1, text, created: iso(created_at) },
				attachments: attachments.filter(({ message_id }) => message_id === message).map(({ id: attachment, name, size }) => ({ id: attachment, name, size })),
			})),
		};
	}

	/** INVALID_VALUE: too many are open. */
	async open(user: CaseUser, { subject, text }: { readonly subject: string; readonly text: string }): Promise<SupportCase> {
		const now = this.#context.now();
		const id = await this.#context.database.transaction(async (tx) => {
			const open = await tx.selectFrom('cases').select('id').where('user_id', '=', user.id).where('status', '=', 'open').execute();
			if (open.length >= maxOpenCases) throw tooMany(`${open.length} of your support cases are open; close some before you open another.`);
			const times = { created_at: now, updated_at: now };
			const { id: made } = await tx
				.insertInto('cases')
				.values({ user_id: user.id, subject: subject.trim().replace(/\s+/g, ' '), status: 'open', ...times })
				.returning('id')
				.executeTakeFirstOrThrow();
			await tx.insertInto('case_messages').values({ case_id: made, user_id: user.id, by_staff: 0, text, created_at: now }).execute();
			return made;
		});
		this.#tell(user, id, text);
		return this.one(user, id);
	}

	/** An answer opens a closed case again. NOT_FOUND, INVALID_VALUE: too many messages. */
	async answer(user: CaseUser, id: number, text: string): Promise<SupportCase> {
		await this.#context.database.transaction(async (tx) => {
			const row = await this.#locked(tx, user, id);
			await this.#addMessage(tx, row, user, text);
			await tx.updateTable('cases').set({ status: 'open', updated_at: this.#context.now() }).where('id', '=', id).execute();
		});
		this.#tell(user, id, text);
		return this.one(user, id);
	}

	/** To the newest message if it is of the same writer, else with one of its own. NOT_FOUND, INVALID_VALUE: too large, too many. */
	async attach(user: CaseUser, id: number, { name, mediaType, content }: Attachment): Promise<SupportCase> {
		if (content.length === 0) throw new MicrojouleError('INVALID_VALUE', `The file ${name} is empty.`, { name });
		if (content.length > maxAttachmentBytes) throw attachmentTooLarge();
		await this.#context.database.transaction(async (tx) => {
			const row = await this.#locked(tx, user, id);
			const { count } = await tx
				.selectFrom('attachments')
				.innerJoin('case_messages', 'case_messages.id', 'message_id')
				.select((e) => e.fn.countAll<number>().as('count'))
				.where('case_id', '=', id)
				.executeTakeFirstOrThrow();
			if (count >= maxAttachments) throw tooMany(`${count} files are attached to this case; open another case for more.`);
			const last = await tx.selectFrom('case_messages').select(['id', 'user_id']).where('case_id', '=', id).orderBy('id', 'desc').executeTakeFirst();
			const message = last?.user_id === user.id ? last.id : await this.#addMessage(tx, row, user, '');
			await tx
				.insertInto('attachments')
				.values({ message_id: message, name: fileName(name), media_type: mediaType, size: content.length, content: content.toString('base64') })
				.execute();
			await tx.updateTable('cases').set({ updated_at: this.#context.now() }).where('id', '=', id).execute();
		});
		return this.one(user, id);
	}

	/** NOT_FOUND, also where it belongs to somebody else's case. */
	async attachment(user: CaseUser, id: number): Promise<Attachment> {
		const { db } = this.#context.database;
		const row = await db
			.selectFrom('attachments')
			.innerJoin('case_messages', 'case_messages.id', 'message_id')
			.innerJoin('cases', 'cases.id', 'case_id')
			.select(['cases.user_id', 'name', 'media_type', 'content'])
			.where('attachments.id', '=', id)
			.executeTakeFirst();
		if (!row || (!user.admin && row.user_id !== user.id)) throw new MicrojouleError('NOT_FOUND', `There is no attachment ${id} in a case of yours.`, { attachment: id });
		return { name: row.name, mediaType: row.media_type, content: Buffer.from(row.content, 'base64') };
	}

	/** Twice is once. NOT_FOUND. */
	async close(user: CaseUser, id: number): Promise<SupportCase> {
		const closed = await this.#context.database.transaction(async (tx) => {
			const { status } = await this.#locked(tx, user, id);
			if (status === 'closed') return false;
			await tx.updateTable('cases').set({ status: 'closed', updated_at: this.#context.now() }).where('id', '=', id).execute();
			return true;
		});
		if (closed) this.#tell(user, id, 'The case was closed.');
		return this.one(user, id);
	}

	/** Waits for mails that are on their way. */
	async settle(): Promise<void> {
		await Promise.all(this.#sending);
	}

	/** Mails what a user wrote to the administrators, and what an administrator wrote to the user; after the answer, and failing only into the log. */
	#tell(writer: CaseUser, id: number, text: string): void {
		const sending = this.#mail(writer, id, text)
			.catch((error) => this.#context.log.error({ error }, `A mail about the support case ${id} was not sent: ${messageOf(error)}`))
			.finally(() => this.#sending.delete(sending));
		this.#sending.add(sending);
	}

	async #mail(writer: CaseUser, id: number, text: string): Promise<void> {
		const { database, mail, publicUrl } = this.#context;
		const { subject, user_id } = await visible(database.db, writer, id);
		let readers = database.db.selectFrom('users').select(['id', 'name', 'email']);
		readers = user_id === writer.id ? readers.where('admin', '=', 1) : readers.where('id', '=', user_id);
		for (const { id: reader, name, email } of await readers.execute())
			if (reader !== writer.id)
				await mail.send({
					to: email,
					subject: `Support case ${id}: ${subject}`,
					text: `Hello ${name},\n\n${writer.name} writes in the support case "${subject}":\n\n${text}\n\nAnswer it in the portal: ${publicUrl}/support/${id}\n`,
				});
	}

	async #addMessage(tx: Tx, { id, user_id }: CaseRow, user: CaseUser, text: string): Promise<number> {
		const { count } = await tx
			.selectFrom('case_messages')
			.select((e) => e.fn.countAll<number>().as('count'))
			.where('case_id', '=', id)
			.executeTakeFirstOrThrow();
		if (count >= maxMessages) throw tooMany(`This case has ${count} messages; open another one.`);
		const message = { case_id: id, user_id: user.id, by_staff: user_id === user.id ? 0 : 1, text, created_at: this.#context.now() };
		return (await tx.insertInto('case_messages').values(message).returning('id').executeTakeFirstOrThrow()).id;
	}

	async #locked(tx: Tx, user: CaseUser, id: number): Promise<CaseRow> {
		const row = await this.#context.database.forUpdate(tx.selectFrom('cases').selectAll().where('id', '=', id)).executeTakeFirst();
		if (!row || !sees(user, row)) throw noSuchCase(id);
		return row;
	}
}

export function attachmentTooLarge(): MicrojouleError {
	return new MicrojouleError('INVALID_VALUE', 'A file may have 5 MB at most; compress it, or attach the part that matters.', { maximumBytes: maxAttachmentBytes });
}

async function visible(db: Db, user: CaseUser, id: number): Promise<CaseRow & { user: string }> {
	const row = await db
		.selectFrom('cases')
		.innerJoin('users', 'users.id', 'cases.user_id')
		.selectAll('cases')
		.select('users.name as user')
		.where('cases.id', '=', id)
		.executeTakeFirst();
	if (!row || !sees(user, row)) throw noSuchCase(id);
	return row;
}

function sees({ id, admin }: CaseUser, { user_id }: CaseRow): boolean {
	return admin || user_id === id;
}

function noSuchCase(id: number): MicrojouleError {
	return new MicrojouleError('NOT_FOUND', `There is no support case ${id} among yours.`, { case: id });
}

function tooMany(message: string): MicrojouleError {
	return new MicrojouleError('INVALID_VALUE', message);
}

function summary({ id, user, subject, status, updated_at }: CaseRow & { user: string }): CaseSummary {
	return { id, user, subject, status, updated: iso(updated_at) };
}

/** The last part of a path, without what no file system takes. */
function fileName(name: string): string {
	const last = name.split(/[/\\]/).at(-1) ?? '';
	// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what must go
	return last.replace(/[\u0000-\u001f\u007f]/g, '').slice(0, 200) || 'file';
}

function iso(time: number): string {
	return new Date(time).toISOString();
}
