/** Of what figures are shown, the same in every panel. */

/** What is selected (all of it where nothing is), what is in sight, or all. */
export type Scope = 'selection' | 'view' | 'all';

export interface FiguresChoice {
	readonly scope: Scope;
}
