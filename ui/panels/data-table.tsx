/**
 * A table of many rows: sorted by a click on a column's name, totals below, rows that are picked by a click and walked through with ↑ and ↓. Only the rows
 * in sight are in the document, so ten thousand cost no more than twenty.
 */

import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import classes from './panels.module.css';
import type { Column, Order } from './table-data.ts';

interface DataTableProps<T> {
	readonly label: string;
	readonly columns: readonly Column<T>[];
	/** In their order. */
	readonly rows: readonly T[];
	keyOf(row: T): string;
	readonly order: Order | null;
	onOrder(order: Order | null): void;
	/** By column; a last row that stays in sight. */
	readonly totals?: Readonly<Record<string, string>>;
	readonly picked?: string;
	onPick?(row: T): void;
	/** For those who cannot see the row: what picking it does. */
	nameOf?(row: T): string;
}

/** CSS pixels, as in the style sheet. */
const rowHeight = 28;
const height = 320;
const spare = 6;

export function DataTable<T>({ label, columns, rows, keyOf, order, onOrder, totals, picked, onPick, nameOf }: DataTableProps<T>) {
	const box = useRef<HTMLDivElement>(null);
	const walking = useRef(false);
	const [scrolled, setScrolled] = useState(0);
	const first = Math.max(0, Math.floor(scrolled / rowHeight) - spare);
	const last = Math.min(rows.length, first + Math.ceil(height / rowHeight) + 2 * spare);
	const shown = rows.slice(first, last);

	// The row that was walked to has the focus, once it is in the document.
	useEffect(() => {
		if (!walking.current || picked === undefined) return;
		const button = box.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(picked)}"] button`);
		button?.focus({ preventScroll: true });
		if (button) walking.current = false;
	});

	const walk = (event: KeyboardEvent, index: number) => {
		const to = { ArrowUp: index - 1, ArrowDown: index + 1, Home: 0, End: rows.length - 1 }[event.key];
		if (to === undefined) return;
		event.preventDefault();
		const element = box.current;
		if (to < 0 || to >= rows.length || !element) return;
		const top = to * rowHeight;
		const seen = element.clientHeight - rowHeight * (totals ? 2 : 1);
		if (top < element.scrollTop) element.scrollTop = top;
		else if (top + rowHeight > element.scrollTop + seen) element.scrollTop = top + rowHeight - seen;
		walking.current = true;
		onPick?.(rows[to]);
	};

	return (
		<section
			ref={box}
			className={classes.scroll}
			style={{ maxHeight: height }}
			aria-label={label}
			// biome-ignore lint/a11y/noNoninteractiveTabindex: who has no pointer must be able to scroll it
			tabIndex={0}
			onScroll={({ currentTarget }) => setScrolled(currentTarget.scrollTop)}
		>
			<table className={classes.table} aria-rowcount={rows.length + 1} data-testid={label}>
				<thead>
					<tr>
						{columns.map(({ id, label: name, words }) => {
							const direction = order?.column === id ? (order.descending ? 'descending' : 'ascending') : undefined;
							return (
								<th key={id} scope="col" data-words={words || undefined} aria-sort={direction}>
									<button type="button" onClick={() => onOrder(direction === 'descending' ? null : { column: id, descending: direction === 'ascending' })}>
										{name}
										<span aria-hidden="true">{direction === undefined ? '' : direction === 'ascending' ? ' ↑' : ' ↓'}</span>
									</button>
								</th>
							);
						})}
					</tr>
				</thead>
				<tbody>
					{first > 0 && <Space rows={first} />}
					{shown.map((row, index) => {
						const key = keyOf(row);
						return (
							<tr key={key} data-row={key} aria-rowindex={first + index + 2} aria-selected={onPick ? key === picked : undefined}>
								{columns.map(({ id, text, words }, column) => (
									<td key={id} data-column={id} data-words={words || undefined}>
										{onPick && column === 0 ? (
											<button type="button" aria-label={nameOf?.(row)} onClick={() => onPick(row)} onKeyDown={(event) => walk(event, first + index)}>
												{text(row)}
											</button>
										) : (
											text(row)
										)}
									</td>
								))}
							</tr>
						);
					})}
					{last < rows.length && <Space rows={rows.length - last} />}
				</tbody>
				{totals && (
					<tfoot>
						<tr>
							{columns.map(({ id, words }) => (
								<td key={id} data-column={id} data-words={words || undefined}>
									{totals[id] ?? ''}
								</td>
							))}
						</tr>
					</tfoot>
				)}
			</table>
		</section>
	);
}

/** In place of rows that are out of sight. */
function Space({ rows }: { readonly rows: number }) {
	return (
		<tr>
			<td style={{ height: rows * rowHeight }} />
		</tr>
	);
}
