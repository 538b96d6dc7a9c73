/** The portal's tables, made and changed step by step. A step that was released is never edited: the next change is a new step. */

import type { ColumnDataType, CreateTableBuilder, Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

type Kind = 'sqlite' | 'postgres';
type Table = CreateTableBuilder<string, string>;

export function migrationsFor(kind: Kind): Record<string, Migration> {
	return { '001-first': { up: (db) => first(db, kind) } };
}

async function first(db: Kysely<unknown>, kind: Kind): Promise<void> {
	const integer: ColumnDataType = kind === 'postgres' ? 'int8' : 'integer';
	const make = async (name: string, columns: (table: Table) => Table) => void (await columns(db.schema.createTable(name) as Table).execute());
	const index = (table: string, ...columns: string[]) =>
		db.schema
			.createIndex(`${table}_${columns.join('_')}`)
			.on(table)
			.columns(columns)
			.execute();
	const id = (table: Table): Table =>
		kind === 'postgres'
			? table.addColumn('id', integer, (c) => c.primaryKey().generatedByDefaultAsIdentity())
			: table.addColumn('id', integer, (c) => c.primaryKey().autoIncrement());
	const int = (table: Table, ...names: string[]) => names.reduce((t, name) => t.addColumn(name, integer, (c) => c.notNull()), table);
	const intOrNull = (table: Table, ...names: string[]) => names.reduce((t, name) => t.addColumn(name, integer), table);
	const text = (table: Table, ...names: string[]) => names.reduce((t, name) => t.addColumn(name, 'text', (c) => c.notNull()), table);
	const textOrNull = (table: Table, ...names: string[]) => names.reduce((t, name) => t.addColumn(name, 'text'), table);
	const references = (table: Table, column: string, other: string, onDelete: 'cascade' | 'set null') =>
		table.addColumn(column, integer, (c) => (onDelete === 'set null' ? c : c.notNull()).references(`${other}.id`).onDelete(onDelete));

	await make('users', (t) =>
		int(intOrNull(textOrNull(text(id(t), 'name', 'email', 'password'), 'country'), 'verified_at', 'contested_at'), 'admin', 'terms_accepted_at', 'created_at')
			.addColumn('name_key', 'text', (c) => c.notNull().unique())
			.addColumn('email_key', 'text', (c) => c.notNull().unique()),
	);
	await make('codes', (t) =>
		int(text(references(t, 'user_id', 'users', 'cascade'), 'purpose', 'hash'), 'tries', 'expires_at', 'sent_at').addPrimaryKeyConstraint('codes_key', ['user_id', 'purpose']),
	);
	await make('sessions', (t) =>
		int(
			text(
				references(
					t.addColumn('id', 'text', (c) => c.primaryKey()),
					'user_id',
					'users',
					'cascade',
				),
				'label',
			),
			'created_at',
			'seen_at',
			'expires_at',
		),
	);
	await index('sessions', 'user_id');
	await make('throttles', (t) =>
		int(
			t.addColumn('subject', 'text', (c) => c.primaryKey()),
			'failures',
			'blocked_until',
			'updated_at',
		),
	);
	await make('subscriptions', (t) =>
		int(
			intOrNull(text(references(id(t), 'user_id', 'users', 'cascade'), 'type', 'term', 'currency', 'country', 'payment_method', 'status'), 'next_try_at'),
			'unit_net',
			'anchor_at',
			'period_end_at',
			'created_at',
		),
	);
	await make('licences', (t) =>
		int(
			intOrNull(
				textOrNull(
					references(
						references(text(references(id(t), 'owner_id', 'users', 'cascade'), 'type', 'term'), 'subscription_id', 'subscriptions', 'set null'),
						'reserved_user_id',
						'users',
						'set null',
					),
					'reservation',
					'reserved_computer',
					'reserved_hostname',
					'returning_reason',
				),
				'expires_at',
				'reserved_at',
				'returning_at',
			),
			'created_at',
		),
	);
	await index('licences', 'owner_id');
	await make('leases', (t) =>
		int(
			intOrNull(
				text(
					references(
						t.addColumn('id', 'text', (c) => c.primaryKey()),
						'licence_id',
						'licences',
						'cascade',
					),
					'reservation',
				),
				'ttl_s',
			),
			'issued_at',
			'held_until',
		),
	);
	await index('leases', 'licence_id');
	await index('leases', 'held_until');
	await make('shares', (t) =>
		int(references(references(t, 'licence_id', 'licences', 'cascade'), 'user_id', 'users', 'cascade'), 'created_at').addPrimaryKeyConstraint('shares_key', [
			'licence_id',
			'user_id',
		]),
	);
	await index('shares', 'user_id');
	await make('keys', (t) =>
		int(
			textOrNull(
				text(
					t.addColumn('id', 'text', (c) => c.primaryKey()),
					'private_jwk',
					'public_jwk',
				),
				'endorsement',
			),
			'created_at',
		),
	);
	await make('orders', (t) =>
		int(
			intOrNull(
				textOrNull(text(references(id(t), 'user_id', 'users', 'set null'), 'status', 'currency', 'country', 'buyer'), 'payment_id'),
				'paid_at',
				'mailed_at',
				'subscription_id',
			),
			'net',
			'tax',
			'total',
			'created_at',
		)
			.addColumn('tax_rate', 'double precision', (c) => c.notNull())
			.addColumn('reference', 'text', (c) => c.notNull().unique())
			.addColumn('invoice', integer, (c) => c.unique()),
	);
	await index('orders', 'user_id');
	await make('order_lines', (t) => int(text(references(id(t), 'order_id', 'orders', 'cascade'), 'type', 'term'), 'quantity', 'unit_net'));
	await make('webhooks', (t) =>
		int(
			t.addColumn('id', 'text', (c) => c.primaryKey()),
			'received_at',
		),
	);
	await make('sandbox_payments', (t) =>
		int(
			text(
				t.addColumn('id', 'text', (c) => c.primaryKey()).addColumn('reference', 'text', (c) => c.notNull().unique()),
				'currency',
				'status',
				'method',
			),
			'amount',
			'created_at',
		),
	);
	await make('sandbox_events', (t) =>
		int(
			text(
				t.addColumn('id', 'text', (c) => c.primaryKey()),
				'body',
			),
			'tries',
			'next_try_at',
		),
	);
	await make('hardware', (t) =>
		int(intOrNull(text(references(id(t), 'user_id', 'users', 'cascade'), 'serial', 'model', 'name', 'firmware'), 'seen_at'), 'created_at').addUniqueConstraint('hardware_once', [
			'user_id',
			'serial',
		]),
	);
	await make('cases', (t) => int(text(references(id(t), 'user_id', 'users', 'cascade'), 'subject', 'status'), 'created_at', 'updated_at'));
	await make('case_messages', (t) => int(text(references(references(id(t), 'case_id', 'cases', 'cascade'), 'user_id', 'users', 'set null'), 'text'), 'by_staff', 'created_at'));
	await make('attachments', (t) => int(text(references(id(t), 'message_id', 'case_messages', 'cascade'), 'name', 'media_type', 'content'), 'size'));
	await make('audit', (t) => int(intOrNull(textOrNull(text(id(t), 'user_name', 'action', 'details'), 'address'), 'user_id', 'licence_id'), 'at'));
	await index('audit', 'licence_id');
	await make('settings', (t) =>
		text(
			t.addColumn('name', 'text', (c) => c.primaryKey()),
			'value',
		),
	);
}
