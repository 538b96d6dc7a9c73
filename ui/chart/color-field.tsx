/** A colour, chosen with the browser's own picker. `onChange` is called when the choice is made, not while one moves about in it. */

import { useEffect, useRef } from 'react';
import classes from './chart.module.css';

export function ColorField({ label, value, onChange }: { readonly label: string; readonly value: string; onChange(color: string): void }) {
	const input = useRef<HTMLInputElement>(null);
	const latest = useRef(onChange);
	latest.current = onChange;
	useEffect(() => {
		const element = input.current;
		// React's onChange is the browser's input event: sixty a second while a picker is open.
		const changed = () => element && latest.current(element.value);
		element?.addEventListener('change', changed);
		return () => element?.removeEventListener('change', changed);
	}, []);
	useEffect(() => {
		if (input.current) input.current.value = value;
	}, [value]);
	return <input ref={input} type="color" className={classes.color} aria-label={label} title={label} defaultValue={value} />;
}
