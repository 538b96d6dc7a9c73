/** The toolboxes that are unlocked, at the bottom right. */

import { Badge } from '@mantine/core';
import type { LicensingStatus } from '../types.ts';
import { localTime } from './licence-state.ts';
import classes from './licensing.module.css';

const names = { automation: 'Automation', battery: 'Battery' } as const;

export function EnabledLicences({ status }: { readonly status: LicensingStatus }) {
	const open = (['automation', 'battery'] as const).filter((toolbox) => status.toolboxes[toolbox].open);
	const until = status.state === 'offline' && status.offlineUntil !== null ? `offline, until ${localTime(status.offlineUntil)}` : undefined;
	return (
		<div className={classes.enabled} role="status" aria-label="Enabled licences">
			{open.map((toolbox) => (
				<Badge key={toolbox} color="green" variant="light" tt="none">
					{names[toolbox]}
				</Badge>
			))}
			{open.length > 0 && until !== undefined && <span className={classes.until}>{until}</span>}
		</div>
	);
}
