/** The live picture of the chosen devices: a window that ends now, or where it was paused. React lays out; frames paint by themselves. */

import { Button, Group, SegmentedControl } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { Bench } from '../bench.ts';
import { Reading } from '../devices/reading.tsx';
import classes from '../page.module.css';
import { colorOf, quantities } from '../quantities.ts';
import type { DeviceState } from '../types.ts';
import { plotPixels } from './pane.ts';
import { PaneFrame } from './pane-frame.tsx';
import { Trace } from './trace.ts';
import { usePanes } from './use-panes.ts';

const windowChoicesS = [1, 2, 5, 10, 30, 60] as const;

export function LiveChart({ bench, devices, shown }: { bench: Bench; devices: readonly DeviceState[]; shown: readonly string[] }) {
	const container = useRef<HTMLDivElement>(null);
	const panes = usePanes(container, 'live');
	const [windowS, setWindowS] = useState(5);
	const [paused, setPaused] = useState(false);

	const channels = devices.flatMap((device) =>
		quantities.filter(({ channel }) => device.channels.some(({ id, measured }) => id === channel && measured)).map(({ channel }) => ({ device: device.id, id: channel })),
	);
	const wanted = JSON.stringify(channels);
	const pixels = panes ? Math.min(8192, Math.round(plotPixels(panes.width) * devicePixelRatio)) : 0;
	useEffect(() => {
		if (pixels > 0 && !paused) bench.live.subscribe({ channels: JSON.parse(wanted), windowS, pixels });
	}, [bench, wanted, windowS, pixels, paused]);

	const order = JSON.stringify(shown.map((id) => [id, devices.findIndex((device) => device.id === id)]));
	useEffect(() => {
		if (!panes) return;
		const devicesShown = JSON.parse(order) as [string, number][];
		const traces = quantities.map(({ channel }) => devicesShown.map(([device, index]) => ({ device, trace: new Trace(colorOf(index, channel)) })));
		let requested = 0;
		const paint = () => {
			requested = 0;
			let now = 0;
			for (const [device] of devicesShown) for (const { channel } of quantities) now = Math.max(now, bench.live.track(device, channel)?.endS ?? 0);
			const window = { from: now - windowS, to: now };
			for (const [index, { channel }] of quantities.entries()) {
				const filled = traces[index].filter(({ device, trace }) => {
					const track = bench.live.track(device, channel);
					track?.copyTo(trace, window.from, window.to);
					return track !== undefined;
				});
				panes.list[index].show(
					filled.map(({ trace }) => trace),
					window,
					true,
				);
			}
		};
		// The last picture of a paused window stays; a resize or another choice still needs it painted once.
		paint();
		if (paused) return;
		const stop = bench.live.onFrame(() => {
			requested ||= requestAnimationFrame(paint);
		});
		return () => {
			stop();
			cancelAnimationFrame(requested);
		};
	}, [bench, panes, order, windowS, paused]);

	return (
		<div className={classes.chart} data-testid="live-chart">
			<Group justify="space-between" gap="xs" mb={6}>
				<SegmentedControl
					size="xs"
					aria-label="Time window"
					disabled={paused}
					value={String(windowS)}
					onChange={(value) => setWindowS(Number(value))}
					data={windowChoicesS.map((seconds) => ({ value: String(seconds), label: `${seconds} s` }))}
				/>
				<Button size="xs" variant={paused ? 'filled' : 'default'} onClick={() => setPaused(!paused)} aria-pressed={paused}>
					{paused ? 'Resume' : 'Pause'}
				</Button>
			</Group>
			<PaneFrame
				containerRef={container}
				beside={({ channel, unit }) =>
					shown.map((id) => (
						<Reading
							key={id}
							bench={bench}
							device={id}
							channel={channel}
							unit={unit}
							color={colorOf(
								devices.findIndex((device) => device.id === id),
								channel,
							)}
						/>
					))
				}
			/>
		</div>
	);
}
