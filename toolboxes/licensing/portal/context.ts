/** What every part of the portal is given: its database, its clock, its mail, its notices to other processes, and its address. */

import type { FastifyBaseLogger } from 'fastify';
import type { PortalDatabase } from './database/database.ts';
import type { Mailer } from './mail/mailer.ts';
import type { Notices } from './notices.ts';

export interface PortalContext {
	readonly database: PortalDatabase;
	/** ms since 1970. A test's own clock moves it; nothing else in the portal asks the time. */
	readonly now: () => number;
	readonly mail: Mailer;
	readonly notices: Notices;
	/** Where people reach the portal, without a trailing slash: for links in mails. */
	readonly publicUrl: string;
	/** How long a licence works without the portal where no administrator has set it, h. */
	readonly offlineHours: number;
	readonly log: Pick<FastifyBaseLogger, 'info' | 'warn' | 'error'>;
}
