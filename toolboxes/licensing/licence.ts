/**
 * What a licence is, for the portal, the engine and whoever reads their answers: its types, what each unlocks, its terms, and the record
 * that a user sees.
 */

import { type Static, Type } from 'typebox';

/** What a licence may unlock. */
export type Toolbox = 'automation' | 'battery';

export const toolboxes: readonly Toolbox[] = ['automation', 'battery'];

/** Every licence type and the toolboxes it unlocks. The last three are known, and unlock nothing. */
export const licenceTypes = {
	Automation: ['automation'],
	Battery: ['battery'],
	Enterprise: ['automation', 'battery'],
	All: ['automation', 'battery'],
	Admin: ['automation', 'battery'],
	Standard: [],
	Pro: [],
	Log: [],
} as const satisfies Readonly<Record<string, readonly Toolbox[]>>;

export type LicenceType = keyof typeof licenceTypes;

export function unlocks(type: string, toolbox: Toolbox): boolean {
	return Object.hasOwn(licenceTypes, type) && (licenceTypes[type as LicenceType] as readonly Toolbox[]).includes(toolbox);
}

export const terms = ['monthly', 'yearly', 'perpetual'] as const;
export type Term = (typeof terms)[number];

/** Engines and a portal may disagree about the time by this much, s: a stored lease counts as taken for so long after its expiry. */
export const clockToleranceS = 600;

/** A licence as one user sees it: an owner or somebody it is shared with. Times are ISO 8601, UTC. */
export const licenceSchema = Type.Object(
	{
		id: Type.Integer(),
		type: Type.String({ description: 'Automation, Battery, Enterprise, All, Admin, Standard, Pro or Log' }),
		term: Type.String({ description: 'monthly, yearly or perpetual' }),
		expires: Type.Union([Type.String(), Type.Null()], { description: 'When it stops working; null for a perpetual one' }),
		expired: Type.Boolean(),
		owner: Type.String({ description: "The owner's user name" }),
		mine: Type.Boolean({ description: 'The asking user owns it' }),
		sharedWith: Type.Array(Type.String(), { description: 'User names; empty for who is not the owner' }),
		reservedTo: Type.Union([
			Type.Null(),
			Type.Object({
				user: Type.String(),
				computer: Type.String({ description: "The computer's id" }),
				hostname: Type.String(),
				since: Type.String(),
				returningUntil: Type.Union([Type.String(), Type.Null()], { description: 'Returned, but its holder cannot be reached: free at this time at the latest' }),
			}),
		]),
		available: Type.Boolean({ description: 'The asking user may use it on the asking computer: free and not expired, or reserved there already' }),
	},
	{ $id: 'Licence' },
);
export type Licence = Static<typeof licenceSchema>;
