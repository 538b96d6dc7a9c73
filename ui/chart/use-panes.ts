/** Three stacked panes in an element: made when it appears, resized with it, made anew for another colour scheme. */

import { useComputedColorScheme } from '@mantine/core';
import { type RefObject, useEffect, useState } from 'react';
import { quantities } from '../quantities.ts';
import { Pane } from './pane.ts';

export interface Panes {
	readonly list: readonly Pane[];
	/** CSS pixels. */
	readonly width: number;
}

/** `container` must hold one empty element a quantity. */
export function usePanes(container: RefObject<HTMLElement | null>, syncKey: string): Panes | undefined {
	const dark = useComputedColorScheme('light', { getInitialValueInEffect: false }) === 'dark';
	const [panes, setPanes] = useState<Panes>();
	useEffect(() => {
		const element = container.current;
		if (!element) return;
		const slots = [...element.querySelectorAll<HTMLElement>('[data-pane]')];
		const list = slots.map((slot, index) => new Pane(slot, { ...quantities[index], timeAxis: index === quantities.length - 1, dark, syncKey }));
		const resize = () => {
			for (const [index, slot] of slots.entries()) if (slot.clientWidth > 0) list[index].resize(slot.clientWidth, slot.clientHeight);
			setPanes({ list, width: slots[0].clientWidth });
		};
		resize();
		const observer = new ResizeObserver(resize);
		observer.observe(element);
		return () => {
			observer.disconnect();
			for (const pane of list) pane.destroy();
		};
	}, [container, dark, syncKey]);
	return panes;
}
