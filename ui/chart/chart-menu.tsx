/** What the right button offers on the chart. */

import { Menu } from '@mantine/core';
import { usePage } from '../page.ts';
import { useStore } from '../store.ts';
import { fromStart } from './gestures.ts';

export interface MenuPlace {
	/** CSS pixels of the window. */
	readonly x: number;
	readonly y: number;
	/** s of the axis. */
	readonly timeS: number;
}

export function ChartMenu({ place, onClose, onSave }: { readonly place: MenuPlace | null; onClose(): void; onSave(): void }) {
	const { chart, files } = usePage();
	const { mode, following } = useStore(chart.layout);
	const { chosen, markers } = useStore(chart.marks);
	const timeS = place?.timeS ?? 0;
	const live = mode === 'live';
	return (
		<Menu opened={place !== null} onChange={(opened) => !opened && onClose()} position="bottom-start" shadow="md" returnFocus={false}>
			<Menu.Target>
				<span style={{ position: 'fixed', left: place?.x ?? 0, top: place?.y ?? 0, width: 1, height: 1 }} aria-hidden="true" />
			</Menu.Target>
			<Menu.Dropdown>
				<Menu.Item disabled={!chosen} onClick={() => chosen && chart.show(chosen, { remember: true })} rightSection="Alt+Z">
					Zoom to selection
				</Menu.Item>
				<Menu.Item disabled={!chosen || live} onClick={onSave} rightSection="Shift+S">
					Save selection…
				</Menu.Item>
				<Menu.Item disabled={live} onClick={() => files.set({ dialog: 'export' })} rightSection="Ctrl+E">
					Export…
				</Menu.Item>
				<Menu.Item disabled={!chosen} onClick={() => chart.select(null, true)} rightSection="Esc">
					Select nothing
				</Menu.Item>
				<Menu.Divider />
				<Menu.Item onClick={() => chart.mark(0, timeS)}>Marker A here</Menu.Item>
				<Menu.Item onClick={() => chart.mark(1, timeS)}>Marker B here</Menu.Item>
				<Menu.Item disabled={markers.every((marker) => marker === null)} onClick={() => chart.clearMarkers()} rightSection="Del">
					Remove markers
				</Menu.Item>
				<Menu.Divider />
				<Menu.Item onClick={() => chart.showAll()} rightSection="F">
					Show everything
				</Menu.Item>
				{live ? (
					<Menu.Item disabled={following} onClick={() => chart.follow(true)} rightSection="End">
						Back to live
					</Menu.Item>
				) : (
					<Menu.Item onClick={() => fromStart(chart)} rightSection="Home">
						From the start
					</Menu.Item>
				)}
			</Menu.Dropdown>
		</Menu>
	);
}
