/** What this browser remembers of how somebody likes the page. Anything odd in its storage is replaced by what new users have. */

import { Store } from '../store.ts';

export const themes = { system: 'As the system', light: 'Light', dark: 'Dark', contrast: 'High contrast' } as const;
export type Theme = keyof typeof themes;

/** Of charge and energy. */
export const unitChoices = { both: 'C and Ah, J and Wh', si: 'C and J', hours: 'Ah and Wh' } as const;
export type UnitChoice = keyof typeof unitChoices;

export const sideBarLimits = { least: 260, most: 640 } as const;

export interface PreferencesState {
	readonly theme: Theme;
	readonly units: UnitChoice;
	/** s of the live picture at the start. */
	readonly windowS: number;
	/** Channels whose panes are there at the start. */
	readonly channels: readonly string[];
	/** A plain drag selects; otherwise it moves. */
	readonly dragSelects: boolean;
	readonly grid: boolean;
	readonly sideBar: boolean;
	/** CSS pixels. */
	readonly sideBarWidth: number;
	/** The list of recordings, the newest on top; otherwise as the project has them. */
	readonly newestFirst: boolean;
	/** The first visit's line has been put away. */
	readonly tipSeen: boolean;
}

const storageKey = 'microjoule.preferences';

export const defaults: PreferencesState = {
	theme: 'system',
	units: 'both',
	windowS: 5,
	channels: ['mc', 'mv', 'mp'],
	dragSelects: false,
	grid: true,
	sideBar: true,
	sideBarWidth: 320,
	newestFirst: true,
	tipSeen: false,
};

/** `storage` is the browser's localStorage. */
export function openPreferences(storage: Pick<Storage, 'getItem' | 'setItem'> = localStorage): Store<PreferencesState> {
	const store = new Store<PreferencesState>(readPreferences(storage.getItem(storageKey)));
	store.subscribe((state) => storage.setItem(storageKey, JSON.stringify(state)));
	return store;
}

export function readPreferences(text: string | null): PreferencesState {
	const stored = parsed(text);
	const flag = (key: 'dragSelects' | 'grid' | 'sideBar' | 'newestFirst' | 'tipSeen') => (typeof stored[key] === 'boolean' ? stored[key] : defaults[key]);
	const number = (key: 'windowS' | 'sideBarWidth', least: number, most: number) => {
		const value = stored[key];
		return typeof value === 'number' && value >= least && value <= most ? value : defaults[key];
	};
	const { theme, units, channels } = stored;
	return {
		theme: typeof theme === 'string' && Object.hasOwn(themes, theme) ? (theme as Theme) : defaults.theme,
		units: typeof units === 'string' && Object.hasOwn(unitChoices, units) ? (units as UnitChoice) : defaults.units,
		windowS: number('windowS', 0.1, 60),
		channels: Array.isArray(channels) && channels.length > 0 && channels.every((id) => typeof id === 'string') ? channels : defaults.channels,
		dragSelects: flag('dragSelects'),
		grid: flag('grid'),
		sideBar: flag('sideBar'),
		sideBarWidth: number('sideBarWidth', sideBarLimits.least, sideBarLimits.most),
		newestFirst: flag('newestFirst'),
		tipSeen: flag('tipSeen'),
	};
}

function parsed(text: string | null): Record<string, unknown> {
	try {
		const value: unknown = JSON.parse(text ?? '{}');
		return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
	} catch {
		return {};
	}
}
