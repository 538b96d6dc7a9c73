/** From when to when the chart shows, typed; and the lock that keeps this from one recording to the next. */

import { Button, Group, Popover, Switch, Text } from '@mantine/core';
import { usePage } from '../page.ts';
import { useStore } from '../store.ts';
import { momentText, parseTime } from './time-text.ts';
import { TypedField } from './typed-field.tsx';

const hint = '1.5, 500 ms or 1:02:03.5';

export function WindowFields() {
	const { chart } = usePage();
	const { mode, lock } = useStore(chart.layout);
	const { from, to } = useStore(chart.settled);
	useStore(chart.marks);
	const { zeroS } = chart;
	const resolution = (to - from) * 1e-6;
	const text = (timeS: number) => momentText(timeS - zeroS, resolution);
	const take = (window: { from: number; to: number }) => {
		if (!(window.to > window.from)) return `From ${text(window.from)} to ${text(window.to)} is no time: it must begin before it ends.`;
		chart.setWindow(window);
		return undefined;
	};
	const locked = mode === 'recorded' && lock !== null;
	return (
		<Popover position="bottom-start" shadow="md" trapFocus>
			<Popover.Target>
				<Button size="xs" variant={locked ? 'filled' : 'default'}>
					{locked ? 'Time locked' : 'Time'}
				</Button>
			</Popover.Target>
			<Popover.Dropdown>
				<Group gap="xs" align="start" wrap="nowrap">
					<TypedField label="From" text={text(from)} parse={parseTime} hint={hint} take={(value) => take({ from: value + zeroS, to: chart.window.to })} />
					<TypedField label="To" text={text(to)} parse={parseTime} hint={hint} take={(value) => take({ from: chart.window.from, to: value + zeroS })} />
					<TypedField
						label="Span"
						text={momentText(to - from, resolution)}
						parse={parseTime}
						hint={hint}
						take={(value) => take({ from: chart.window.from, to: chart.window.from + value })}
					/>
				</Group>
				{mode === 'recorded' && (
					<>
						<Switch size="xs" mt="sm" label="Lock" checked={locked} onChange={(event) => chart.lockWindow(event.currentTarget.checked)} />
						<Text size="xs" c="dimmed" mt={4} maw={360}>
							Locked, only these fields move the picture, and every recording is shown over this time.
						</Text>
					</>
				)}
			</Popover.Dropdown>
		</Popover>
	);
}
