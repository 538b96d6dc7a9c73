/** The chart: tools, panes, and what belongs under them. React lays it out; `renderer.ts` draws. */

import { useCallback, useEffect, useRef, useState } from 'react';
import { type BenchState, useBench } from '../bench.ts';
import { Lanes } from '../lanes/lanes.tsx';
import classes from '../page.module.css';
import { shownDevices, usePage } from '../page.ts';
import { useStore } from '../store.ts';
import chartClasses from './chart.module.css';
import { chartKeys } from './chart-keys.ts';
import { ChartMenu, type MenuPlace } from './chart-menu.tsx';
import { channelOf } from './chart-model.ts';
import { ChartToolbar } from './chart-toolbar.tsx';
import { CursorTime } from './cursor-time.tsx';
import { MarkerBar } from './marker-bar.tsx';
import { MinimapView } from './minimap-view.tsx';
import { PaneHeader } from './pane-header.tsx';
import { presentLive, presentRecordings } from './presentation.ts';
import { SaveSelection } from './save-selection.tsx';
import { usePanes } from './use-panes.ts';

export function Chart() {
	const page = usePage();
	const state = useBench(page.bench);
	const container = useRef<HTMLDivElement>(null);
	const { panes, mode } = useStore(page.chart.layout);
	usePresentation(state);
	const [menu, setMenu] = useState<MenuPlace | null>(null);
	const [saving, setSaving] = useState(false);
	const onMenu = useCallback(({ x, y }: { readonly x: number; readonly y: number }, timeS: number) => setMenu({ x, y, timeS }), []);
	const save = useCallback(() => setSaving(true), []);
	usePanes(container, page, onMenu);
	useEffect(() => page.shortcuts.bind(chartKeys(page, save)), [page, save]);
	return (
		<section className={classes.chart} data-testid="chart" data-mode={mode} aria-label="Chart">
			<ChartToolbar onSave={save} />
			<MarkerBar />
			<div ref={container} className={classes.panes} style={{ ['--panes' as string]: Math.max(1, panes.length) }}>
				{panes.map(({ id, label, unit }) => (
					<section key={id} className={classes.pane} aria-label={label}>
						<PaneHeader id={id} label={label} unit={unit} />
						<div data-pane={channelOf(id)} data-pane-id={id} className={classes.plot} />
					</section>
				))}
			</div>
			<Lanes />
			<MinimapView />
			<div className={chartClasses.foot}>
				<CursorTime />
			</div>
			<ChartMenu place={menu} onClose={() => setMenu(null)} onSave={save} />
			<SaveSelection opened={saving} onClose={() => setSaving(false)} />
		</section>
	);
}

/** The axis becomes as long as what is being recorded, so often. */
const growthMs = 100;

/** Keeps the chart's layout to what there is and what was chosen. */
function usePresentation({ devices, recordings, project, current }: BenchState): void {
	const page = usePage();
	const choice = useStore(page.choice);
	const contrast = useStore(page.preferences).theme === 'contrast';
	const opened = useRef<string>('');
	useEffect(() => {
		const { chart, renderer } = page;
		const live = choice.recordings === null;
		const shown = { ...choice, contrast, devices: shownDevices(choice, devices) };
		// Another one over the first leaves the window where it is.
		const what = live ? 'live' : (choice.recordings?.[0] ?? '');
		const isNew = opened.current !== what;
		opened.current = what;
		const growing = current && choice.recordings?.includes(current.id) ? current : undefined;
		const following = isNew ? live || growing !== undefined : chart.layout.state.following;
		if (live) chart.present({ ...presentLive(devices, shown), following }, isNew ? { from: -page.preferences.state.windowS, to: 0 } : undefined);
		else {
			const presented = presentRecordings(recordings, devices, project, shown);
			// What is being recorded is longer than the list says.
			const knownS = growing ? (isNew ? growing.duration + (performance.now() - growing.heardAt) / 1000 : chart.layout.state.extent.to) : 0;
			const extent = { from: presented.extent.from, to: Math.max(presented.extent.to, knownS) };
			chart.present({ ...presented, extent, following }, isNew ? extent : undefined);
			// Not heard of yet: it has no window.
			if (presented.tracks.length === 0) opened.current = '';
		}
		renderer.watch(
			devices.flatMap((device) => device.channels.filter(({ measured, id }) => measured && ['mc', 'mv', 'mp'].includes(id)).map(({ id }) => ({ device: device.id, id }))),
		);
		renderer.growing(new Set(current ? [current.id] : []));
		if (!growing) return;
		const shiftS = chart.layout.state.tracks.find(({ origin }) => origin.kind === 'recorded' && origin.recording === growing.id)?.shiftS ?? 0;
		const timer = setInterval(() => chart.grow(shiftS + growing.duration + (performance.now() - growing.heardAt) / 1000), growthMs);
		return () => clearInterval(timer);
	}, [page, choice, contrast, devices, recordings, project, current]);
}
