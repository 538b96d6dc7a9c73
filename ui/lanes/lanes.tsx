/** The lanes under the panes: React lays labels out, one canvas shows all lanes over the chart's window. A click goes to what is under the pointer. */

import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { axisWidth } from '../chart/pane.ts';
import { usePage } from '../page.ts';
import { useStore } from '../store.ts';
import { attachLaneGestures } from './lane-gestures.ts';
import { LanePicture } from './lane-picture.ts';
import { laneTip } from './lane-tip.ts';
import classes from './lanes.module.css';

/** CSS pixels. */
const laneHeight = 22;

export function Lanes() {
	const page = usePage();
	const { lanes: model, chart, renderer, highlight } = page;
	const { lanes } = useStore(model.list);
	const dark = useComputedColorScheme('light', { getInitialValueInEffect: false }) === 'dark';
	const canvas = useRef<HTMLCanvasElement>(null);
	const [tip, setTip] = useState<{ readonly x: number; readonly y: number; readonly text: string }>();
	const any = lanes.length > 0;

	useEffect(() => {
		if (!any || !canvas.current) return;
		const element = canvas.current;
		const picture = new LanePicture(element, page, dark, laneHeight);
		const off = [
			renderer.onPainted(() => picture.paint()),
			model.list.subscribe(() => picture.paint()),
			highlight.subscribe(() => picture.paint()),
			chart.cursor.subscribe(() => picture.paint()),
			attachLaneGestures(element, chart, {
				onHover: (place) => {
					const lane = place && picture.laneAt(place.y);
					if (!place || !lane) {
						setTip(undefined);
						return;
					}
					void laneTip(page, lane, place).then((text) => setTip(text === undefined ? undefined : { ...place, text }));
				},
				onClick: ({ timeS, x, y }) => {
					const lane = picture.laneAt(y);
					const found = lane && picture.nearest(lane, x);
					chart.mark(0, found ?? timeS);
					page.logs.goTo(found ?? timeS);
				},
			}),
		];
		const observer = new ResizeObserver(() => picture.resize());
		observer.observe(element);
		picture.resize();
		return () => {
			observer.disconnect();
			for (const each of off) each();
		};
	}, [any, page, model, chart, renderer, highlight, dark]);

	if (!any) return null;
	return (
		<section className={classes.lanes} aria-label="Digital lanes" style={{ ['--lane-axis' as string]: `${axisWidth}px`, ['--lane-height' as string]: `${laneHeight}px` }}>
			<div className={classes.labels}>
				{lanes.map(({ key, label }) => (
					<div key={key} className={classes.label} title={label} data-lane={key}>
						{label}
					</div>
				))}
			</div>
			<canvas ref={canvas} className={classes.canvas} style={{ height: laneHeight * lanes.length }} role="img" aria-label="Digital lanes over time" />
			{tip && (
				<div className={classes.tip} role="tooltip" style={{ left: Math.max(0, tip.x + axisWidth - 20), bottom: `calc(100% - ${tip.y - 10}px)` }}>
					{tip.text}
				</div>
			)}
		</section>
	);
}
