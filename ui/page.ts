/** Everything of the page that is not React, made once: the bench's picture, the chart, the keys. Components reach it through `usePage`. */

import { createContext, useContext } from 'react';
import type { BatteryChoice } from './battery/battery-choice.ts';
import { Bench } from './bench.ts';
import { ChartModel } from './chart/chart-model.ts';
import { ConditionFeed } from './chart/condition-feed.ts';
import type { Choice } from './chart/presentation.ts';
import { ChartRenderer } from './chart/renderer.ts';
import { ViewClient } from './chart/view-client.ts';
import { Files } from './files/files-state.ts';
import { LanesModel } from './lanes/lanes-model.ts';
import { LiveEvents } from './lanes/live-events.ts';
import { LogModel } from './logs/log-model.ts';
import { Notices } from './notices/notices.ts';
import type { FiguresChoice } from './panels/figures-choice.ts';
import { openPreferences } from './settings/preferences.ts';
import { Shortcuts } from './shortcuts.ts';
import { Store } from './store.ts';

export interface PageChoice extends Choice {
	/** Somebody has chosen devices; until then the first one is shown. */
	readonly devicesChosen: boolean;
	/** A plain drag selects. */
	readonly selecting: boolean;
	/** Channel of the minimap; null: that of the first pane. */
	readonly overview: string | null;
}

/** What is open besides the chart. */
export interface PageView {
	readonly dialog: 'users' | 'settings' | 'shortcuts' | null;
	readonly console: boolean;
}

export class Page {
	readonly preferences = openPreferences();
	readonly view = new Store<PageView>({ dialog: null, console: false });
	/** What the File menu has open, and files on their way. */
	readonly files = new Files();
	readonly bench = new Bench();
	/** What has happened. */
	readonly notices = new Notices(this.bench);
	readonly chart = new ChartModel();
	readonly views = new ViewClient();
	readonly renderer: ChartRenderer;
	readonly conditions: ConditionFeed;
	readonly shortcuts = new Shortcuts();
	/** What has happened at the devices lately. */
	readonly events = new LiveEvents(this.bench);
	readonly lanes = new LanesModel(this.chart, this.bench, this.events);
	readonly logs: LogModel;
	/** A moment that something outside of the chart points to, s on its axis. */
	readonly highlight = new Store<{ readonly timeS: number | null }>({ timeS: null });
	/** What is under the chart. */
	readonly panel = new Store<{ readonly tab: string | null }>({ tab: 'statistics' });
	/** What the chart shows. */
	readonly choice = new Store<PageChoice>({
		recordings: null,
		devices: [],
		devicesChosen: false,
		channels: this.preferences.state.channels,
		stacked: false,
		alignment: {},
		difference: false,
		overview: null,
		selecting: this.preferences.state.dragSelects,
	});

	/** What the figures under the chart are of. */
	readonly figures = new Store<FiguresChoice>({ scope: 'selection' });

	/** What of the battery toolbox is in place of the chart. */
	readonly battery = new Store<BatteryChoice>({ tab: null });

	constructor() {
		this.renderer = new ChartRenderer(this.chart, this.bench.live, this.views);
		this.highlight.subscribe(this.renderer.invalidate);
		this.logs = new LogModel(this.bench, this.chart, this.renderer, this.events, this.highlight);
		this.logs.onShow = () => this.panel.set({ tab: 'log' });
		this.conditions = new ConditionFeed(this.chart, this.bench, (device) => this.renderer.edgeOf(device));
		this.conditions.onChange = this.renderer.invalidate;
		this.choice.subscribe(({ selecting }) => this.preferences.set({ dragSelects: selecting }));
	}
}

/** Ids of the devices in the live picture: those chosen, as far as they are there; before anybody has chosen, the first one. */
export function shownDevices({ devicesChosen, devices: chosen }: PageChoice, devices: readonly { readonly id: string }[]): string[] {
	const wanted = devicesChosen ? chosen : devices.slice(0, 1).map(({ id }) => id);
	return wanted.filter((id) => devices.some((device) => device.id === id));
}

export const PageContext = createContext<Page | undefined>(undefined);

export function usePage(): Page {
	const page = useContext(PageContext);
	if (!page) throw new Error('outside of the page');
	return page;
}
