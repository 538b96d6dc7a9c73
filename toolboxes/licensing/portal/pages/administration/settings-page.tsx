/** The portal's settings. */

import { TextInput } from '@mantine/core';
import { call } from '../api.ts';
import { Form } from '../parts/action.tsx';
import { Show } from '../parts/loading.tsx';
import { Page } from '../parts/page.tsx';
import { useLoaded } from '../parts/use-loaded.ts';
import { say } from '../status.tsx';

interface Settings {
	readonly offlineHours: number;
}

export default function SettingsPage() {
	const settings = useLoaded<Settings>('/admin/settings');
	return (
		<Page title="Settings" narrow>
			<Show loaded={settings}>
				{({ offlineHours }) => (
					<Form
						submit="Save"
						onSubmit={async (field) => {
							await call('PUT', '/admin/settings', { offlineHours: Number(field('offlineHours')) });
							say('Saved. It counts from the next lease on.');
						}}
					>
						<TextInput
							label="Offline time, hours"
							name="offlineHours"
							type="number"
							min={1}
							max={336}
							step="any"
							required
							defaultValue={offlineHours}
							description="How long a computer without connection to the portal may go on; so long a licence that it holds stays taken. At most 336, two weeks."
						/>
					</Form>
				)}
			</Show>
		</Page>
	);
}
