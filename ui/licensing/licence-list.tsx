/** The section LICENSES: each licence with a coloured circle, its state in words, and what can be done with it here. */

import { Button, Group, Stack, Text } from '@mantine/core';
import { api } from '../api.ts';
import type { Licence, LicensingStatus } from '../types.ts';
import { licenceState, localTime } from './licence-state.ts';
import classes from './licensing.module.css';

interface Props {
	readonly status: LicensingStatus;
	/** A request is under way. */
	readonly busy: boolean;
	readonly run: (work: () => Promise<LicensingStatus>) => void;
}

export function LicenceList({ status, busy, run }: Props) {
	return (
		<section aria-labelledby="licences-heading">
			<Group justify="space-between" mb="xs">
				<Text component="h3" id="licences-heading" size="xs" fw={600} className={classes.quiet} tt="uppercase">
					Licenses
				</Text>
				<Button size="compact-xs" variant="subtle" disabled={busy} onClick={() => run(api.refreshLicences)}>
					Refresh
				</Button>
			</Group>
			{status.licences.length === 0 ? (
				<Text size="sm">This account has no licence. Licences are bought in the portal.</Text>
			) : (
				<Stack component="ul" gap="xs" className={classes.list}>
					{status.licences.map((licence) => (
						<LicenceRow key={licence.id} licence={licence} computer={status.computer.id} busy={busy} run={run} />
					))}
				</Stack>
			)}
		</section>
	);
}

function LicenceRow({ licence, computer, busy, run }: Omit<Props, 'status'> & { readonly licence: Licence; readonly computer: string }) {
	const { color, text, here, free } = licenceState(licence, computer);
	const { id, type, term, expires, mine, owner } = licence;
	const name = `${type} licence ${id}`;
	return (
		<li className={classes.row} data-licence={id}>
			<span className={classes.circle} style={{ background: color }} aria-hidden="true" />
			<div className={classes.words}>
				<Text size="sm" fw={500}>
					{type}{' '}
					<Text span size="xs" className={classes.quiet}>
						{id}, {term}
						{expires !== null && `, until ${localTime(expires)}`}
						{!mine && `, shared by ${owner}`}
					</Text>
				</Text>
				<Text size="sm" data-state>
					{text}
				</Text>
			</div>
			{here && (
				<Button size="xs" variant="default" disabled={busy} aria-label={`Return ${name}`} onClick={() => run(() => api.returnLicence(id))}>
					Return
				</Button>
			)}
			{free && (
				<Button size="xs" disabled={busy} aria-label={`Reserve ${name}`} onClick={() => run(() => api.reserveLicence(id))}>
					Reserve
				</Button>
			)}
		</li>
	);
}
