/** Tells the live stream's viewers what the battery toolbox does. Charge flows all the time, so it is looked at a few times a second and told where it differs. */

import type { OtherChange } from '../../engine/server/live-socket.ts';
import type { Battery } from './battery.ts';
import type { BatteryChange } from './schemas.ts';

const lookMs = 400;

/** Returns what ends it. */
export function announceBattery(battery: Battery, announce: (change: OtherChange) => void): () => void {
	let told = '';
	const look = () => {
		const change: BatteryChange = { type: 'battery', ...battery.state() };
		const text = JSON.stringify(change);
		if (text === told) return;
		told = text;
		announce({ ...change });
	};
	look();
	const timer = setInterval(look, lookMs).unref();
	return () => clearInterval(timer);
}
