/** The panels of figures that the first picture does not wait for, each loaded when it is opened. */

import { Loader, Tabs } from '@mantine/core';
import { lazy, type ReactNode, Suspense } from 'react';

const Distribution = lazy(() => import('./distribution-panel.tsx'));
const Events = lazy(() => import('./events-panel.tsx'));
const Selections = lazy(() => import('./selections-panel.tsx'));
const Live = lazy(() => import('./live-statistics.tsx'));

/** Belongs into the tabs under the chart. */
export function FigurePanels() {
	return (
		<>
			<Panel name="distribution">
				<Distribution />
			</Panel>
			<Panel name="events">
				<Events />
			</Panel>
			<Panel name="selections">
				<Selections />
			</Panel>
		</>
	);
}

export function LiveFigures() {
	return (
		<Suspense>
			<Live />
		</Suspense>
	);
}

function Panel({ name, children }: { readonly name: string; readonly children: ReactNode }) {
	return (
		<Tabs.Panel value={name} pt="xs">
			<Suspense fallback={<Loader size="sm" aria-label="Loading" />}>{children}</Suspense>
		</Tabs.Panel>
	);
}
