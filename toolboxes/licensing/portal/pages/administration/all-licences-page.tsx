/** Every licence of the portal, and the return of any reservation. */

import { Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { call, part } from '../api.ts';
import { capital, date, soon } from '../format.ts';
import { stateInWords } from '../licences/licence-state.ts';
import { ActionButton } from '../parts/action.tsx';
import { Show } from '../parts/loading.tsx';
import { Page } from '../parts/page.tsx';
import { Pager } from '../parts/pager.tsx';
import { Records } from '../parts/records.tsx';
import { useLoaded } from '../parts/use-loaded.ts';
import { say } from '../status.tsx';
import type { Licence } from '../types.ts';

export default function AllLicencesPage() {
	const [search, setSearch] = useState('');
	const [page, setPage] = useState(1);
	const licences = useLoaded<{ licences: Licence[]; pages: number }>(`/admin/licences?search=${part(search)}&page=${page}`, 10);
	const giveBack = async (id: number) => {
		const { licence } = await call<{ licence: Licence }>('POST', `/admin/licences/${id}/return`);
		const until = licence.reservedTo?.returningUntil;
		say(until ? `Licence ${id} is free at ${soon(until)} at the latest.` : `Licence ${id} is free.`);
		await licences.reload();
	};
	return (
		<Page title="All licences">
			<Stack gap="lg">
				<TextInput
					label="Search by owner or holder"
					type="search"
					value={search}
					onChange={({ currentTarget: { value } }) => {
						setSearch(value);
						setPage(1);
					}}
				/>
				<Show loaded={licences}>
					{({ licences: list, pages }) => (
						<>
							<Records
								label="All licences"
								rows={list}
								id={({ id }) => id}
								empty="No such licence."
								columns={[
									{ title: 'Number', cell: ({ id }) => id },
									{ title: 'Type', cell: ({ type }) => type },
									{ title: 'Term', cell: ({ term }) => capital(term) },
									{ title: 'Expires', cell: ({ expires }) => (expires === null ? 'Never' : date(expires)) },
									{ title: 'Owner', cell: ({ owner }) => owner },
									{ title: 'State', cell: (licence) => stateInWords(licence, '') },
									{
										title: 'Action',
										cell: ({ id, reservedTo }) =>
											reservedTo &&
											!reservedTo.returningUntil && (
												<ActionButton aria-label={`Return licence ${id}`} action={() => giveBack(id)}>
													Return
												</ActionButton>
											),
									},
								]}
							/>
							<Pager page={page} pages={pages} onPage={setPage} />
						</>
					)}
				</Show>
			</Stack>
		</Page>
	);
}
