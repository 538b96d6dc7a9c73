/** Over a pane: what it shows, the live readings of its traces or what they show at the cursor, and how its y axis is scaled. */

import { Reading } from '../devices/reading.tsx';
import pageClasses from '../page.module.css';
import { usePage } from '../page.ts';
import { useStore } from '../store.ts';
import classes from './chart.module.css';
import { MarkerValues } from './marker-values.tsx';
import { PaneReadout } from './pane-readout.tsx';
import { ScaleFields } from './scale-fields.tsx';

export function PaneHeader({ id, label, unit }: { readonly id: string; readonly label: string; readonly unit: string }) {
	const { bench, chart } = usePage();
	const { tracks } = useStore(chart.layout);
	const shown = tracks.filter(({ pane }) => pane === id);
	return (
		<header className={classes.paneHeader}>
			<span className={pageClasses.paneName}>{label}</span>
			{shown.map(
				({ key, origin, color }) => origin.kind === 'live' && <Reading key={key} bench={bench} device={origin.device} channel={origin.channel} unit={unit} color={color} />,
			)}
			{shown.length > 1 &&
				shown.map(
					({ key, origin, color, label: name }) =>
						origin.kind === 'recorded' && (
							<span key={key} className={classes.legend}>
								<span className={pageClasses.swatch} style={{ background: color }} />
								{name.split(', ').slice(1).join(', ')}
							</span>
						),
				)}
			<MarkerValues pane={id} />
			<PaneReadout id={id} unit={unit} />
			<span className={classes.paneTools}>
				<ScaleFields id={id} label={label} unit={unit} />
			</span>
		</header>
	);
}
