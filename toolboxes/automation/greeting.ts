/** The first message of a connection. Clients read the protocol's version; ours is told beside it. */

import { version } from '../../engine/version.ts';

/** The version of Otii whose protocol this is: the newest whose commands are all here. */
const otiiVersion = '3.6.0';

export function greeting(more: Readonly<Record<string, unknown>> = {}) {
	return { type: 'information', info: 'connected', data: { otii_version: otiiVersion, protocol_version: '0.1', server: 'otii-server', ...more } };
}

/** What the WebSocket can do beyond TCP. */
export const capabilities = { microjoule: version, capabilities: ['concurrent', 'subscribe', 'recorded-channels', 'events', 'licence-changes', 'reserve-ttl'] };
