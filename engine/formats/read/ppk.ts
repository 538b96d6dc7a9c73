/**
 * CSV of the nRF Connect Power Profiler: `Timestamp(ms),Current(uA)`, then, where digital channels were recorded, `D0-D7` (one character a
 * channel, D0 first: 0, 1, X both, - unknown) and perhaps a column each. D0 and D1 become the digital channels i1 and i2, the others d2 to d7.
 */

import { type ReadableFormat, titles } from '../source.ts';
import { recogniseLayout } from './layout.ts';
import { type DigitalColumn, openTable } from './table.ts';

/** Names of the channels that D0 to D7 become. */
export const digitalIds = ['i1', 'i2', 'd2', 'd3', 'd4', 'd5', 'd6', 'd7'] as const;

export const ppk: ReadableFormat = {
	name: 'ppk',
	title: titles.ppk,
	matches: ({ text }) => /^\uFEFF?"?Timestamp ?\(ms\)"?,"?Current ?\([uµμ]A\)"?/i.test(text),
	async open(file, options) {
		const layout = recogniseLayout(file, { ...options, delimiter: options.delimiter ?? ',' });
		const digital = digitalColumns(layout.names);
		const left = layout.names.filter((name, column) => column > 1 && !/^D[0-7](-D7)?$/.test(name));
		return openTable(file, { ...layout, notes: left.length > 0 ? [`columns left out: ${left.join(', ')}`] : [] }, options, { digital });
	},
};

function digitalColumns(names: readonly string[]): DigitalColumn[] {
	const together = names.indexOf('D0-D7');
	return digitalIds.flatMap((id, position) => {
		const own = names.indexOf(`D${position}`);
		if (own >= 0) return [{ column: own, position: 0, id }];
		return together >= 0 ? [{ column: together, position, id }] : [];
	});
}
