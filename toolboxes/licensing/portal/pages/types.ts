/** The types of the portal's answers, for these pages: the one place where they look at the portal, and only at its types. Times are ISO 8601, UTC; money is in cents. */

import type { Administration } from '../administration.ts';
import type { SessionRecord } from '../sessions.ts';
import type { Product, Tax } from '../shop/prices.ts';

export type { Licence } from '../../licence.ts';
export type { Download } from '../downloads.ts';
export type { Instrument } from '../hardware.ts';
export type { Order } from '../shop/orders.ts';
export type { BasketLine, Quote } from '../shop/prices.ts';
export type { Subscription } from '../shop/renewals.ts';
export type { CaseSummary, SupportCase } from '../support.ts';

export interface SessionUser {
	readonly name: string;
	readonly email: string;
	readonly admin: boolean;
	readonly verified: boolean;
}

export interface Account {
	readonly name: string;
	readonly email: string;
	readonly admin: boolean;
	/** ISO 3166-1 alpha-2; null until the first order. */
	readonly country: string | null;
	readonly created: string;
	readonly sessions: readonly SessionRecord[];
}

export type UsersPage = Awaited<ReturnType<Administration['users']>>;
export type AuditPage = Awaited<ReturnType<Administration['auditLog']>>;

export interface Prices {
	readonly currencies: readonly string[];
	readonly default: string;
	readonly products: readonly Product[];
	readonly taxes: readonly Tax[];
}
