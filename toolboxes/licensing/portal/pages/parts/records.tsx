/** A table that becomes a stack of labelled rows where the window is narrow; the roles keep it a table for screen readers there. */

import { Table } from '@mantine/core';
import type { ReactNode } from 'react';

export interface Column<T> {
	readonly title: string;
	readonly cell: (row: T) => ReactNode;
	/** Numbers stand to the right. */
	readonly number?: boolean;
}

export function Records<T>({
	label,
	rows,
	columns,
	id,
	empty,
}: {
	label: string;
	rows: readonly T[];
	columns: readonly Column<T>[];
	id: (row: T) => string | number;
	empty: string;
}) {
	if (rows.length === 0) return <p className="empty">{empty}</p>;
	return (
		<Table className="records" role="table" aria-label={label} verticalSpacing="xs">
			<Table.Thead role="rowgroup">
				<Table.Tr role="row">
					{columns.map(({ title, number }) => (
						<Table.Th key={title} role="columnheader" scope="col" className={number ? 'number' : undefined}>
							{title}
						</Table.Th>
					))}
				</Table.Tr>
			</Table.Thead>
			<Table.Tbody role="rowgroup">
				{rows.map((row) => (
					<Table.Tr key={id(row)} role="row">
						{columns.map(({ title, cell, number }) => (
							<Table.Td key={title} role="cell" data-title={title} className={number ? 'number' : undefined}>
								<span>{cell(row)}</span>
							</Table.Td>
						))}
					</Table.Tr>
				))}
			</Table.Tbody>
		</Table>
	);
}
