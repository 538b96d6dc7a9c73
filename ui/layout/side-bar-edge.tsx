/** The edge of the side bar: dragged or moved with arrow keys it makes the bar wider, a double click or Enter puts it away. Its width is remembered. */

import { type KeyboardEvent, type PointerEvent, useRef } from 'react';
import { usePage } from '../page.ts';
import { sideBarLimits } from '../settings/preferences.ts';
import { useStore } from '../store.ts';
import classes from './layout.module.css';

const { least, most } = sideBarLimits;
const stepPixels = 20;

export function SideBarEdge() {
	const { preferences } = usePage();
	const { sideBar, sideBarWidth } = useStore(preferences);
	const from = useRef<{ x: number; width: number }>(undefined);
	const resize = (width: number) => preferences.set({ sideBarWidth: Math.round(Math.min(most, Math.max(least, width))) });
	const toggle = () => preferences.set({ sideBar: !sideBar });
	const down = (event: PointerEvent<HTMLElement>) => {
		event.currentTarget.setPointerCapture(event.pointerId);
		from.current = { x: event.clientX, width: sideBarWidth };
	};
	const key = (event: KeyboardEvent) => {
		if (event.key === 'Enter') toggle();
		else if (event.key === 'ArrowLeft') resize(sideBarWidth - stepPixels);
		else if (event.key === 'ArrowRight') resize(sideBarWidth + stepPixels);
		else return;
		event.preventDefault();
	};
	if (!sideBar) return <button type="button" className={classes.opener} aria-label="Show the side bar" title="Show the side bar" onClick={toggle} />;
	return (
		// biome-ignore lint/a11y/useSemanticElements: a window splitter, which no element is
		<div
			role="separator"
			aria-orientation="vertical"
			aria-label="Width of the side bar"
			aria-valuemin={least}
			aria-valuemax={most}
			aria-valuenow={sideBarWidth}
			tabIndex={0}
			className={classes.edge}
			onPointerDown={down}
			onPointerMove={(event) => from.current && resize(from.current.width + event.clientX - from.current.x)}
			onPointerUp={() => {
				from.current = undefined;
			}}
			onDoubleClick={toggle}
			onKeyDown={key}
		/>
	);
}
