/** What was done with licences and accounts: when, by whom, from where. Newest first. */

import { useState } from 'react';
import { time } from '../format.ts';
import { Show } from '../parts/loading.tsx';
import { Page } from '../parts/page.tsx';
import { Pager } from '../parts/pager.tsx';
import { Records } from '../parts/records.tsx';
import { useLoaded } from '../parts/use-loaded.ts';
import type { AuditPage as Found } from '../types.ts';

export default function AuditPage() {
	const [page, setPage] = useState(1);
	const audit = useLoaded<Found>(`/admin/audit?page=${page}`);
	return (
		<Page title="Audit log">
			<Show loaded={audit}>
				{({ entries, pages }) => (
					<>
						<Records
							label="Audit log"
							rows={entries}
							id={({ id }) => id}
							empty="Nothing has happened yet."
							columns={[
								{ title: 'When', cell: ({ at }) => time(at) },
								{ title: 'Who', cell: ({ user }) => user },
								{ title: 'What', cell: ({ action }) => action },
								{ title: 'Licence', cell: ({ licence }) => licence ?? '' },
								{ title: 'Details', cell: ({ details }) => inWords(details) },
								{ title: 'From', cell: ({ address }) => address && <span className="whole">{address}</span> },
							]}
						/>
						<Pager page={page} pages={pages} onPage={setPage} />
					</>
				)}
			</Show>
		</Page>
	);
}

function inWords(details: Readonly<Record<string, unknown>>): string {
	return Object.entries(details)
		.map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
		.join(', ');
}
