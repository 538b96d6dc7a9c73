/** One support case: what was written, by whom, with what attached; answers it and closes it. */

import { Anchor, Group, Stack, Text, Textarea } from '@mantine/core';
import { useRef } from 'react';
import { call, part, upload } from '../api.ts';
import { capital, size, time } from '../format.ts';
import { ActionButton, Form } from '../parts/action.tsx';
import { FileField } from '../parts/file-field.tsx';
import { Show } from '../parts/loading.tsx';
import { Page } from '../parts/page.tsx';
import { useLoaded } from '../parts/use-loaded.ts';
import { Link } from '../router.tsx';
import type { PageProps } from '../routes.ts';
import { say } from '../status.tsx';
import type { SupportCase } from '../types.ts';

const everyS = 10;

export default function CasePage({ params: { id } }: PageProps) {
	const url = `/cases/${part(id)}`;
	const loaded = useLoaded<SupportCase>(url, everyS);
	const file = useRef<HTMLInputElement>(null);
	const answer = async (text: string, form: HTMLFormElement) => {
		const chosen = file.current?.files?.[0];
		if (text) await call('POST', `${url}/messages`, { text });
		if (chosen) await upload(`${url}/attachments?name=${part(chosen.name)}`, chosen);
		form.reset();
		say('The answer is sent.');
		await loaded.reload();
	};
	const close = async () => {
		await call('POST', `${url}/close`);
		say('The case is closed.');
		await loaded.reload();
	};
	return (
		<Page title={loaded.value?.subject ?? 'Support case'} actions={<Link to="/support">All cases</Link>}>
			<Show loaded={loaded}>
				{({ status, messages }) => (
					<Stack>
						<Group justify="space-between">
							<Text size="sm">{capital(status)}</Text>
							{status === 'open' && <ActionButton action={close}>Close the case</ActionButton>}
						</Group>
						<ol className="messages" aria-label="Messages">
							{messages.map(({ id: message, user, staff, text, created, attachments }) => (
								<li key={message} className={staff ? 'message staff' : 'message'}>
									<Text size="sm" c="dimmed">
										{user ?? 'Deleted account'}
										{staff && ' (support)'}, {time(created)}
									</Text>
									{text && <p>{text}</p>}
									{attachments.map((attachment) => (
										<Anchor key={attachment.id} href={`/api/attachments/${attachment.id}`} underline="always" display="block" mt={6} download>
											{attachment.name} ({size(attachment.size)})
										</Anchor>
									))}
								</li>
							))}
						</ol>
						<div className="card">
							<Form submit="Send" label="Answer" onSubmit={(field, form) => answer(field('text').trim(), form)}>
								<Textarea label={status === 'open' ? 'Answer' : 'Answer, which opens the case again'} name="text" rows={5} maxLength={20_000} />
								<FileField label="Attach a file (5 MB at most)" ref={file} />
							</Form>
						</div>
					</Stack>
				)}
			</Show>
		</Page>
	);
}
