/** The audit log: who did what, when and from where. Written in the transaction of what it tells of, so that neither is without the other. */

import type { PortalContext } from './context.ts';
import type { Db } from './database/database.ts';

export interface AuditEntry {
	/** Who acted; the portal itself has no id. */
	readonly user: { readonly id: number | null; readonly name: string };
	readonly action: string;
	readonly licence?: number;
	readonly details?: Readonly<Record<string, unknown>>;
	/** Of the network. */
	readonly address?: string | null;
}

export class Audit {
	readonly #context: PortalContext;

	constructor(context: PortalContext) {
		this.#context = context;
	}

	async record({ user, action, licence, details = {}, address }: AuditEntry, db: Db = this.#context.database.db): Promise<void> {
		await db
			.insertInto('audit')
			.values({
				at: this.#context.now(),
				user_id: user.id,
				user_name: user.name,
				action,
				licence_id: licence ?? null,
				details: JSON.stringify(details),
				address: address ?? null,
			})
			.execute();
	}
}
