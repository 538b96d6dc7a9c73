/** Every route below /api, in one place. */

import type { FastifyPluginAsync } from 'fastify';
import type { PortalServices } from '../services.ts';
import { accountRoutes } from './account-routes.ts';
import { adminRoutes } from './admin-routes.ts';
import { downloadsRoutes } from './downloads-routes.ts';
import { hardwareRoutes } from './hardware-routes.ts';
import { licenceRoutes } from './licence-routes.ts';
import { sandboxRoutes } from './sandbox-routes.ts';
import { sessionRoutes } from './session-routes.ts';
import { shopRoutes } from './shop-routes.ts';
import { supportRoutes } from './support-routes.ts';

/** `secure`: people reach the portal over TLS. */
export const apiRoutes: FastifyPluginAsync<{ services: PortalServices; secure: boolean }> = async (api, { services, secure }) => {
	await api.register(sessionRoutes, { services, secure });
	await api.register(accountRoutes, { services });
	await api.register(adminRoutes, { services });
	await api.register(licenceRoutes, { services });
	await api.register(hardwareRoutes, { services });
	await api.register(shopRoutes, { services });
	if (services.shop.sandbox) await api.register(sandboxRoutes, { services, sandbox: services.shop.sandbox });
	await api.register(supportRoutes, { services });
	await api.register(downloadsRoutes, { services });
};
