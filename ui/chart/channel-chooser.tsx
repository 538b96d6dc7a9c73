/** Which channels have a pane, whether several traces share one, and which channel the minimap shows. */

import { Button, Checkbox, NativeSelect, Popover, Stack, Switch } from '@mantine/core';
import { useBench } from '../bench.ts';
import { usePage } from '../page.ts';
import { useStore } from '../store.ts';

/** The order of panes, whatever order they were chosen in: a rail's quantities first. */
const firstChannels = ['mc', 'mv', 'mp'];

export function ChannelChooser() {
	const { bench, choice } = usePage();
	const { devices, recordings } = useBench(bench);
	const { recordings: opened, channels, stacked, overview } = useStore(choice);
	const there =
		opened === null
			? devices.flatMap((device) => device.channels.filter(({ kind, measured }) => kind === 'analog' && measured))
			: recordings.filter(({ id }) => opened.includes(id)).flatMap((recording) => recording.channels);
	const labels = new Map(there.map(({ id, label }) => [id, label]));
	const ids = [...firstChannels.filter((id) => labels.has(id)), ...[...labels.keys()].filter((id) => !firstChannels.includes(id))];
	const shown = ids.filter((id) => channels.includes(id));
	return (
		<Popover position="bottom-start" shadow="md" trapFocus>
			<Popover.Target>
				<Button size="xs" variant="default">
					Channels
				</Button>
			</Popover.Target>
			<Popover.Dropdown>
				<Stack gap="xs">
					<Checkbox.Group
						label="Panes"
						value={shown}
						// What other recordings and devices have stays chosen.
						onChange={(next) => choice.set({ channels: [...ids.filter((id) => next.includes(id)), ...channels.filter((id) => !ids.includes(id))] })}
					>
						<Stack gap={8} mt={6}>
							{ids.map((id) => (
								<Checkbox key={id} size="xs" value={id} label={`${labels.get(id)} (${id})`} disabled={shown.length === 1 && shown[0] === id} />
							))}
						</Stack>
					</Checkbox.Group>
					<Switch size="xs" label="A pane for each trace" checked={stacked} onChange={(event) => choice.set({ stacked: event.currentTarget.checked })} />
					<NativeSelect
						size="xs"
						label="Overview"
						value={overview ?? ''}
						onChange={(event) => choice.set({ overview: event.currentTarget.value || null })}
						data={[{ value: '', label: 'First pane' }, ...ids.map((id) => ({ value: id, label: labels.get(id) ?? id }))]}
					/>
				</Stack>
			</Popover.Dropdown>
		</Popover>
	);
}
