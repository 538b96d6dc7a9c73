/**
 * Which names the portal answers to, and which pages may use it: its own only. The rules are the engine's; the words are the portal's, which has
 * other options. Decides only; never answers a request itself.
 *
 * A page whose name was led to this address sends that name as Host. With a certificate of the portal's own, a browser does not get that far: it
 * refuses a certificate of another name, so that the portal need not know its names.
 */

import { MicrojouleError } from '../../../drivers/errors.ts';
import { Admission, type Headers } from '../../../engine/server/admission.ts';

export interface PortalAdmissionOptions {
	/** The address the portal binds to. */
	readonly host: string;
	/** Whether it has a certificate of its own. */
	readonly tls: boolean;
	/** Of --public-url. */
	readonly publicOrigin: string | undefined;
}

export class PortalAdmission {
	readonly #options: PortalAdmissionOptions;
	readonly #rules: Admission;

	constructor(options: PortalAdmissionOptions) {
		const { host, tls, publicOrigin } = options;
		this.#options = options;
		this.#rules = new Admission({ host, secure: tls, allowOrigin: publicOrigin === undefined ? [] : [publicOrigin] });
	}

	/** FORBIDDEN for a Host that is not the portal's. */
	checkHost(headers: Headers): void {
		const { tls, publicOrigin } = this.#options;
		const name = String(headers.host ?? '').toLowerCase();
		if (tls || (publicOrigin !== undefined && name === new URL(publicOrigin).host)) return;
		try {
			this.#rules.checkHost(headers);
		} catch (error) {
			const remedy =
				publicOrigin === undefined ? 'open it as 127.0.0.1 or localhost; if this is its name, it must be started with --public-url and that address' : `open ${publicOrigin}`;
			throw new MicrojouleError('FORBIDDEN', `This portal is not called ${name || 'nothing'}: ${remedy}.`, { host: name }, error);
		}
	}

	/** FORBIDDEN for a page of another origin. */
	checkOrigin(headers: Headers): void {
		try {
			this.#rules.checkOrigin(headers);
		} catch (error) {
			const { publicOrigin } = this.#options;
			const remedy = publicOrigin === undefined ? 'If this is its own address, it must be started with --public-url and that address' : `Open it at ${publicOrigin}`;
			const whose = headers.origin === undefined ? 'another origin' : String(headers.origin);
			throw new MicrojouleError('FORBIDDEN', `Pages of ${whose} may not use this portal. ${remedy}.`, { origin: headers.origin ?? null }, error);
		}
	}
}
