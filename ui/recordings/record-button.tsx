/** Record and stop, with the time that has been recorded. */

import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useEffect, useState } from 'react';
import { api } from '../api.ts';
import type { BenchState } from '../bench.ts';
import { clock } from '../format.ts';
import classes from '../page.module.css';

export function RecordButton({ current, disabled }: { current: BenchState['current']; disabled: boolean }) {
	const [, tick] = useState(0);
	useEffect(() => {
		if (!current) return;
		const timer = setInterval(() => tick((count) => count + 1), 250);
		return () => clearInterval(timer);
	}, [current]);
	const elapsed = current ? current.duration + (performance.now() - current.heardAt) / 1000 : 0;
	return (
		<Button
			color="red"
			variant={current ? 'filled' : 'light'}
			disabled={disabled}
			onClick={() => void toggleRecording(current !== null)}
			title="Space"
			leftSection={<span className={current ? classes.stopMark : classes.recordMark} />}
		>
			{current ? <span className={classes.elapsed}>Stop {clock(elapsed)}</span> : 'Record'}
		</Button>
	);
}

export async function toggleRecording(recording: boolean): Promise<void> {
	try {
		await (recording ? api.stop() : api.record());
	} catch (error) {
		notifications.show({ color: 'red', title: recording ? 'Stop' : 'Record', message: (error as Error).message });
	}
}
