/** All accounts, found by name or e-mail, and the grant of licences to one of them. */

import { Button, Group, NativeSelect, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { call, part } from '../api.ts';
import { capital, count, date } from '../format.ts';
import { Form } from '../parts/action.tsx';
import { Show } from '../parts/loading.tsx';
import { Page } from '../parts/page.tsx';
import { Pager } from '../parts/pager.tsx';
import { Records } from '../parts/records.tsx';
import { useLoaded } from '../parts/use-loaded.ts';
import { say } from '../status.tsx';
import type { UsersPage as Found } from '../types.ts';

const types = ['Automation', 'Battery', 'Enterprise', 'All', 'Admin', 'Standard', 'Pro', 'Log'];
const terms = ['perpetual', 'yearly', 'monthly'].map((value) => ({ value, label: capital(value) }));

export default function UsersPage() {
	const [search, setSearch] = useState('');
	const [page, setPage] = useState(1);
	const [chosen, setChosen] = useState<string>();
	const users = useLoaded<Found>(`/admin/users?search=${part(search)}&page=${page}`);
	return (
		<Page title="Users">
			<Stack gap="lg">
				<TextInput
					label="Search by name or e-mail"
					type="search"
					value={search}
					onChange={({ currentTarget: { value } }) => {
						setSearch(value);
						setPage(1);
					}}
				/>
				{chosen !== undefined && (
					<section className="card">
						<h2>Grant licences to {chosen}</h2>
						<GrantForm key={chosen} user={chosen} onDone={() => setChosen(undefined)} />
					</section>
				)}
				<Show loaded={users}>
					{({ users: list, pages }) => (
						<>
							<Records
								label="Users"
								rows={list}
								id={({ name }) => name}
								empty="No such user."
								columns={[
									{ title: 'Name', cell: ({ name, admin }) => (admin ? `${name} (administrator)` : name) },
									{ title: 'E-mail', cell: ({ email, verified }) => (verified ? email : `${email} (not verified)`) },
									{ title: 'Since', cell: ({ created }) => date(created) },
									{
										title: 'Action',
										cell: ({ name }) => (
											<Button variant="default" size="xs" aria-label={`Grant licences to ${name}`} onClick={() => setChosen(name)}>
												Grant…
											</Button>
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

function GrantForm({ user, onDone }: { user: string; onDone: () => void }) {
	const [term, setTerm] = useState('perpetual');
	return (
		<Form
			submit="Grant"
			label={`Grant licences to ${user}`}
			more={
				<Button variant="default" onClick={onDone}>
					Cancel
				</Button>
			}
			onSubmit={async (field) => {
				const quantity = Number(field('quantity'));
				// The whole last day is granted.
				const expires = term === 'perpetual' ? undefined : new Date(`${field('expires')}T23:59:59Z`).toISOString();
				await call('POST', `/admin/users/${part(user)}/licences`, { type: field('type'), term, quantity, expires });
				say(`${count(quantity, `${field('type')} licence`)} granted to ${user}.`);
				onDone();
			}}
		>
			<Group grow align="flex-start" preventGrowOverflow={false} wrap="wrap">
				<NativeSelect label="Type" name="type" data={types} autoFocus />
				<NativeSelect label="Term" data={terms} value={term} onChange={({ currentTarget: { value } }) => setTerm(value)} />
				<TextInput label="Quantity" name="quantity" type="number" min={1} max={1000} step={1} defaultValue="1" required />
				{term !== 'perpetual' && <TextInput label="Last day" name="expires" type="date" required />}
			</Group>
		</Form>
	);
}
