/**
 * Where the battery toolbox is on the page, in place of the chart. Its code is loaded when somebody opens it, so that the first picture waits for none of it;
 * from then on it stays, hidden while it is closed, and keeps what was typed.
 */

import { Loader } from '@mantine/core';
import { lazy, Suspense, useRef } from 'react';
import { useBench } from '../bench.ts';
import { usePage } from '../page.ts';
import { useStore } from '../store.ts';

const BatteryPanel = lazy(() => import('./battery-panel.tsx'));

export function BatteryPlace({ onManage }: { readonly onManage: () => void }) {
	const { bench, battery } = usePage();
	const { licensing } = useBench(bench);
	const { tab, asked } = useStore(battery);
	const last = useRef(tab);
	last.current = tab ?? last.current;
	if (last.current === null || licensing === null) return null;
	return (
		<div hidden={tab === null}>
			<Suspense fallback={<Loader size="sm" aria-label="Loading the battery toolbox" />}>
				<BatteryPanel
					bench={bench}
					licensing={licensing}
					tab={last.current}
					asked={asked}
					shown={tab !== null}
					onTab={(next) => battery.set({ tab: next })}
					onClose={() => battery.set({ tab: null })}
					onManage={onManage}
				/>
			</Suspense>
		</div>
	);
}
