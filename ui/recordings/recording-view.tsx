/**
 * A recording: its envelope for the pixels there are, fetched anew for every window (stale requests are dropped), a selection, and the
 * statistics of the selection or of everything. Escape clears the selection, Alt+A selects all, Alt+Z zooms to it, + − and arrows move.
 */

import { ActionIcon, Alert, Button, Group, Loader, Text } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { api, type Window } from '../api.ts';
import { attachGestures } from '../chart/gestures.ts';
import { plotPixels } from '../chart/pane.ts';
import { PaneFrame } from '../chart/pane-frame.tsx';
import { Trace } from '../chart/trace.ts';
import { usePanes } from '../chart/use-panes.ts';
import { pan, zoom } from '../chart/window-math.ts';
import { duration } from '../format.ts';
import { isTyping } from '../keys.ts';
import classes from '../page.module.css';
import { colorOf, quantities } from '../quantities.ts';
import type { ChannelStatistics, DeviceState, RecordingSummary } from '../types.ts';
import { StatisticsTable } from './statistics-table.tsx';

export function RecordingView({ id, devices }: { id: string; devices: readonly DeviceState[] }) {
	const container = useRef<HTMLDivElement>(null);
	const panes = usePanes(container, 'recording');
	const [recording, setRecording] = useState<RecordingSummary>();
	const [window, setWindow] = useState<Window>();
	const [selection, setSelection] = useState<Window | null>(null);
	const [statistics, setStatistics] = useState<readonly ChannelStatistics[]>([]);
	const [busy, setBusy] = useState(false);
	const [error, setError] = useState<string>();

	// Its length may have grown since the list was read.
	useEffect(() => {
		api.recording(id).then(
			(summary) => {
				setRecording(summary);
				setWindow({ from: 0, to: summary.duration });
			},
			(thrown: Error) => setError(thrown.message),
		);
	}, [id]);

	const deviceIds = [...new Set(recording?.channels.map(({ device }) => device))];
	const colorOfChannel = (device: string, channel: string) => colorOf(deviceIds.indexOf(device), channel);

	useEffect(() => {
		if (!panes || !recording || !window || window.to <= window.from) return;
		const controller = new AbortController();
		const points = Math.min(16_384, Math.round(plotPixels(panes.width) * devicePixelRatio));
		const order = [...new Set(recording.channels.map(({ device }) => device))];
		for (const [index, { channel }] of quantities.entries()) {
			const channels = recording.channels.filter((candidate) => candidate.id === channel);
			const requests = channels.map(async ({ device, rate }) => {
				const view = await api.view(id, `${device}.${channel}`, window, points, controller.signal);
				const trace = new Trace(colorOf(order.indexOf(device), channel));
				Object.assign(trace, view);
				const width = view.count > 1 ? view.t[1] - view.t[0] : 1 / rate;
				trace.endS = view.count > 0 ? Math.min(recording.duration, view.t[view.count - 1] + width) : 0;
				return trace;
			});
			Promise.all(requests).then(
				(traces) => controller.signal.aborted || panes.list[index].show(traces, window, false),
				(thrown: Error) => controller.signal.aborted || setError(thrown.message),
			);
		}
		return () => controller.abort();
	}, [panes, recording, window, id]);

	useEffect(() => {
		for (const pane of panes?.list ?? []) pane.select(selection);
	}, [panes, selection]);

	// Statistics follow the end of a drag, not the drag.
	const [settled, setSettled] = useState<Window | null>(null);
	useEffect(() => {
		if (!recording) return;
		const controller = new AbortController();
		setBusy(true);
		api.statistics(id, settled, controller.signal).then(
			(figures) => {
				setStatistics(figures);
				setBusy(false);
			},
			(thrown: Error) => {
				if (controller.signal.aborted) return;
				setBusy(false);
				setError(thrown.message);
			},
		);
		return () => controller.abort();
	}, [id, recording, settled]);

	const now = useRef({ window, selection, durationS: 0 });
	now.current = { window, selection, durationS: recording?.duration ?? 0 };
	const choose = (next: Window | null) => {
		setSelection(next);
		setSettled(next);
	};

	useEffect(() => {
		if (!panes) return;
		return attachGestures(panes.list, {
			window: () => now.current.window ?? { from: 0, to: 1 },
			durationS: () => now.current.durationS,
			show: setWindow,
			select: (next, done) => {
				setSelection(next);
				if (done) setSettled(next);
			},
		});
	}, [panes]);

	const zoomBy = (factor: number) => {
		const { window: shown, durationS } = now.current;
		if (shown) setWindow(zoom(shown, (shown.from + shown.to) / 2, factor, durationS));
	};
	const panBy = (share: number) => {
		const { window: shown, durationS } = now.current;
		if (shown) setWindow(pan(shown, share * (shown.to - shown.from), durationS));
	};
	const keys = useRef<(event: KeyboardEvent) => boolean>(() => false);
	keys.current = (event) => {
		const all = { from: 0, to: now.current.durationS };
		if (event.altKey && event.code === 'KeyA') choose(all);
		else if (event.altKey && event.code === 'KeyZ') setWindow(now.current.selection ?? all);
		else if (event.altKey || event.ctrlKey || event.metaKey) return false;
		else if (event.key === 'Escape') choose(null);
		else if (event.key === '+') zoomBy(0.5);
		else if (event.key === '-') zoomBy(2);
		else if (event.key === 'ArrowLeft') panBy(-0.25);
		else if (event.key === 'ArrowRight') panBy(0.25);
		else if (event.key === '*') setWindow(all);
		else return false;
		return true;
	};
	useEffect(() => {
		const listener = (event: KeyboardEvent) => {
			if (!isTyping(event) && keys.current(event)) event.preventDefault();
		};
		globalThis.addEventListener('keydown', listener);
		return () => globalThis.removeEventListener('keydown', listener);
	}, []);

	const nameOf = (device: string) => devices.find((candidate) => candidate.id === device)?.name ?? device;
	const labelOf = ({ device, channel }: ChannelStatistics) => recording?.channels.find((candidate) => candidate.device === device && candidate.id === channel)?.label ?? channel;
	const deviceOf = ({ device }: ChannelStatistics) => (deviceIds.length > 1 ? nameOf(device) : undefined);
	const span = settled ?? (recording ? { from: 0, to: recording.duration } : undefined);
	return (
		<div className={`${classes.chart} ${classes.recorded}`} data-testid="recording-view">
			{error && (
				<Alert color="red" mb="xs" withCloseButton onClose={() => setError(undefined)}>
					{error}
				</Alert>
			)}
			<Group justify="space-between" gap="xs" mb={6}>
				<Text fw={600} truncate>
					{recording?.name}
				</Text>
				<Group gap={4}>
					<ActionIcon variant="default" onClick={() => zoomBy(2)} aria-label="Zoom out">
						−
					</ActionIcon>
					<ActionIcon variant="default" onClick={() => zoomBy(0.5)} aria-label="Zoom in">
						+
					</ActionIcon>
					<Button size="xs" variant="default" disabled={!selection} onClick={() => selection && setWindow(selection)}>
						Zoom to selection
					</Button>
					<Button size="xs" variant="default" onClick={() => recording && setWindow({ from: 0, to: recording.duration })}>
						All
					</Button>
				</Group>
			</Group>
			<PaneFrame containerRef={container} />
			<Group justify="space-between" gap="xs" mt="sm" mb={4}>
				<Text size="sm" data-testid="selection" aria-live="polite">
					<strong>{settled ? 'Selection' : 'Whole recording'}</strong>
					{span && ` ${duration(span.to - span.from, 5)}`}
					{settled && ` (${duration(settled.from, 5)} to ${duration(settled.to, 5)})`}
				</Text>
				{busy ? (
					<Loader size="xs" />
				) : settled ? (
					<Button size="compact-xs" variant="subtle" onClick={() => choose(null)}>
						Clear (Esc)
					</Button>
				) : (
					<Text size="xs" c="dimmed">
						Drag to select · wheel to zoom · Shift-drag to move
					</Text>
				)}
			</Group>
			<StatisticsTable statistics={statistics} labelOf={labelOf} deviceOf={deviceOf} colorOf={({ device, channel }) => colorOfChannel(device, channel)} />
		</div>
	);
}
