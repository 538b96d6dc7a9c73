/** The rows of the log, of which only those in sight are in the page. A click chooses one, Shift and a click select up to it; arrow keys walk. */

import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { usePage } from '../page.ts';
import { useStore } from '../store.ts';
import { matcher } from './log-row.ts';
import classes from './logs.module.css';

/** CSS pixels. */
const rowHeight = 24;
/** Rows beyond the edges. */
const spare = 10;
/** CSS pixels from the end from which on more is loaded, and within which the newest is kept in sight. */
const nearEnd = 40 * rowHeight;
const atEnd = 2 * rowHeight;

export function LogList() {
	const { logs, chart } = usePage();
	const { rows, more, busy, error } = useStore(logs.rows);
	const { active, reveals } = useStore(logs.choice);
	const { text, filters } = useStore(logs.query);
	const { mode } = useStore(chart.layout);
	const list = useRef<HTMLDivElement>(null);
	const [view, setView] = useState({ top: 0, height: 400 });
	const stuck = useRef(true);
	const matches = !filters && text !== '' ? matcher(text) : undefined;
	const first = Math.max(0, Math.floor(view.top / rowHeight) - spare);
	const last = Math.min(rows.length, Math.ceil((view.top + view.height) / rowHeight) + spare);

	const look = () => {
		const element = list.current;
		if (!element) return;
		setView({ top: element.scrollTop, height: element.clientHeight });
		const rest = element.scrollHeight - element.scrollTop - element.clientHeight;
		stuck.current = rest < atEnd;
		if (rest < nearEnd) logs.more();
	};

	useEffect(() => {
		const element = list.current;
		if (!element) return;
		const observer = new ResizeObserver(() => setView({ top: element.scrollTop, height: element.clientHeight }));
		observer.observe(element);
		return () => {
			observer.disconnect();
			logs.point(undefined);
		};
	}, [logs]);

	// biome-ignore lint/correctness/useExhaustiveDependencies: new rows are the occasion
	useLayoutEffect(() => {
		const element = list.current;
		if (element && mode === 'live' && stuck.current) element.scrollTop = element.scrollHeight;
	}, [rows, mode]);

	// biome-ignore lint/correctness/useExhaustiveDependencies: whoever chooses a row says when it is to be seen
	useEffect(() => {
		const element = list.current;
		const at = rows.findIndex(({ key }) => key === active);
		if (!element || at < 0) return;
		const [top, bottom] = [at * rowHeight, (at + 1) * rowHeight];
		if (top < element.scrollTop || bottom > element.scrollTop + element.clientHeight) element.scrollTop = top - element.clientHeight / 2;
	}, [reveals]);

	const walk = (event: KeyboardEvent) => {
		const at = rows.findIndex(({ key }) => key === active);
		const page = Math.max(1, Math.floor(view.height / rowHeight) - 1);
		const steps: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at < 0 ? 0 : at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: rows.length - 1 };
		const to = steps[event.key];
		if (to === undefined || rows.length === 0) return;
		event.preventDefault();
		event.stopPropagation();
		logs.choose(rows[Math.min(rows.length - 1, Math.max(0, to))], { extend: event.shiftKey });
	};

	return (
		<div
			ref={list}
			className={classes.list}
			role="listbox"
			aria-label="Log"
			aria-busy={busy}
			aria-activedescendant={rows.slice(first, last).some(({ key }) => key === active) ? `log ${active}` : undefined}
			tabIndex={0}
			onScroll={look}
			onKeyDown={walk}
			onPointerLeave={() => logs.point(undefined)}
		>
			<div style={{ height: rows.length * rowHeight }} role="presentation">
				{rows.slice(first, last).map((row, index) => (
					// biome-ignore lint/a11y/useFocusableInteractive: the list has the focus, and names its active row
					// biome-ignore lint/a11y/useKeyWithClickEvents: the list has the keys
					<div
						key={row.key}
						id={`log ${row.key}`}
						role="option"
						aria-selected={row.key === active}
						aria-setsize={more ? -1 : rows.length}
						aria-posinset={first + index + 1}
						className={classes.row}
						style={{ top: (first + index) * rowHeight, height: rowHeight, lineHeight: `${rowHeight}px` }}
						data-type={row.type}
						data-active={row.key === active}
						data-match={matches?.(row.text) ?? false}
						title={row.text}
						onClick={(event) => logs.choose(row, { extend: event.shiftKey })}
						onPointerEnter={() => logs.point(row)}
					>
						<span className={classes.stamp}>{row.stamp}</span>
						<span className={classes.source}>{row.source}</span>
						<span className={classes.text}>{row.type === 'sent' ? `› ${row.text}` : row.text}</span>
					</div>
				))}
			</div>
			{rows.length === 0 && !busy && (
				<div className={classes.empty} role="option" tabIndex={-1} aria-selected={false} aria-disabled>
					{error ?? (mode === 'live' ? 'No lines yet. They come from the UART of a device, which its panel switches on.' : 'Nothing of this kind here.')}
				</div>
			)}
		</div>
	);
}
