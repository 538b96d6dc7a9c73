/** Cells in series and strings in parallel: a grid to pick from, and fields for who wants more than fit into it. */

import { Group, Text } from '@mantine/core';
import { useId, useRef } from 'react';
import classes from './battery.module.css';
import { FigureField } from './figure-field.tsx';
import { kinds } from './words.ts';

export interface PackShape {
	readonly series: number;
	readonly parallel: number;
}

const most = 6;
const steps = Array.from({ length: most }, (_, index) => index + 1);
const limits = { series: 1000, parallel: 1000 };

export function PackPicker({ pack, onChange }: { readonly pack: PackShape; readonly onChange: (pack: PackShape) => void }) {
	const label = useId();
	const grid = useRef<HTMLDivElement>(null);
	const { series, parallel } = pack;
	/** The cell that has the focus, and those that the arrows reach from it. */
	const at = { series: Math.min(most, series), parallel: Math.min(most, parallel) };
	const choose = (next: PackShape) => {
		onChange(next);
		grid.current?.querySelector<HTMLElement>(`[data-pack="${next.series}x${next.parallel}"]`)?.focus();
	};
	const move = (event: React.KeyboardEvent) => {
		const by = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key];
		if (!by) return;
		event.preventDefault();
		event.stopPropagation();
		const inside = (value: number) => Math.min(most, Math.max(1, value));
		choose({ series: inside(at.series + by[0]), parallel: inside(at.parallel + by[1]) });
	};
	const count = (name: keyof PackShape) => (value: number | undefined) => {
		if (value !== undefined && value >= 1 && value <= limits[name]) onChange({ ...pack, [name]: value });
	};
	return (
		<div>
			<Text size="sm" fw={500} id={label} mb={4}>
				Pack: {series} in series, {parallel} in parallel
			</Text>
			<Group gap="md" align="flex-start">
				<div ref={grid} role="radiogroup" aria-labelledby={label} className={classes.pack} style={{ gridTemplateColumns: `repeat(${most}, auto)` }} onKeyDown={move}>
					{steps.flatMap((row) =>
						steps.map((column) => (
							// biome-ignore lint/a11y/useSemanticElements: a radio button could not be a cell of the grid that shows the pack
							<button
								key={`${row}x${column}`}
								type="button"
								role="radio"
								className={classes.packCell}
								aria-checked={row === series && column === parallel}
								aria-label={`${row} in series, ${column} in parallel`}
								tabIndex={row === at.series && column === at.parallel ? 0 : -1}
								data-pack={`${row}x${column}`}
								data-within={row <= series && column <= parallel}
								onClick={() => choose({ series: row, parallel: column })}
							/>
						)),
					)}
				</div>
				<div>
					<FigureField kind={kinds.count} label="Series" w={90} value={series} onChange={count('series')} />
					<FigureField kind={kinds.count} label="Parallel" w={90} value={parallel} onChange={count('parallel')} />
				</div>
			</Group>
		</div>
	);
}
