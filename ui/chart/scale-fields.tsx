/** How a pane's y axis is scaled: linear or logarithmic, fitting or locked to what was typed. Panes of one channel share it, from recording to recording. */

import { Button, Group, Popover, SegmentedControl, Switch } from '@mantine/core';
import { useState } from 'react';
import { parseQuantity, quantity } from '../format.ts';
import { usePage } from '../page.ts';
import { useStore } from '../store.ts';
import { TypedField } from './typed-field.tsx';

export function ScaleFields({ id, label, unit }: { readonly id: string; readonly label: string; readonly unit: string }) {
	const { chart, renderer } = usePage();
	useStore(chart.layout);
	const { logarithmic, locked } = chart.scaleOf(id);
	const [fitted, setFitted] = useState<readonly [number, number]>([0, 1]);
	const [min, max] = locked ?? fitted;
	const read = () => setFitted(renderer.yRange(id) ?? [0, 1]);
	const take = (range: readonly [number, number]) => {
		const [low, high] = range.map((value) => quantity(value, unit));
		if (!(range[1] > range[0])) return `From ${low} to ${high} is no range: the lower end must be less than the upper.`;
		if (logarithmic && range[0] <= 0) return `${low} is not above zero: a logarithmic axis begins above it.`;
		chart.setScale(id, { locked: range });
		return undefined;
	};
	const parse = (text: string) => parseQuantity(text, unit);
	const hint = unit === '' ? '1.5' : `20 m${unit} or 1.5`;
	return (
		<Popover position="bottom-end" shadow="md" trapFocus onOpen={read}>
			<Popover.Target>
				<Button size="compact-xs" variant={locked ? 'light' : 'subtle'} color="gray" aria-label={`${locked ? 'y locked' : 'y fits'}: axis of ${label}`}>
					{locked ? 'y locked' : 'y fits'}
				</Button>
			</Popover.Target>
			<Popover.Dropdown>
				<Group gap="xs" align="start" wrap="nowrap" mb="xs">
					<TypedField label="Lower end" text={typedText(min, unit)} parse={parse} hint={hint} take={(value) => take([value, max])} />
					<TypedField label="Upper end" text={typedText(max, unit)} parse={parse} hint={hint} take={(value) => take([min, value])} />
				</Group>
				<Group gap="md">
					<SegmentedControl
						size="xs"
						aria-label="Scale"
						value={logarithmic ? 'logarithmic' : 'linear'}
						onChange={(value) => chart.setScale(id, { logarithmic: value === 'logarithmic', locked: null })}
						data={[
							{ value: 'linear', label: 'Linear' },
							{ value: 'logarithmic', label: 'Logarithmic' },
						]}
					/>
					<Switch size="xs" label="Lock" checked={locked !== null} onChange={(event) => chart.setScale(id, { locked: event.currentTarget.checked ? [min, max] : null })} />
				</Group>
			</Popover.Dropdown>
		</Popover>
	);
}

/** As somebody would type it: six digits, no zeros that say nothing. */
function typedText(value: number, unit: string): string {
	return quantity(value, unit, 6)
		.replace(/(\.\d*?)0+(?= |$)/, '$1')
		.replace(/\.(?= |$)/, '');
}
