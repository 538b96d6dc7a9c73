/** Instruments that belong to the account: registered here, or by a signed-in engine that saw them. */

import { Stack, TextInput } from '@mantine/core';
import { call } from '../api.ts';
import { time } from '../format.ts';
import { ActionButton, Form } from '../parts/action.tsx';
import { Show } from '../parts/loading.tsx';
import { Page } from '../parts/page.tsx';
import { Records } from '../parts/records.tsx';
import { useLoaded } from '../parts/use-loaded.ts';
import { say } from '../status.tsx';
import type { Instrument } from '../types.ts';

export default function HardwarePage() {
	const hardware = useLoaded<{ hardware: Instrument[] }>('/hardware');
	return (
		<Page title="Hardware">
			<Stack gap="lg">
				<Show loaded={hardware}>
					{({ hardware: list }) => (
						<Records
							label="Instruments"
							rows={list}
							id={({ id }) => id}
							empty="No instrument is registered. A signed-in engine registers those it sees."
							columns={[
								{ title: 'Name', cell: ({ name }) => name },
								{ title: 'Model', cell: ({ model }) => model },
								{ title: 'Serial number', cell: ({ serial }) => serial },
								{ title: 'Firmware', cell: ({ firmware }) => firmware || 'Unknown' },
								{ title: 'Last seen', cell: ({ seen }) => (seen ? time(seen) : 'Never') },
								{
									title: 'Action',
									cell: ({ id, serial }) => (
										<ActionButton
											aria-label={`Remove ${serial}`}
											action={async () => {
												await call('DELETE', `/hardware/${id}`);
												say(`${serial} is no longer registered.`);
												await hardware.reload();
											}}
										>
											Remove
										</ActionButton>
									),
								},
							]}
						/>
					)}
				</Show>
				<section className="card">
					<h2>Register an instrument</h2>
					<Form
						submit="Register"
						label="Register an instrument"
						onSubmit={async (field, form) => {
							const serial = field('serial').trim();
							await call('POST', '/hardware', { serial, model: field('model').trim(), name: field('name').trim() });
							form.reset();
							say(`${serial} is registered.`);
							await hardware.reload();
						}}
					>
						<TextInput label="Serial number" name="serial" required maxLength={100} autoComplete="off" spellCheck={false} />
						<TextInput label="Model" name="model" required maxLength={100} autoComplete="off" description="Such as Arc or Ace." />
						<TextInput label="Name" name="name" required maxLength={200} autoComplete="off" description="What you call it." />
					</Form>
				</section>
			</Stack>
		</Page>
	);
}
