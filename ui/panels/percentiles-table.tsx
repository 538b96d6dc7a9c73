/** Percentiles of a channel: for each recording the value that so many per cent of its samples do not exceed. */

import { Text } from '@mantine/core';
import { quantity } from '../format.ts';
import classes from './panels.module.css';

export const percents = [0, 1, 5, 25, 50, 75, 95, 99, 99.9, 100] as const;

export interface PercentilesOf {
	readonly recording: string;
	readonly name: string;
	readonly color: string;
	/** In the channel's unit, one for each of `percents`; null where nothing is valid. */
	readonly values: readonly (number | null)[];
}

const words: Readonly<Record<number, string>> = { 0: 'Minimum', 50: 'Median', 100: 'Maximum' };
export const percentLabel = (percent: number) => words[percent] ?? `p${percent}`;

export function PercentilesTable({ columns, unit }: { readonly columns: readonly PercentilesOf[]; readonly unit: string }) {
	return (
		<div>
			{/* biome-ignore lint/a11y/noNoninteractiveTabindex: who has no pointer must be able to scroll it */}
			<section className={classes.scroll} tabIndex={0} aria-label="Percentiles">
				<table className={classes.table} data-testid="percentiles">
					<thead>
						<tr>
							<th scope="col" data-words>
								Percentile
							</th>
							{columns.map(({ recording, name, color }) => (
								<th key={recording} scope="col">
									<span className={classes.swatch} style={{ background: color }} />
									{name}
								</th>
							))}
						</tr>
					</thead>
					<tbody>
						{percents.map((percent, index) => (
							<tr key={percent} data-percent={percent}>
								<th scope="row" data-words>
									{percentLabel(percent)}
								</th>
								{columns.map(({ recording, values }) => (
									<td key={recording}>{quantity(values[index], unit, 5)}</td>
								))}
							</tr>
						))}
					</tbody>
				</table>
			</section>
			<Text size="xs" c="dimmed" mt={4}>
				p95: 95 % of the samples are not above it.
			</Text>
		</div>
	);
}
