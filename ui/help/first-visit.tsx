/** One line for those who are here for the first time: what to try. It stays away once it was put away, or when something has been recorded and read. */

import { CloseButton } from '@mantine/core';
import { usePage } from '../page.ts';
import { keyLabel } from '../shortcuts.ts';
import { useStore } from '../store.ts';
import classes from './help.module.css';

export function FirstVisit() {
	const { preferences } = usePage();
	const { tipSeen } = useStore(preferences);
	if (tipSeen) return null;
	return (
		<aside className={classes.tip} aria-label="What to try first">
			<span>
				Press <kbd>{keyLabel('Space')}</kbd> to record; <kbd>{keyLabel('Shift+')}drag</kbd> over a burst to read its energy. <kbd>?</kbd> shows all keys.
			</span>
			<CloseButton size="sm" aria-label="Put this line away" onClick={() => preferences.set({ tipSeen: true })} />
		</aside>
	);
}
