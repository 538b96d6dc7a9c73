/** A table as data: what stands in its columns, its rows in an order, and the whole as text or CSV for elsewhere. Pure. */

export type Cell = number | string | null | undefined;

export interface Column<T> {
	readonly id: string;
	/** For people. */
	readonly label: string;
	/** In CSV, with the unit: `charge_C`. */
	readonly csv: string;
	/** SI, for sorting and CSV. */
	value(row: T): Cell;
	/** For people. */
	text(row: T): string;
	/** Aligned left. */
	readonly words?: boolean;
}

export interface Order {
	readonly column: string;
	readonly descending: boolean;
}

/** What has no value comes last, whatever the direction. */
export function sorted<T>(rows: readonly T[], columns: readonly Column<T>[], order: Order | null): readonly T[] {
	const column = columns.find(({ id }) => id === order?.column);
	if (!column || !order) return rows;
	const sign = order.descending ? -1 : 1;
	return rows.toSorted((a, b) => {
		const [x, y] = [column.value(a) ?? null, column.value(b) ?? null];
		if (x === null || y === null) return Number(x === null) - Number(y === null);
		return sign * (typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y)));
	});
}

export function csvOf(rows: readonly (readonly Cell[])[]): string {
	const field = (cell: Cell) => {
		const text = String(cell ?? '');
		return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
	};
	return rows.map((row) => `${row.map(field).join(',')}\r\n`).join('');
}

/** Columns lined up with spaces, the first to the left and the others to the right. */
export function textOf(rows: readonly (readonly string[])[]): string {
	const widths = rows.reduce<number[]>((most, row) => row.map((cell, k) => Math.max(cell.length, most[k] ?? 0)), []);
	return rows.map((row) => `${row.map((cell, k) => (k === 0 ? cell.padEnd(widths[k]) : cell.padStart(widths[k]))).join('  ')}\n`).join('');
}
