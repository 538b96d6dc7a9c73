/** The instruments of an account: registered by hand, or by an engine of the account that sees one. */

import type { Selectable } from 'kysely';
import { MicrojouleError } from '../../../drivers/errors.ts';
import type { PortalContext } from './context.ts';
import type { Tx } from './database/database.ts';
import type { HardwareTable } from './database/tables.ts';

/** More than a lab has, and few enough that an account cannot fill the portal's disk. */
const maxInstruments = 1000;

export interface Instrument {
	readonly id: number;
	readonly serial: string;
	readonly model: string;
	readonly name: string;
	readonly firmware: string;
	/** When an engine last saw it, ISO 8601; null: never. */
	readonly seen: string | null;
}

export type NewInstrument = Pick<Instrument, 'serial' | 'model' | 'name' | 'firmware'>;

export class Hardware {
	readonly #context: PortalContext;

	constructor(context: PortalContext) {
		this.#context = context;
	}

	async list(user: number): Promise<Instrument[]> {
		const rows = await this.#context.database.db.selectFrom('hardware').selectAll().where('user_id', '=', user).orderBy('id').execute();
		return rows.map(instrument);
	}

	/** ALREADY_EXISTS: this account has that serial number. INVALID_VALUE: too many. */
	register(user: number, { serial, model, name, firmware }: NewInstrument): Promise<Instrument> {
		return this.#adding(user, async (tx) => {
			const row = await tx
				.insertInto('hardware')
				.values({ user_id: user, serial, model, name, firmware, seen_at: null, created_at: this.#context.now() })
				.onConflict((conflict) => conflict.doNothing())
				.returningAll()
				.executeTakeFirst();
			if (!row) throw new MicrojouleError('ALREADY_EXISTS', `The instrument ${serial} is in your list already.`, { serial });
			return instrument(row);
		});
	}

	/** An engine sees these now. Adds those that are new. INVALID_VALUE: too many. */
	async seen(user: number, instruments: readonly NewInstrument[]): Promise<void> {
		if (instruments.length === 0) return;
		const now = this.#context.now();
		// One statement must not name a row twice.
		const rows = new Map(instruments.map(({ serial, model, name, firmware }) => [serial, { user_id: user, serial, model, name, firmware, seen_at: now, created_at: now }]));
		await this.#adding(user, (tx) =>
			tx
				.insertInto('hardware')
				.values([...rows.values()])
				.onConflict((conflict) =>
					conflict.columns(['user_id', 'serial']).doUpdateSet((e) => ({
						model: e.ref('excluded.model'),
						name: e.ref('excluded.name'),
						firmware: e.ref('excluded.firmware'),
						seen_at: e.ref('excluded.seen_at'),
					})),
				)
				.execute(),
		);
	}

	/** NOT_FOUND: not among this account's. */
	async remove(user: number, id: number): Promise<void> {
		const { numDeletedRows } = await this.#context.database.db.deleteFrom('hardware').where('user_id', '=', user).where('id', '=', id).executeTakeFirst();
		if (numDeletedRows === 0n) throw new MicrojouleError('NOT_FOUND', `There is no instrument ${id} in your list.`, { instrument: id });
	}

	/** Undoes what `work` has added where that is too much. */
	#adding<T>(user: number, work: (tx: Tx) => Promise<T>): Promise<T> {
		return this.#context.database.transaction(async (tx) => {
			const result = await work(tx);
			const { count } = await tx
				.selectFrom('hardware')
				.select((e) => e.fn.countAll<number>().as('count'))
				.where('user_id', '=', user)
				.executeTakeFirstOrThrow();
			if (count > maxInstruments)
				throw new MicrojouleError('INVALID_VALUE', `An account lists at most ${maxInstruments} instruments; remove some first.`, { count, limit: maxInstruments });
			return result;
		});
	}
}

function instrument({ id, serial, model, name, firmware, seen_at }: Selectable<HardwareTable>): Instrument {
	return { id, serial, model, name, firmware, seen: seen_at === null ? null : new Date(seen_at).toISOString() };
}
