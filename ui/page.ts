/** Everything of the page that is not React, made once: the bench's picture, the chart, the keys. Components reach it through `usePage`. */

import { createContext, useContext } from 'react';
import type { BatteryChoice } from './battery/battery-choice.ts';
import { Bench } from './bench.ts';
import { ChartModel } from './chart/chart-model.ts';
import type { Choice } from './chart/presentation.ts';
import { ChartRenderer } from './chart/renderer.ts';
import { ViewClient } from './chart/view-client.ts';
import { Shortcuts } from './shortcuts.ts';
import { Store } from './store.ts';

export interface PageChoice extends Choice {
	/** Somebody has chosen devices; until then the first one is shown. */
	readonly devicesChosen: boolean;
	/** A plain drag selects. */
	readonly selecting: boolean;
}

export class Page {
	readonly bench = new Bench();
	readonly chart = new ChartModel();
	readonly views = new ViewClient();
	readonly renderer: ChartRenderer;
	readonly shortcuts = new Shortcuts();
	/** What the chart shows. */
	readonly choice = new Store<PageChoice>({
		recordings: null,
		devices: [],
		devicesChosen: false,
		channels: ['mc', 'mv', 'mp'],
		stacked: false,
		alignment: {},
		selecting: false,
	});

	/** What of the battery toolbox is in place of the chart. */
	readonly battery = new Store<BatteryChoice>({ tab: null });

	constructor() {
		this.renderer = new ChartRenderer(this.chart, this.bench.live, this.views);
	}
}

export const PageContext = createContext<Page | undefined>(undefined);

export function usePage(): Page {
	const page = useContext(PageContext);
	if (!page) throw new Error('outside of the page');
	return page;
}
