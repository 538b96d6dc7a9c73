/** The places of the panes, each under its name and whatever belongs beside it. */

import type { ReactNode, Ref } from 'react';
import classes from '../page.module.css';
import { type Quantity, quantities } from '../quantities.ts';

export function PaneFrame({ containerRef, beside }: { containerRef: Ref<HTMLDivElement>; beside?: (quantity: Quantity) => ReactNode }) {
	return (
		<div ref={containerRef} className={classes.panes}>
			{quantities.map((quantity) => (
				<section key={quantity.channel} className={classes.pane} aria-label={quantity.label}>
					<header className={classes.paneHeader}>
						<span className={classes.paneName}>{quantity.label}</span>
						{beside?.(quantity)}
					</header>
					<div data-pane={quantity.channel} className={classes.plot} />
				</section>
			))}
		</div>
	);
}
