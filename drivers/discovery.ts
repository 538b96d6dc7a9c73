/**
 * Finds the instruments plugged into this machine by their USB ids. It opens no port: a fingerprint says what a port probably is, and the
 * driver asks. Where the operating system cannot list its ports (no `udevadm`, say) the list is empty; a port can always be named by path.
 */

import type { PortInfo } from '@serialport/bindings-cpp';
import { SerialPort } from 'serialport';

import type { InstrumentKind } from './instrument.ts';

export interface Fingerprint {
	/** Hexadecimal, four digits, lower case. */
	readonly vendorId: string;
	readonly productId: string;
	readonly kind: InstrumentKind;
	readonly title: string;
}

/** Arc and Arc Pro share their ids. */
export const fingerprints: readonly Fingerprint[] = [{ vendorId: '0fce', productId: 'd1e6', kind: 'arc', title: 'Otii Arc' }];

export interface FoundInstrument {
	/** Path to open. */
	readonly port: string;
	readonly kind: InstrumentKind;
	readonly title: string;
	/** The USB serial number, where the system tells it. */
	readonly usbSerial?: string;
}

/** Whatever can list ports: the binding of this platform, or a stand-in. */
export interface PortLister {
	list(): Promise<PortInfo[]>;
}

export async function listInstruments(lister: PortLister = SerialPort.binding): Promise<readonly FoundInstrument[]> {
	const ports = await lister.list().catch(() => []);
	return ports.flatMap((port) => {
		const match = fingerprints.find(({ vendorId, productId }) => sameId(port.vendorId, vendorId) && sameId(port.productId, productId));
		return match ? [{ port: port.path, kind: match.kind, title: match.title, usbSerial: port.serialNumber }] : [];
	});
}

/** Platforms differ in case, in a leading 0x, and in leading zeros. */
function sameId(reported: string | undefined, id: string): boolean {
	return reported?.toLowerCase().replace(/^0x/, '').padStart(4, '0') === id;
}
