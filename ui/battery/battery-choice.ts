/** What of the battery toolbox is on the page: one of its tabs, and a part of a recording that somebody asked about in the chart. */

export const batteryTabs = { profiles: 'Profiles', emulator: 'Emulator', profiler: 'Profiler', life: 'Life' } as const;

export type BatteryTab = keyof typeof batteryTabs;

export interface AskedAbout {
	readonly recording: string;
	/** s; neither: all of it. */
	readonly from?: number;
	readonly to?: number;
}

export interface BatteryChoice {
	/** Null: the chart is there instead. */
	readonly tab: BatteryTab | null;
	readonly asked?: AskedAbout;
}
