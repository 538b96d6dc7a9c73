/** The trigger in the header: whether it is armed, for everyone to see; a click opens its panel. */

import { Button } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import { useBench } from '../bench.ts';
import { Dialog } from '../layout/dialog.tsx';
import { usePage } from '../page.ts';
import type { TriggerStatus } from '../types.ts';
import classes from './triggers.module.css';

const TriggerPanel = lazy(() => import('./trigger-panel.tsx'));

export function TriggerButton() {
	const { bench } = usePage();
	const { trigger } = useBench(bench);
	const [opened, setOpened] = useState(false);
	if (!trigger) return null;
	const active = ['armed', 'waiting', 'triggered'].includes(trigger.state);
	return (
		<>
			<Button
				variant={active ? 'filled' : 'default'}
				color={trigger.state === 'triggered' ? 'red.9' : active ? '#a84300' : undefined}
				onClick={() => setOpened(true)}
				title={trigger.reason ?? undefined}
				data-trigger={trigger.state}
				leftSection={<span className={classes.mark} data-state={trigger.state} aria-hidden="true" />}
				aria-label={`Trigger, ${stateText(trigger)}`}
			>
				<span className={classes.text} data-state={trigger.state}>
					{active ? stateText(trigger) : 'Trigger'}
				</span>
			</Button>
			<Dialog title="Trigger" opened={opened} onClose={() => setOpened(false)}>
				<Suspense>
					<TriggerPanel trigger={trigger} />
				</Suspense>
			</Dialog>
		</>
	);
}

/** `Armed 1/3`. */
export function stateText({ state, count, plan }: TriggerStatus): string {
	const done = plan?.times ? ` ${count}/${plan.times}` : count > 0 ? ` ${count}` : '';
	switch (state) {
		case 'off':
			return 'Off';
		case 'armed':
			return `Armed${done}`;
		case 'waiting':
			return `Waiting${done}`;
		case 'triggered':
			return `Triggered${done}`;
		case 'done':
			return `Done${done}`;
	}
}
