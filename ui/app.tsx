/** The page's frame: header, devices, chart, what is under it, recordings. Everything else is in the rooms that it puts together. */

import { Badge, Group, Tabs, Title } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { BatteryPlace } from './battery/battery-place.tsx';
import { useBench } from './bench.ts';
import { Chart } from './chart/chart.tsx';
import { DeviceList } from './devices/device-list.tsx';
import { ProjectName } from './files/project-name.tsx';
import { FirstVisit } from './help/first-visit.tsx';
import { Dialogs } from './layout/dialogs.tsx';
import layout from './layout/layout.module.css';
import { SideBarEdge } from './layout/side-bar-edge.tsx';
import { usePageKeys } from './layout/use-page-keys.ts';
import { EnabledLicences } from './licensing/enabled-licences.tsx';
import { MenuBar } from './menus/menu-bar.tsx';
import { NoticeBell } from './notices/notice-bell.tsx';
import classes from './page.module.css';
import { usePage } from './page.ts';
import { FigurePanels, LiveFigures } from './panels/figure-panels.tsx';
import { StatisticsPanel } from './panels/statistics-panel.tsx';
import { RecordButton } from './recordings/record-button.tsx';
import { RecordingList } from './recordings/recording-list.tsx';
import { useStore } from './store.ts';
import { TokenForm } from './token-form.tsx';
import { TriggerButton } from './triggers/trigger-button.tsx';

const LogPanel = lazy(() => import('./panels/log-panel.tsx'));
const ConsolePanel = lazy(() => import('./console/console-panel.tsx'));

/** Tabs that say nothing of a live picture. */
const recordedOnly: ReadonlySet<string> = new Set(['distribution', 'events']);

export function App() {
	const page = usePage();
	const { bench, view } = page;
	const { devices, current, licensing, connection, needsToken } = useBench(bench);
	const choice = useStore(page.choice);
	const { sideBar, sideBarWidth } = useStore(page.preferences);
	const { console: consoleOpen } = useStore(view);
	const { tab: batteryTab } = useStore(page.battery);
	const { tab: panelTab } = useStore(page.panel);
	usePageKeys(page);

	if (needsToken) return <TokenForm onToken={() => bench.start()} />;
	const [opened = null] = choice.recordings ?? [];
	return (
		<div className={layout.page} data-side-bar={sideBar ? 'open' : 'closed'} style={{ ['--side-bar' as string]: `${sideBarWidth}px` }}>
			<header className={layout.header}>
				<Title order={1} size="h4" className={layout.name}>
					Microjoule
				</Title>
				<div className={layout.menus}>
					<MenuBar />
				</div>
				<Group gap="xs" justify="end" className={layout.state}>
					<ProjectName />
					{connection === 'lost' && (
						<Badge color="red" variant="light" role="status">
							Reconnecting…
						</Badge>
					)}
					<NoticeBell />
					<TriggerButton />
					<RecordButton
						current={current}
						disabled={connection !== 'open' || (!current && devices.length === 0)}
						reason={connection === 'open' ? 'No instrument is open: add one first.' : 'There is no connection to the engine.'}
					/>
				</Group>
			</header>
			<aside className={layout.devices} aria-label="Devices">
				<DeviceList />
			</aside>
			<SideBarEdge />
			<main className={layout.main}>
				{devices.length > 0 && <FirstVisit />}
				<BatteryPlace onManage={() => view.set({ dialog: 'users' })} />
				{/* The chart stays, hidden, so that its picture is there at once when one returns to it. */}
				<div hidden={batteryTab !== null}>
					<Chart />
					<Tabs
						value={opened === null && recordedOnly.has(panelTab ?? '') ? 'statistics' : panelTab}
						onChange={(tab) => page.panel.set({ tab })}
						className={classes.panels}
						keepMounted={false}
					>
						<Tabs.List>
							<Tabs.Tab value="statistics">Statistics</Tabs.Tab>
							{opened !== null && <Tabs.Tab value="distribution">Distribution</Tabs.Tab>}
							{opened !== null && <Tabs.Tab value="events">Events</Tabs.Tab>}
							<Tabs.Tab value="log">Log</Tabs.Tab>
							<Tabs.Tab value="selections">Selections</Tabs.Tab>
						</Tabs.List>
						<Tabs.Panel value="statistics" pt="xs">
							{opened === null ? <LiveFigures /> : <StatisticsPanel />}
						</Tabs.Panel>
						<Tabs.Panel value="log" pt="xs">
							<Suspense>
								<LogPanel />
							</Suspense>
						</Tabs.Panel>
						<FigurePanels />
					</Tabs>
				</div>
				<Suspense>{consoleOpen && <ConsolePanel onClose={() => view.set({ console: false })} />}</Suspense>
			</main>
			<section className={layout.recordings} aria-label="Recordings">
				<RecordingList />
			</section>
			{licensing && <EnabledLicences status={licensing} />}
			<Dialogs />
		</div>
	);
}
