/** The chart: tools, panes, and what belongs under them. React lays it out; `renderer.ts` draws. */

import { useEffect, useRef } from 'react';
import { type BenchState, useBench } from '../bench.ts';
import classes from '../page.module.css';
import { usePage } from '../page.ts';
import { useStore } from '../store.ts';
import { channelOf } from './chart-model.ts';
import { ChartToolbar } from './chart-toolbar.tsx';
import { PaneHeader } from './pane-header.tsx';
import { presentLive, presentRecordings } from './presentation.ts';
import { usePanes } from './use-panes.ts';

export function Chart() {
	const page = usePage();
	const state = useBench(page.bench);
	const container = useRef<HTMLDivElement>(null);
	const { panes, mode } = useStore(page.chart.layout);
	usePresentation(state);
	usePanes(container, page);
	return (
		<section className={classes.chart} data-testid="chart" data-mode={mode} aria-label="Chart">
			<ChartToolbar />
			<div ref={container} className={classes.panes} style={{ ['--panes' as string]: Math.max(1, panes.length) }}>
				{panes.map(({ id, label, unit }) => (
					<section key={id} className={classes.pane} aria-label={label}>
						<PaneHeader id={id} label={label} unit={unit} />
						<div data-pane={channelOf(id)} data-pane-id={id} className={classes.plot} />
					</section>
				))}
			</div>
		</section>
	);
}

/** Keeps the chart's layout to what there is and what was chosen. */
function usePresentation({ devices, recordings, project, current }: BenchState): void {
	const page = usePage();
	const choice = useStore(page.choice);
	const opened = useRef<string>('');
	useEffect(() => {
		const { chart, renderer } = page;
		const live = choice.recordings === null;
		const shown = { ...choice, devices: choice.devicesChosen ? choice.devices : devices.slice(0, 1).map(({ id }) => id) };
		const what = live ? 'live' : JSON.stringify(choice.recordings);
		const isNew = opened.current !== what;
		opened.current = what;
		const following = isNew ? live : chart.layout.state.following;
		if (live) chart.present({ ...presentLive(devices, shown), following }, isNew ? { from: -5, to: 0 } : undefined);
		else {
			const presented = presentRecordings(recordings, devices, project, shown);
			chart.present({ ...presented, following }, isNew ? presented.extent : undefined);
		}
		renderer.watch(
			devices.flatMap((device) => device.channels.filter(({ measured, id }) => measured && ['mc', 'mv', 'mp'].includes(id)).map(({ id }) => ({ device: device.id, id }))),
		);
		renderer.growing(new Set(current ? [current.id] : []));
	}, [page, choice, devices, recordings, project, current]);
}
