/** One moment on the axes of all devices that are measured: known exactly for one of them, by the clocks' estimates for the others. */

import type { Clock } from '../../drivers/clock.ts';
import type { MeasuredDevice } from './measurement.ts';

/** Where a moment of `device`, s on its axis, lies on the axis of every device, s. A device that has sent nothing yet is at its beginning. */
export function momentOf(measured: readonly MeasuredDevice[], clock: Clock, device: string, timeS: number): ReadonlyMap<string, number> {
	const now = clock.now();
	const own = measured.find(({ instrument }) => instrument.identity.id === device)?.stream;
	const hostS = now - ((own?.clock.deviceTimeAt(now) ?? timeS) - timeS);
	return new Map(
		measured.map(({ instrument, stream }) => {
			const { id } = instrument.identity;
			return [id, id === device ? timeS : (stream.clock.deviceTimeAt(hostS) ?? stream.settledFrame / stream.frameRate)];
		}),
	);
}
