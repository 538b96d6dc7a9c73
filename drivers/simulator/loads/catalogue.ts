/** The loads a user can name, described by data, and the reading of `name[:argument]`. */

import { MicrojouleError } from '../../errors.ts';
import { ble } from './ble.ts';
import { constantCurrent } from './constant-current.ts';
import { constantPower } from './constant-power.ts';
import type { Load, LoadKind } from './load.ts';
import { modem } from './modem.ts';
import { none } from './none.ts';
import { resistor } from './resistor.ts';
import { sensor } from './sensor.ts';
import { solar } from './solar.ts';
import { tracker } from './tracker.ts';

export const loadKinds: readonly LoadKind[] = [resistor, constantCurrent, constantPower, ble, sensor, tracker, modem, solar, none];

/** How a load is written: `resistor:OHM`, `ble`. */
export function loadUsage(kind: LoadKind): string {
	return kind.argument ? `${kind.name}:${kind.argument.name}` : kind.name;
}

/**
 * A new load by its text: `resistor:330`, `current:0.02`, `power:0.1`, `ble`, `sensor`, `tracker`, `modem`, `solar:0.015`, `none`; arguments are plain SI numbers.
 * Throws INVALID_VALUE naming the text and what is known.
 */
export function parseLoad(text: string): Load {
	const colon = text.indexOf(':');
	const name = colon < 0 ? text : text.slice(0, colon);
	const argumentText = colon < 0 ? '' : text.slice(colon + 1).trim();
	const kind = loadKinds.find((candidate) => candidate.name === name);
	const known = `Loads: ${loadKinds.map((each) => (each.argument ? `${loadUsage(each)} (${each.argument.unit})` : each.name)).join(', ')}.`;
	const refuse = (problem: string): never => {
		throw new MicrojouleError('INVALID_VALUE', `Load ${JSON.stringify(text)}: ${problem}. ${known}`, { text, loads: loadKinds.map(loadUsage) });
	};
	if (!kind) return refuse(`there is no load ${JSON.stringify(name)}`);
	if (!kind.argument) return colon < 0 ? kind.create(0) : refuse(`${name} takes no argument`);
	const { unit, min, max } = kind.argument;
	const argument = Number(argumentText);
	if (argumentText === '' || !Number.isFinite(argument) || argument < min || argument > max) return refuse(`the argument must be a number from ${min} to ${max} ${unit}`);
	return kind.create(argument);
}
