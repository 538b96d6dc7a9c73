/** Settings of the page: what this browser remembers. Each takes effect at once. */

import { Button, Group, MultiSelect, Radio, SegmentedControl, Select, Stack, Switch, Text } from '@mantine/core';
import { useBench } from '../bench.ts';
import { Dialog } from '../layout/dialog.tsx';
import { usePage } from '../page.ts';
import { quantities } from '../quantities.ts';
import { useStore } from '../store.ts';
import { defaults, type PreferencesState, type Theme, themes, type UnitChoice, unitChoices } from './preferences.ts';

const windowsS = [1, 2, 5, 10, 30, 60] as const;

export default function SettingsDialog({ onClose }: { readonly onClose: () => void }) {
	const { preferences, choice, bench } = usePage();
	const { theme, units, windowS, channels, dragSelects, grid } = useStore(preferences);
	const { devices } = useBench(bench);
	const known = new Map(quantities.map(({ channel, label }) => [channel as string, label]));
	for (const { id, label, kind } of devices.flatMap((device) => device.channels)) if (kind === 'analog' && !known.has(id)) known.set(id, label);
	const set = (change: Partial<PreferencesState>) => preferences.set(change);
	const setChannels = (next: readonly string[]) => {
		if (next.length === 0) return;
		set({ channels: next });
		choice.set({ channels: next });
	};
	const setDragging = (selecting: boolean) => choice.set({ selecting });
	return (
		<Dialog title="Settings" opened onClose={onClose} size="md">
			<Stack gap="lg">
				<Radio.Group label="Theme" value={theme} onChange={(value) => set({ theme: value as Theme })}>
					<Group mt={6}>
						{Object.entries(themes).map(([value, label]) => (
							<Radio key={value} value={value} label={label} />
						))}
					</Group>
				</Radio.Group>
				<Select
					label="Charge and energy"
					data={Object.entries(unitChoices).map(([value, label]) => ({ value, label }))}
					value={units}
					allowDeselect={false}
					onChange={(value) => value && set({ units: value as UnitChoice })}
				/>
				<Select
					label="Window of the live picture at the start"
					data={windowsS.map((seconds) => ({ value: String(seconds), label: `${seconds} s` }))}
					value={String(windowS)}
					allowDeselect={false}
					onChange={(value) => value && set({ windowS: Number(value) })}
				/>
				<MultiSelect
					label="Channels that are shown"
					description="Of every device that measures them, in this order."
					data={[...known].map(([value, label]) => ({ value, label }))}
					value={[...channels]}
					onChange={setChannels}
				/>
				<div>
					<Text size="sm" fw={500} mb={6} id="drag-label">
						Dragging in the chart; with Shift it does the other
					</Text>
					<SegmentedControl
						fullWidth
						aria-labelledby="drag-label"
						value={dragSelects ? 'select' : 'move'}
						onChange={(value) => setDragging(value === 'select')}
						data={[
							{ value: 'move', label: 'Moves' },
							{ value: 'select', label: 'Selects' },
						]}
					/>
				</div>
				<Switch label="Grid in the chart" checked={grid} onChange={(event) => set({ grid: event.currentTarget.checked })} />
				<Group justify="space-between">
					<Button
						variant="default"
						onClick={() => {
							set({ ...defaults, tipSeen: true });
							setChannels(defaults.channels);
							setDragging(defaults.dragSelects);
						}}
					>
						As a new user has it
					</Button>
					<Button onClick={onClose}>Done</Button>
				</Group>
			</Stack>
		</Dialog>
	);
}
