/** The project's named selections: where they lie on the chart's axis, and the calls that change them. */

import { json } from '../api.ts';
import type { ProjectStatus } from '../types.ts';
import type { Track } from './chart-model.ts';

export type NamedSelection = ProjectStatus['selections'][number];

export const defaultSelectionColor = '#12b886';

export interface PlacedSelection {
	readonly name: string;
	/** s of the axis. */
	readonly from: number;
	readonly to: number;
	readonly color: string;
}

/** s by which the selections of a recording are moved on the axis; undefined where it is not shown. Those of the whole project lie at the axis's own times. */
export function shiftOf({ recording }: Pick<NamedSelection, 'recording'>, tracks: readonly Track[]): number | undefined {
	if (recording === undefined) return 0;
	return tracks.find(({ origin }) => origin.kind === 'recorded' && origin.recording === recording)?.shiftS;
}

/** The ones that are painted: of what is shown, and not hidden. */
export function placed(selections: readonly NamedSelection[], tracks: readonly Track[]): PlacedSelection[] {
	if (!tracks.some(({ origin }) => origin.kind === 'recorded')) return [];
	return selections.flatMap((selection) => {
		const shift = selection.hidden ? undefined : shiftOf(selection, tracks);
		if (shift === undefined) return [];
		const { name, from, to, color = defaultSelectionColor } = selection;
		return [{ name, from: from + shift, to: to + shift, color }];
	});
}

/** The first name of the form `Selection n` that is free. */
export function freeName(selections: readonly NamedSelection[]): string {
	for (let number = 1; ; number++) if (!selections.some(({ name }) => name === `Selection ${number}`)) return `Selection ${number}`;
}

type Change = { readonly [key in 'name' | 'color' | 'note']?: string | null } & { readonly hidden?: boolean; readonly from?: number; readonly to?: number };

const path = (name: string) => `/selections/${encodeURIComponent(name)}`;

/** Each rejects with an ApiError. */
export const selectionCalls = {
	add: (selection: NamedSelection) => json<ProjectStatus>('POST', '/selections', selection),
	change: (name: string, change: Change) => json<ProjectStatus>('PATCH', path(name), change),
	remove: (name: string) => json<ProjectStatus>('DELETE', path(name)),
};
