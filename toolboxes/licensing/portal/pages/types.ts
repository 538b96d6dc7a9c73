/** The types of the portal's answers, for these pages: the one place where they look at the portal, and only at its types. Times are ISO 8601, UTC; money is in cents. */

import type { Term } from '../../licence.ts';

export type { Licence } from '../../licence.ts';
export type { Instrument } from '../hardware.ts';

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
	readonly sessions: readonly { readonly id: string; readonly label: string; readonly seen: string; readonly current: boolean }[];
}

/** One page of a list. */
export type PageOf<Name extends string, T> = { readonly [name in Name]: readonly T[] } & { readonly pages: number };

export interface UserRecord {
	readonly name: string;
	readonly email: string;
	readonly admin: boolean;
	readonly verified: boolean;
	readonly created: string;
}

export interface AuditEntry {
	readonly id: number;
	readonly at: string;
	readonly user: string;
	readonly action: string;
	readonly licence: number | null;
	readonly details: Readonly<Record<string, unknown>>;
	readonly address: string | null;
}

export interface Prices {
	readonly currencies: readonly string[];
	readonly default: string;
	readonly products: readonly { readonly type: string; readonly term: Term }[];
	readonly taxes: readonly { readonly country: string; readonly name: string; readonly rate: number }[];
}

export interface OrderLine {
	readonly type: string;
	readonly term: string;
	readonly quantity: number;
}

interface Sums {
	readonly currency: string;
	readonly net: number;
	/** Percent. */
	readonly taxRate: number;
	readonly tax: number;
	readonly total: number;
	readonly lines: readonly (OrderLine & { readonly net: number })[];
}

export type Quote = Sums;

export interface Order extends Sums {
	readonly reference: string;
	readonly status: 'draft' | 'pending' | 'paid' | 'declined' | 'cancelled';
	readonly invoice: number | null;
	readonly created: string;
	readonly checkoutUrl?: string;
}

export interface Payment {
	readonly status: 'succeeded' | 'declined' | 'confirm';
	readonly confirmUrl?: string;
	readonly message?: string;
}

export interface Subscription {
	readonly id: number;
	readonly licence: number;
	readonly status: 'active' | 'failing' | 'cancelled' | 'lapsed';
	readonly periodEnd: string;
}

export interface Download {
	readonly name: string;
	readonly platform: string;
	readonly version: string;
	readonly how: string;
}

export interface CaseSummary {
	readonly id: number;
	readonly user: string | null;
	readonly subject: string;
	readonly status: 'open' | 'closed';
	readonly updated: string;
}

export interface SupportCase extends CaseSummary {
	readonly messages: readonly {
		readonly id: number;
		readonly user: string | null;
		readonly staff: boolean;
		readonly text: string;
		readonly created: string;
		readonly attachments: readonly { readonly id: number; readonly name: string; readonly size: number }[];
	}[];
}
