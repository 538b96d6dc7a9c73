/** Picks the licence to reserve for a toolbox. */

import { type Licence, licenceTypes, type Toolbox, unlocks } from './licence.ts';

/** One that is reserved here already, else a free one; of these the one that unlocks least. Undefined where there is none. */
export function chooseLicence(licences: readonly Licence[], toolbox: Toolbox): Licence | undefined {
	const breadth = ({ type }: Licence) => licenceTypes[type as keyof typeof licenceTypes].length;
	return licences
		.filter(({ type, available }) => available && unlocks(type, toolbox))
		.sort((a, b) => Number(a.reservedTo === null) - Number(b.reservedTo === null) || breadth(a) - breadth(b) || a.id - b.id)[0];
}
