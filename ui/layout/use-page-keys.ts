/** Keys that belong to the page as a whole. */

import { useEffect } from 'react';
import { switchOutput } from '../devices/actions.ts';
import type { Page } from '../page.ts';
import { toggleRecording } from '../recordings/record-button.tsx';

export function usePageKeys({ bench, shortcuts, view, preferences, choice, battery }: Page): void {
	useEffect(() => {
		const firstDevice = () => bench.state().devices[0];
		return shortcuts.bind([
			{ keys: 'Space', group: 'Recording', what: 'Record, or stop', run: () => void toggleRecording(bench.state().current !== null) },
			{
				keys: 'Alt+P',
				group: 'Recording',
				what: "Switch the first device's output",
				when: () => firstDevice() !== undefined,
				run: () => void switchOutput(firstDevice(), !firstDevice().settings.main),
			},
			{
				keys: 'L',
				group: 'Chart',
				what: 'Live picture',
				run: () => {
					battery.set({ tab: null });
					choice.set({ recordings: null });
				},
			},
			{ keys: 'G', group: 'Chart', what: 'Grid', run: () => preferences.set({ grid: !preferences.state.grid }) },
			{ keys: '?', group: 'Page', what: 'Keyboard shortcuts', run: () => view.set({ dialog: 'shortcuts' }) },
			{ keys: 'Ctrl+,', group: 'Page', what: 'Settings', whileTyping: true, run: () => view.set({ dialog: 'settings' }) },
			{ keys: 'Ctrl+U', group: 'Page', what: 'User Management', whileTyping: true, run: () => view.set({ dialog: 'users' }) },
			{ keys: 'Ctrl+B', group: 'Page', what: 'Side bar', whileTyping: true, run: () => preferences.set({ sideBar: !preferences.state.sideBar }) },
			{ keys: 'Alt+C', group: 'Page', what: 'Script console', whileTyping: true, run: () => view.set({ console: !view.state.console }) },
		]);
	}, [bench, shortcuts, view, preferences, choice, battery]);
}
