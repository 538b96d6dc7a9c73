/**
 * Who a request is from where a proxy stands in front of the portal: the last address in X-Forwarded-For that is no proxy's. Only proxies on this
 * machine and those that were named are believed; whoever could reach the portal past them would be believed as well. For HTTP and WebSocket alike.
 */

import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { MicrojouleError } from '../../../drivers/errors.ts';

export class Proxies {
	readonly #networks = new BlockList();

	/** Addresses or networks (CIDR). INVALID_VALUE. */
	constructor(networks: readonly string[]) {
		for (const network of ['127.0.0.0/8', '::1', ...networks]) this.#add(network);
	}

	trusts(address: string): boolean {
		const version = isIP(address);
		return version !== 0 && this.#networks.check(address, version === 4 ? 'ipv4' : 'ipv6');
	}

	clientOf({ socket, headers }: IncomingMessage): string {
		const forwarded = [headers['x-forwarded-for'] ?? []].flat().join(',').split(',').reverse();
		const hops = [socket.remoteAddress ?? '', ...forwarded.map((hop) => hop.trim()).filter((hop) => hop !== '')];
		return hops.find((hop) => !this.trusts(hop)) ?? (hops.at(-1) as string);
	}

	#add(network: string): void {
		const [address, bits] = network.split('/', 2);
		const version = isIP(address);
		const longest = version === 4 ? 32 : 128;
		if (version === 0 || (bits !== undefined && !(/^\d{1,3}$/.test(bits) && Number(bits) <= longest)))
			throw new MicrojouleError('INVALID_VALUE', `--proxy ${network} must be an address or a network, such as 172.17.0.1 or 10.0.0.0/8.`, { proxy: network });
		this.#networks.addSubnet(address, bits === undefined ? longest : Number(bits), version === 4 ? 'ipv4' : 'ipv6');
	}
}
