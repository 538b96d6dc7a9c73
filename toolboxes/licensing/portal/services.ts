/** The portal's services, as its routes get them. */

import type { Accounts } from './accounts.ts';
import type { Administration } from './administration.ts';
import type { Audit } from './audit.ts';
import type { PortalContext } from './context.ts';
import type { Hardware } from './hardware.ts';
import type { Keys } from './keys.ts';
import type { Licences } from './licences.ts';
import type { Sessions } from './sessions.ts';
import type { Shop } from './shop/shop.ts';
import type { Support } from './support.ts';

export interface PortalServices {
	readonly context: PortalContext;
	readonly audit: Audit;
	readonly accounts: Accounts;
	readonly sessions: Sessions;
	readonly administration: Administration;
	readonly licences: Licences;
	readonly keys: Keys;
	readonly hardware: Hardware;
	readonly shop: Shop;
	readonly support: Support;
}
