/** A menu of the bar. Arrow keys move within it and to its neighbours. */

import { Menubar } from '@mantine/core';
import type { ReactNode } from 'react';

export function BarMenu({ title, children }: { readonly title: string; readonly children: ReactNode }) {
	return (
		// Mantine's placeholder for the focus is no child that a menu may have; the bar moves the focus itself.
		<Menubar.Menu withInitialFocusPlaceholder={false}>
			<Menubar.Target>{title}</Menubar.Target>
			<Menubar.Dropdown>{children}</Menubar.Dropdown>
		</Menubar.Menu>
	);
}
