/** A device works on one cell for one run at a time. */

import { MicrojouleError } from '../../../drivers/errors.ts';

const occupied = new WeakMap<object, Set<string>>();

/** Until disposed. DEVICE_BUSY where a run is under way there. */
export function occupy(bench: object, device: string): Disposable {
	const devices = occupied.get(bench) ?? new Set();
	occupied.set(bench, devices);
	if (devices.has(device)) throw new MicrojouleError('DEVICE_BUSY', `A run is under way on the cell at ${device}; stop it first.`, { device });
	devices.add(device);
	return { [Symbol.dispose]: () => void devices.delete(device) };
}
