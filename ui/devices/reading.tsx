/** One live figure: the mean of the last half second, written straight into the page a few times a second. */

import { useEffect, useRef } from 'react';
import type { Bench } from '../bench.ts';
import { noValue, quantity } from '../format.ts';
import classes from '../page.module.css';

const refreshMs = 200;

export function Reading({ bench, device, channel, unit, color }: { bench: Bench; device: string; channel: string; unit: string; color?: string }) {
	const element = useRef<HTMLSpanElement>(null);
	useEffect(() => {
		const write = () => {
			const text = quantity(bench.live.track(device, channel)?.reading, unit);
			if (element.current && element.current.textContent !== text) element.current.textContent = text;
		};
		write();
		const timer = setInterval(write, refreshMs);
		return () => clearInterval(timer);
	}, [bench, device, channel, unit]);
	return (
		<span ref={element} className={classes.reading} style={{ ['--trace' as string]: color }} data-reading={channel}>
			{noValue}
		</span>
	);
}
