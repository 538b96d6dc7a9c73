/**
 * The portal's tables as Kysely types. Portable between SQLite and PostgreSQL: times are integers, ms since 1970 (names end in `_at` or
 * `_until`); flags are 0 or 1; money is an integer in the smallest unit of its currency; ids of rows that users name are integers.
 */

import type { Generated } from 'kysely';
import type { LicenceType, Term } from '../../licence.ts';
import type { RevokeReason } from '../../wire.ts';

export interface UserTable {
	id: Generated<number>;
	/** As the user wrote it. */
	name: string;
	/** Lower case: unique. */
	name_key: string;
	email: string;
	/** Lower case: unique. Of a sign-up with an address that has an account, ` ` and the address: it can never be confirmed. */
	email_key: string;
	/** argon2id, PHC string. */
	password: string;
	/** Null until the code from the mail was entered. */
	verified_at: number | null;
	/** Set when this sign-up replaced another one of the same address: then its code counts only together with its password. */
	contested_at: number | null;
	admin: number;
	/** ISO 3166-1 alpha-2, for the tax; null until the first order. */
	country: string | null;
	terms_accepted_at: number;
	created_at: number;
}

/** Six-digit codes for sign-up and password reset. One a user and purpose. */
export interface CodeTable {
	user_id: number;
	purpose: 'verify' | 'reset';
	/** argon2id or HMAC of the code, never the code. */
	hash: string;
	tries: number;
	expires_at: number;
	sent_at: number;
}

export interface SessionTable {
	/** SHA-256 of the token, hex: the token itself is nowhere. */
	id: string;
	user_id: number;
	/** "browser" or the host name of an engine. */
	label: string;
	created_at: number;
	seen_at: number;
	expires_at: number;
}

/** Failed attempts, for slowing down: one row a subject ("account:anna", "address:192.0.2.1", …). */
export interface ThrottleTable {
	subject: string;
	failures: number;
	/** Next attempt not before this. */
	blocked_until: number;
	updated_at: number;
}

export interface LicenceTable {
	id: Generated<number>;
	type: LicenceType;
	term: Term;
	owner_id: number;
	/** Null: perpetual. For a subscription the end of the time it works, grace included. */
	expires_at: number | null;
	subscription_id: number | null;
	created_at: number;
	/** The reservation; all null while free. */
	reservation: string | null;
	reserved_user_id: number | null;
	reserved_computer: string | null;
	reserved_hostname: string | null;
	reserved_at: number | null;
	/** Set when it was returned while a holder of a lease could not be reached. */
	returning_at: number | null;
	/** Of that return, told to the holder when it appears. */
	returning_reason: RevokeReason | null;
}

/** Leases handed out for a reservation: one for each process that holds one. A reservation ends when the last is over. */
export interface LeaseTable {
	/** `jti` of the JWS. */
	id: string;
	licence_id: number;
	reservation: string;
	/** s, for a lease that is tied to a process; null for a stored one. */
	ttl_s: number | null;
	issued_at: number;
	/** When the licence counts as free of it: its expiry, and the clock tolerance for a stored one. */
	held_until: number;
}

export interface ShareTable {
	licence_id: number;
	user_id: number;
	created_at: number;
}

/** Signing keys: the newest signs; `endorsement` is its public key signed by the one before. */
export interface KeyTable {
	/** JWK thumbprint. */
	id: string;
	private_jwk: string;
	public_jwk: string;
	endorsement: string | null;
	created_at: number;
}

export interface OrderTable {
	id: Generated<number>;
	/** Unguessable, in links and to the payment provider. */
	reference: string;
	/** Null once the account is deleted: invoices are kept. */
	user_id: number | null;
	status: 'draft' | 'pending' | 'paid' | 'declined' | 'cancelled';
	currency: string;
	country: string;
	net: number;
	tax: number;
	total: number;
	/** Percent. */
	tax_rate: number;
	/** The invoice's number, without holes, once paid. */
	invoice: number | null;
	/** Renewals point at their subscription. */
	subscription_id: number | null;
	payment_id: string | null;
	/** Name and e-mail address, for the invoice. */
	buyer: string;
	created_at: number;
	paid_at: number | null;
	/** When the confirmation was mailed. */
	mailed_at: number | null;
}

export interface OrderLineTable {
	id: Generated<number>;
	order_id: number;
	type: LicenceType;
	term: Term;
	quantity: number;
	unit_net: number;
}

/** One a licence that renews. */
export interface SubscriptionTable {
	id: Generated<number>;
	user_id: number;
	type: LicenceType;
	term: Term;
	unit_net: number;
	currency: string;
	country: string;
	/** The provider's handle for charging again. */
	payment_method: string;
	status: 'active' | 'failing' | 'cancelled' | 'lapsed';
	/** Periods are counted from here, so that those that began on a 31st end on one where there is one. */
	anchor_at: number;
	period_end_at: number;
	next_try_at: number | null;
	created_at: number;
}

/** Webhook deliveries that were handled, so that a repeated one does nothing. */
export interface WebhookTable {
	id: string;
	received_at: number;
}

/** The sandbox provider's own book, as a live provider has one: one payment an order. */
export interface SandboxPaymentTable {
	id: string;
	/** The order's, unique. */
	reference: string;
	amount: number;
	currency: string;
	status: 'open' | 'confirming' | 'succeeded' | 'declined' | 'cancelled';
	/** What it was paid with, and is charged again: decides what that charge will do. Empty while open. */
	method: string;
	created_at: number;
}

/** What the sandbox has to tell the shop and was not yet acknowledged. */
export interface SandboxEventTable {
	id: string;
	/** JSON, as it is signed. */
	body: string;
	tries: number;
	next_try_at: number;
}

export interface HardwareTable {
	id: Generated<number>;
	user_id: number;
	serial: string;
	model: string;
	name: string;
	firmware: string;
	seen_at: number | null;
	created_at: number;
}

export interface CaseTable {
	id: Generated<number>;
	user_id: number;
	subject: string;
	status: 'open' | 'closed';
	created_at: number;
	updated_at: number;
}

export interface CaseMessageTable {
	id: Generated<number>;
	case_id: number;
	/** Null once the writer's account is deleted. */
	user_id: number | null;
	by_staff: number;
	text: string;
	created_at: number;
}

export interface AttachmentTable {
	id: Generated<number>;
	message_id: number;
	name: string;
	media_type: string;
	size: number;
	/** base64: portable, and attachments are small. */
	content: string;
}

export interface AuditTable {
	id: Generated<number>;
	at: number;
	/** Who acted; null for the portal itself (expiry, sweep). */
	user_id: number | null;
	user_name: string;
	action: string;
	licence_id: number | null;
	/** JSON. */
	details: string;
	address: string | null;
}

/** Single values: the one-time set-up secret's hash, the webhook secret, the invoice counter, the offline time. */
export interface SettingTable {
	name: string;
	value: string;
}

export interface Tables {
	users: UserTable;
	codes: CodeTable;
	sessions: SessionTable;
	throttles: ThrottleTable;
	licences: LicenceTable;
	leases: LeaseTable;
	shares: ShareTable;
	keys: KeyTable;
	orders: OrderTable;
	order_lines: OrderLineTable;
	subscriptions: SubscriptionTable;
	webhooks: WebhookTable;
	sandbox_payments: SandboxPaymentTable;
	sandbox_events: SandboxEventTable;
	hardware: HardwareTable;
	cases: CaseTable;
	case_messages: CaseMessageTable;
	attachments: AttachmentTable;
	audit: AuditTable;
	settings: SettingTable;
}
