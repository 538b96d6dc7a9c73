/** The programs of this version, and how each is installed. */

import { Code, Stack, Text } from '@mantine/core';
import { Show } from '../parts/loading.tsx';
import { Page } from '../parts/page.tsx';
import { useLoaded } from '../parts/use-loaded.ts';
import type { Download } from '../types.ts';

export default function DownloadsPage() {
	const downloads = useLoaded<{ downloads: Download[] }>('/downloads');
	return (
		<Page title="Downloads">
			<Show loaded={downloads}>
				{({ downloads: list }) => (
					<Stack>
						{list.map(({ name, platform, version, how }) => (
							<section key={`${name} ${platform}`} className="card">
								<h2>{name}</h2>
								<Text size="sm" c="dimmed" mb="xs">
									{platform}, version {version}
								</Text>
								<Code block className="commands">
									{how}
								</Code>
							</section>
						))}
					</Stack>
				)}
			</Show>
		</Page>
	);
}
