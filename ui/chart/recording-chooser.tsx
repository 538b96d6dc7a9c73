/** Which recordings lie over each other in the chart, at what they are aligned, and whether their difference is shown. */

import { Alert, Button, Checkbox, Group, NativeSelect, Popover, ScrollArea, Stack, Switch, TextInput } from '@mantine/core';
import { useState } from 'react';
import { type BenchState, useBench } from '../bench.ts';
import { parseQuantity, quantity } from '../format.ts';
import { type Page, usePage } from '../page.ts';
import { useStore } from '../store.ts';
import { type Alignable, edgeMoments, lineMoments, shiftsTo } from './alignment.ts';
import { channelOf } from './chart-model.ts';

const ways = { start: 'Start of each', markers: 'B of the second on A of the first', edge: 'First rise above a level', line: 'First log line with a text' } as const;
type Way = keyof typeof ways;

export function RecordingChooser() {
	const page = usePage();
	const state = useBench(page.bench);
	const { recordings: opened, difference } = useStore(page.choice);
	const shown = opened ?? [];
	return (
		<Popover position="bottom-start" shadow="md" trapFocus>
			<Popover.Target>
				<Button size="xs" variant="default" disabled={state.recordings.length === 0}>
					Compare
				</Button>
			</Popover.Target>
			<Popover.Dropdown>
				<Stack gap="sm" w={320} maw="calc(100vw - 48px)">
					<Checkbox.Group label="Recordings over each other" value={[...shown]} onChange={(next) => page.choice.set({ recordings: next.length > 0 ? next : null })}>
						<ScrollArea.Autosize mah={200} mt={6}>
							<Stack gap={8}>
								{state.recordings.toReversed().map(({ id, name }) => (
									<Checkbox key={id} size="xs" value={id} label={name} />
								))}
							</Stack>
						</ScrollArea.Autosize>
					</Checkbox.Group>
					{shown.length > 1 && (
						<>
							<Alignment page={page} state={state} shown={shown} />
							<Switch
								size="xs"
								label="Difference: the first less the second"
								checked={difference}
								onChange={(event) => page.choice.set({ difference: event.currentTarget.checked })}
							/>
						</>
					)}
				</Stack>
			</Popover.Dropdown>
		</Popover>
	);
}

function Alignment({ page, state, shown }: { readonly page: Page; readonly state: BenchState; readonly shown: readonly string[] }) {
	const { chart, choice } = page;
	const [way, setWay] = useState<Way>('start');
	const [level, setLevel] = useState('');
	const [text, setText] = useState('');
	const [error, setError] = useState<string>();
	const [busy, setBusy] = useState(false);
	const { panes } = useStore(chart.layout);
	const { markers } = useStore(chart.marks);
	const [pane] = panes;
	const unit = pane?.unit ?? 'A';
	const [a, b] = markers;

	const align = async () => {
		if (way === 'start') return choice.set({ alignment: {} });
		if (way === 'markers') {
			if (a === null || b === null) throw new Error('Set both markers first: S on the first recording, D on the second.');
			const { alignment } = choice.state;
			choice.set({ alignment: { ...alignment, [shown[1]]: (alignment[shown[1]] ?? 0) + a - b } });
			return chart.mark(1, null);
		}
		const recordings = alignables(state, shown, pane ? channelOf(pane.id) : 'mc');
		if (way === 'line') return choice.set({ alignment: shiftsTo(await lineMoments(recordings, text), recordings) });
		const value = parseQuantity(level, unit);
		if (Number.isNaN(value)) throw new Error(`"${level}" is no level. Type for example 5 m${unit}.`);
		choice.set({ alignment: shiftsTo(await edgeMoments(recordings, value, unit), recordings) });
	};
	const run = () => {
		setBusy(true);
		setError(undefined);
		align().then(
			() => setBusy(false),
			(thrown: Error) => {
				setError(thrown.message);
				setBusy(false);
			},
		);
	};
	return (
		<Stack gap="xs">
			<Group gap="xs" align="end" wrap="nowrap">
				<NativeSelect
					size="xs"
					label="Aligned at"
					flex={1}
					value={way}
					onChange={(event) => setWay(event.currentTarget.value as Way)}
					data={Object.entries(ways).map(([value, label]) => ({ value, label }))}
				/>
				{/* Not disabled while it works: that would take the focus, and Esc with it, out of the popover. */}
				<Button size="xs" variant="default" aria-busy={busy} onClick={() => !busy && run()}>
					Align
				</Button>
			</Group>
			{way === 'edge' && (
				<TextInput
					size="xs"
					label={`Level of ${pane?.label ?? 'the first pane'}`}
					placeholder={quantity(0.005, unit, 1)}
					value={level}
					onChange={(event) => setLevel(event.currentTarget.value)}
				/>
			)}
			{way === 'line' && <TextInput size="xs" label="Text in the line" value={text} onChange={(event) => setText(event.currentTarget.value)} />}
			{error && (
				<Alert color="red" p="xs">
					{error}
				</Alert>
			)}
		</Stack>
	);
}

function alignables({ recordings, project }: BenchState, shown: readonly string[], channel: string): Alignable[] {
	return shown.flatMap((wanted) => {
		const recording = recordings.find(({ id }) => id === wanted);
		if (!recording) return [];
		const found = recording.channels.find(({ id }) => id === channel);
		return [
			{
				id: recording.id,
				name: recording.name,
				offsetS: project?.recordings.find(({ id }) => id === recording.id)?.offset ?? 0,
				channel: found && `${found.device}.${found.id}`,
			},
		];
	});
}
