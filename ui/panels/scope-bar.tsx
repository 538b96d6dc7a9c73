/** Says what the figures are of, and chooses it: the selection, what is in sight, or everything. */

import { Alert, Group, Loader, SegmentedControl, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Window } from '../api.ts';
import { duration } from '../format.ts';
import { usePage } from '../page.ts';
import { useStore } from '../store.ts';
import type { Scope } from './figures-choice.ts';
import type { ScopeOfFigures } from './use-scope.ts';

const words: Readonly<Record<Scope, string>> = { selection: 'Selection', view: 'In sight', all: 'Whole recording' };

interface ScopeBarProps {
	readonly of: Pick<ScopeOfFigures, 'scope'>;
	readonly span: Window;
	readonly busy: boolean;
	readonly error: string | undefined;
	readonly children?: ReactNode;
}

export function ScopeBar({ of: { scope }, span, busy, error, children }: ScopeBarProps) {
	const { chart, figures } = usePage();
	const { chosen } = useStore(chart.marks);
	return (
		<>
			<Group justify="space-between" gap="xs" mb={6}>
				<Group gap="sm">
					<SegmentedControl
						size="xs"
						aria-label="Figures of"
						value={scope}
						onChange={(value) => figures.set({ scope: value as Scope })}
						data={[
							{ value: 'selection', label: 'Selection', disabled: !chosen },
							{ value: 'view', label: 'In sight' },
							{ value: 'all', label: 'All' },
						]}
					/>
					<Text size="sm" data-testid="selection" aria-live="polite">
						<strong>{words[scope]}</strong> {duration(span.to - span.from, 5)}
						{scope !== 'all' && ` (${duration(span.from, 5)} to ${duration(span.to, 5)})`}
					</Text>
					{busy && <Loader size="xs" aria-label="Being worked out" />}
				</Group>
				<Group gap="xs">{children}</Group>
			</Group>
			{error && (
				<Alert color="red" mb="xs">
					{error}
				</Alert>
			)}
		</>
	);
}
