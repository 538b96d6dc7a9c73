/** Record and stop, with the time that has been recorded; while recording also the next one, without a gap. */

import { Button, Group } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useEffect, useState } from 'react';
import { api } from '../api.ts';
import type { BenchState } from '../bench.ts';
import { clock } from '../format.ts';
import classes from '../page.module.css';
import { usePage } from '../page.ts';

const rollOverKey = 'Shift+Space';

interface RecordButtonProps {
	readonly current: BenchState['current'];
	readonly disabled: boolean;
	/** Why it cannot be pressed. */
	readonly reason?: string;
}

export function RecordButton({ current, disabled, reason }: RecordButtonProps) {
	const { bench, shortcuts } = usePage();
	const [, tick] = useState(0);
	useEffect(() => {
		if (!current) return;
		const timer = setInterval(() => tick((count) => count + 1), 250);
		return () => clearInterval(timer);
	}, [current]);
	useEffect(
		() =>
			shortcuts.bind([
				{ keys: rollOverKey, group: 'Recording', what: 'Next recording, without a gap', when: () => bench.state().current !== null, run: () => void toggleRecording(false) },
			]),
		[bench, shortcuts],
	);
	const elapsed = current ? current.duration + (performance.now() - current.heardAt) / 1000 : 0;
	return (
		<Group gap={6} wrap="nowrap">
			{current && (
				<Button
					variant="default"
					disabled={disabled}
					onClick={() => void toggleRecording(false)}
					title={`Ends this recording and begins the next one without a gap (${rollOverKey}).`}
				>
					Next
				</Button>
			)}
			<Button
				color="red"
				variant={current ? 'filled' : 'light'}
				disabled={disabled}
				onClick={() => void toggleRecording(current !== null)}
				title={(disabled && reason) || 'Space'}
				leftSection={<span className={current ? classes.stopMark : classes.recordMark} />}
			>
				{current ? <span className={classes.elapsed}>Stop {clock(elapsed)}</span> : 'Record'}
			</Button>
		</Group>
	);
}

/** Stops where `recording`; otherwise begins one, at the end of the one in progress if there is one. */
export async function toggleRecording(recording: boolean): Promise<void> {
	try {
		await (recording ? api.stop() : api.record());
	} catch (error) {
		notifications.show({ color: 'red', title: recording ? 'Stop' : 'Record', message: (error as Error).message });
	}
}
