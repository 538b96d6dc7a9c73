/** Support cases: the account's own; administrators see everybody's. Opens new ones. */

import { Stack, Textarea, TextInput } from '@mantine/core';
import { call } from '../api.ts';
import { capital, time } from '../format.ts';
import { Form } from '../parts/action.tsx';
import { Show } from '../parts/loading.tsx';
import { Page } from '../parts/page.tsx';
import { type Column, Records } from '../parts/records.tsx';
import { useLoaded } from '../parts/use-loaded.ts';
import { Link, navigate } from '../router.tsx';
import { useSession } from '../session.ts';
import type { CaseSummary } from '../types.ts';

const columns: readonly Column<CaseSummary>[] = [
	{ title: 'Subject', cell: ({ id, subject }) => <Link to={`/support/${id}`}>{subject}</Link> },
	{ title: 'Status', cell: ({ status }) => capital(status) },
	{ title: 'Changed', cell: ({ updated }) => time(updated) },
];

export default function CasesPage() {
	const staff = useSession()?.admin;
	const cases = useLoaded<{ cases: CaseSummary[] }>('/cases');
	return (
		<Page title="Support">
			<Stack gap="lg">
				<Show loaded={cases}>
					{({ cases: list }) => (
						<Records
							label="Support cases"
							rows={list}
							id={({ id }) => id}
							empty="No case was opened yet."
							columns={staff ? [columns[0], { title: 'User', cell: ({ user }) => user }, ...columns.slice(1)] : columns}
						/>
					)}
				</Show>
				<section className="card">
					<h2>Open a case</h2>
					<Form
						submit="Open the case"
						label="Open a case"
						onSubmit={async (field) => {
							const { id } = await call<{ id: number }>('POST', '/cases', { subject: field('subject').trim(), text: field('text').trim() });
							navigate(`/support/${id}`);
						}}
					>
						<TextInput label="Subject" name="subject" required maxLength={200} autoComplete="off" />
						<Textarea label="What happened" name="text" required rows={6} maxLength={20_000} />
					</Form>
				</section>
			</Stack>
		</Page>
	);
}
