/** Figures for people: SI values with scaled units, and tables. JSON output never passes here. */

export { duration, si } from '../engine/formats/figures.ts';

/** Columns aligned with two spaces between; the first row is the header. */
export function table(rows: readonly (readonly string[])[]): string {
	const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => [...row[column]].length)));
	return rows
		.map((row) =>
			row
				.map((cell, column) => cell + ' '.repeat(widths[column] - [...cell].length))
				.join('  ')
				.trimEnd(),
		)
		.join('\n');
}
