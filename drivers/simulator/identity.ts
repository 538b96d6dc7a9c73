/**
 * Who a simulated instrument says it is: name, versions, serial number, and its list of channels. Several can differ by seed or name; without
 * either, an Arc has the identity that the protocol's published captures were made with.
 */

import { wireIds } from '../arc/protocol.ts';
import type { InstrumentKind } from '../instrument.ts';

export interface SimulatedIdentity {
	readonly name: string;
	readonly hardwareVersion: string;
	readonly firmwareVersion: string;
	/** 32 ASCII characters. */
	readonly serial: string;
}

/** `serial` as it is; else drawn from `name`; else the seed's digits; else all zeros between `SIM` and the model. */
export function identityOf(kind: InstrumentKind, options: { readonly serial?: string; readonly name?: string; readonly seed?: number } = {}): SimulatedIdentity {
	const middle = options.name === undefined ? String(Math.abs(Math.trunc(options.seed ?? 0))) : hash(options.name).toString(16);
	const tail = kind === 'arc' ? 'ARC1' : 'ACE1';
	const serial = options.serial ?? `SIM${middle.toUpperCase().padStart(25, '0').slice(-25)}${tail}`;
	return kind === 'arc' ? { name: 'Arc', hardwareVersion: '1.3', firmwareVersion: '3.1.3', serial } : { name: 'Ace', hardwareVersion: '1.0', firmwareVersion: '1.0.0', serial };
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
	let value = 0x811c9dc5;
	for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0;
	return value;
}

/** The sampled channels of a model, by ascending wire id. */
export function sampledNames(kind: InstrumentKind): readonly string[] {
	const ace = ['mc1', 'mc2', 'mc3', 'vpwr', 'tm'];
	return Object.keys(wireIds).filter((name) => name !== 'rx' && (kind === 'ace' || !ace.includes(name)));
}

/** The channel inventory: 16 bytes a channel, u16 id, u16 samples a millisecond, 0, rate, 0; at least 16 records long. */
export function inventoryOf(kind: InstrumentKind, rateOf: (wireId: number) => number): Uint8Array {
	const ids = [...sampledNames(kind), 'rx'].map((name) => wireIds[name]);
	const data = new Uint8Array(Math.max(16, ids.length) * 16);
	const view = new DataView(data.buffer);
	ids.forEach((id, index) => {
		const rate = id === wireIds.rx ? 0 : rateOf(id);
		view.setUint16(index * 16, id, true);
		view.setUint16(index * 16 + 2, rate / 1000, true);
		view.setUint32(index * 16 + 8, rate, true);
	});
	return data;
}
