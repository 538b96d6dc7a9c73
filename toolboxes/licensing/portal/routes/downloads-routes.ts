/** What can be downloaded, how it is installed, and the package itself. Public: npm, which fetches it, signs in nowhere. */

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { downloads, installedPackage, packageFile } from '../downloads.ts';
import type { PortalServices } from '../services.ts';
import { packageTarball } from '../tarball.ts';

export const downloadsRoutes: FastifyPluginAsyncTypebox<{ services: PortalServices; packageFolder?: string }> = async (server, options) => {
	const { services, packageFolder = installedPackage() } = options;

	server.get('/downloads', {
		schema: { summary: 'The programs of this version' },
		handler: async () => ({ downloads: downloads(services.context.publicUrl, packageFolder !== undefined) }),
	});

	if (packageFolder !== undefined)
		server.get(`/downloads/${packageFile}`, {
			schema: { summary: 'The package, as npm installs it' },
			handler: async (_request, reply) => reply.type('application/gzip').send(await packageTarball(packageFolder)),
		});
};
