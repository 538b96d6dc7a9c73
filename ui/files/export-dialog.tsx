/** Which recording becomes a file of which format: all of it, what the chart shows, or what is selected. */

import { Alert, Button, Checkbox, Group, NumberInput, Radio, Select, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useBench } from '../bench.ts';
import { duration } from '../format.ts';
import { Dialog } from '../layout/dialog.tsx';
import { usePage } from '../page.ts';
import { useStore } from '../store.ts';
import { fetchTo } from './download.ts';
import { type FileFormat, filesApi } from './files-api.ts';
import { windowIn } from './shown-window.ts';

type Extent = 'all' | 'view' | 'selection';

export function ExportDialog({ onClose }: { readonly onClose: () => void }) {
	const page = usePage();
	const { recordings, current } = useBench(page.bench);
	const { recordings: opened } = useStore(page.choice);
	const { chosen } = useStore(page.chart.marks);
	const finished = recordings.filter(({ id }) => id !== current?.id);
	const [id, setId] = useState(() => opened?.[0] ?? finished.at(-1)?.id ?? '');
	const [formats, setFormats] = useState<readonly FileFormat[]>([]);
	const [format, setFormat] = useState('csv');
	const isShown = opened?.includes(id) ?? false;
	const [extent, setExtent] = useState<Extent>(chosen ? 'selection' : 'all');
	const [channels, setChannels] = useState<readonly string[] | null>(null);
	const [rate, setRate] = useState<number | string>('');
	const [error, setError] = useState<string>();
	useEffect(() => {
		filesApi.formats().then(
			({ writable }) => setFormats(writable),
			(thrown: Error) => setError(thrown.message),
		);
	}, []);

	const recording = recordings.find((each) => each.id === id);
	const windows: Record<Extent, { from: number; to: number } | undefined> = {
		all: undefined,
		view: isShown ? windowIn(page, id, page.chart.window) : undefined,
		selection: isShown && chosen ? windowIn(page, id, chosen) : undefined,
	};
	const used: Extent = windows[extent] ? extent : 'all';
	const keys = recording?.channels.map(({ device, id: channel }) => `${device}.${channel}`) ?? [];
	const wanted = channels ?? keys;
	const several = new Set(recording?.channels.map(({ device }) => device)).size > 1;
	const submit = () => {
		const query = new URLSearchParams({ format });
		const window = windows[used];
		if (window) for (const edge of ['from', 'to'] as const) query.set(edge, String(window[edge]));
		if (channels && channels.length < keys.length) query.set('channels', channels.join(','));
		if (rate !== '') query.set('rate', String(rate));
		onClose();
		void fetchTo(page, recording?.name ?? id, `/recordings/${encodeURIComponent(id)}/export?${query}`);
	};
	return (
		<Dialog title="Export" opened onClose={onClose} size="md">
			{error && (
				<Alert color="red" mb="sm" role="alert">
					{error}
				</Alert>
			)}
			<Select
				label="Recording"
				data={finished.toReversed().map(({ id: value, name }) => ({ value, label: name }))}
				value={id}
				onChange={(value) => {
					setId(value ?? '');
					setChannels(null);
				}}
				allowDeselect={false}
			/>
			<Select
				label="Format"
				mt="sm"
				data={formats.map(({ name: value, title }) => ({ value, label: title }))}
				value={format}
				onChange={(value) => setFormat(value ?? 'csv')}
				allowDeselect={false}
			/>
			<Radio.Group label="How much" value={used} onChange={(value) => setExtent(value as Extent)} mt="sm">
				<Group gap="md" mt={4}>
					<Radio value="all" label={`Everything, ${duration(recording?.duration ?? 0)}`} />
					<Radio value="view" disabled={!windows.view} label={`What the chart shows${lengthOf(windows.view)}`} />
					<Radio value="selection" disabled={!windows.selection} label={`The selection${lengthOf(windows.selection)}`} />
				</Group>
			</Radio.Group>
			<Checkbox.Group label="Channels" value={[...wanted]} onChange={setChannels} mt="sm">
				<Group gap="sm" mt={4}>
					{recording?.channels.map(({ device, id: channel, label }) => (
						<Checkbox key={`${device}.${channel}`} value={`${device}.${channel}`} label={several ? `${label}, ${nameOf(page.bench.state().devices, device)}` : label} />
					))}
				</Group>
			</Checkbox.Group>
			<Text size="xs" c="dimmed" mt={4}>
				Digital channels and logs go along when all channels do, where the format has a place for them.
			</Text>
			<NumberInput
				label="Sample rate at most"
				description="Faster channels are averaged; it must divide their rates"
				placeholder="as recorded"
				suffix=" samples/s"
				min={0}
				mt="sm"
				value={rate}
				onChange={setRate}
			/>
			<Group justify="flex-end" mt="md" gap="xs">
				<Button variant="default" onClick={onClose}>
					Cancel
				</Button>
				<Button disabled={!recording || wanted.length === 0} onClick={submit}>
					Export
				</Button>
			</Group>
		</Dialog>
	);
}

function nameOf(devices: readonly { readonly id: string; readonly name: string }[], id: string): string {
	return devices.find((device) => device.id === id)?.name ?? id;
}

function lengthOf(window: { readonly from: number; readonly to: number } | undefined): string {
	return window ? `, ${duration(window.to - window.from)}` : '';
}
