/** Leads through a list that is too long for one page. Pages count from 1. */

import { Button, Group, Text } from '@mantine/core';

export function Pager({ page, pages, onPage }: { page: number; pages: number; onPage: (page: number) => void }) {
	if (pages <= 1) return null;
	return (
		<nav aria-label="Pages of the list">
			<Group>
				<Button variant="default" size="xs" disabled={page <= 1} onClick={() => onPage(page - 1)}>
					Previous
				</Button>
				<Text size="sm" aria-live="polite">
					Page {page} of {pages}
				</Text>
				<Button variant="default" size="xs" disabled={page >= pages} onClick={() => onPage(page + 1)}>
					Next
				</Button>
			</Group>
		</nav>
	);
}
