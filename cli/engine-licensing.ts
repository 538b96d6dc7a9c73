/**
 * The licensing side of `microjoule serve`: the leases of the data folder, an embedded portal unless a shared one is named, and the account.
 * A second engine on the same data folder is a guest of the first one's portal.
 */

import { MicrojouleError, messageOf } from '../drivers/errors.ts';
import { version } from '../engine/version.ts';
import { chooseLicence } from '../toolboxes/licensing/choose.ts';
import { loadComputer } from '../toolboxes/licensing/computer.ts';
import { LeaseStore } from '../toolboxes/licensing/lease-store.ts';
import type { Toolbox } from '../toolboxes/licensing/licence.ts';
import { Licensing } from '../toolboxes/licensing/licensing.ts';
import type { LicensingStatus } from '../toolboxes/licensing/status.ts';
import { embeddedPortalName, localCredentials, openEmbeddedPortal } from './embedded-portal.ts';
import type { EngineClient } from './engine-client.ts';
import { engineOf } from './licensing-access.ts';

export interface EngineLicensing extends AsyncDisposable {
	readonly licensing: Licensing;
	/** Notes where the engine answers, for programs that look for it. */
	announce(engine: string): void;
}

export interface EngineLicensingOptions {
	readonly data: string;
	/** Address of a shared portal; undefined: the embedded one. */
	readonly portal: string | undefined;
	readonly portalPort: number;
	/** For what the user should know. */
	readonly say: (message: string) => void;
}

export async function openEngineLicensing({ data, portal: shared, portalPort, say }: EngineLicensingOptions): Promise<EngineLicensing> {
	await using cleanup = new AsyncDisposableStack();
	const store = cleanup.use(await LeaseStore.open(data));
	const neighbour = shared === undefined && store.owner !== undefined ? await engineOf(data) : undefined;
	const embedded = shared === undefined && !neighbour ? cleanup.use(await openEmbeddedPortal(data, portalPort, say)) : undefined;
	const portal = shared ?? embedded?.url ?? (await (neighbour as EngineClient).call<LicensingStatus>('GET', '/licensing')).portal;
	const licensing = cleanup.use(
		await Licensing.create({ portal, portalName: shared === undefined ? embeddedPortalName : undefined, store, computer: loadComputer(data), version }),
	);
	if (embedded && store.get('session') === undefined) {
		const { name, password } = localCredentials(data);
		await licensing.login(name, password);
	}
	const used = cleanup.move();
	return { licensing, announce: (engine) => store.announce(engine), [Symbol.asyncDispose]: () => used.disposeAsync() };
}

/** Reserves a licence for each toolbox that is locked; what cannot be is said, and the engine runs without. */
export async function reserveAtStart(licensing: Licensing, toolboxes: readonly Toolbox[], say: (message: string) => void): Promise<void> {
	await licensing.settled();
	for (const toolbox of toolboxes) {
		if (licensing.gate.isOpen(toolbox)) continue;
		try {
			using connection = licensing.connection();
			const licence = chooseLicence(await connection.licences(), toolbox);
			if (!licence) throw new MicrojouleError('NO_LICENCE', `${licensing.user} has no free licence for it.`, { toolbox });
			await connection.reserve(licence.id);
		} catch (error) {
			say(`--reserve ${toolbox}: ${messageOf(error)}`);
		}
	}
}
