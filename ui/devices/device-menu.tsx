/** What is done to a device now and then: rename, power cycle, close. */

import { ActionIcon, Button, Group, Menu, NumberInput, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { api } from '../api.ts';
import { Dialog } from '../layout/dialog.tsx';
import type { DeviceState } from '../types.ts';
import { attempt } from './actions.ts';

const longestOffS = 60;

export function DeviceMenu({ device, onRename }: { readonly device: DeviceState; onRename(): void }) {
	const [cycling, setCycling] = useState(false);
	const [closing, setClosing] = useState(false);
	const { connected, settings, name } = device;
	const possible = connected && settings.main;
	return (
		<>
			<Menu position="bottom-end" withinPortal returnFocus={false}>
				<Menu.Target>
					<ActionIcon variant="subtle" color="gray" aria-label={`More of ${name}`}>
						<span aria-hidden="true">⋯</span>
					</ActionIcon>
				</Menu.Target>
				<Menu.Dropdown>
					<Menu.Item onClick={onRename}>Rename</Menu.Item>
					<Menu.Item disabled={!possible} onClick={() => setCycling(true)}>
						Power cycle…
						{!possible && (
							<Text size="xs" c="dimmed">
								{connected ? 'The output is off.' : 'It is unplugged.'}
							</Text>
						)}
					</Menu.Item>
					<Menu.Item onClick={() => setClosing(true)}>Close…</Menu.Item>
				</Menu.Dropdown>
			</Menu>
			<PowerCycle device={device} opened={cycling} onClose={() => setCycling(false)} />
			<Dialog title={`Close ${name}`} opened={closing} onClose={() => setClosing(false)} size="sm">
				<Stack gap="sm">
					<Text size="sm">{settings.main ? 'Its output is switched off, and it is let go of.' : 'It is let go of.'} It can be added again.</Text>
					<Group justify="end">
						<Button variant="default" onClick={() => setClosing(false)}>
							Cancel
						</Button>
						<Button color="red.9" data-autofocus onClick={() => void attempt(name, () => api.closeDevice(device.id)).then((done) => done && setClosing(false))}>
							Close
						</Button>
					</Group>
				</Stack>
			</Dialog>
		</>
	);
}

function PowerCycle({ device, opened, onClose }: { readonly device: DeviceState; readonly opened: boolean; onClose(): void }) {
	const [offS, setOffS] = useState<number | string>(1);
	const valid = typeof offS === 'number' && offS >= 0.01 && offS <= longestOffS;
	const run = () => {
		if (!valid) return;
		onClose();
		void attempt(`Power cycle of ${device.name}`, () => api.powerCycle(device.id, offS));
	};
	return (
		<Dialog title={`Power cycle of ${device.name}`} opened={opened} onClose={onClose} size="sm">
			<Stack gap="sm">
				<NumberInput
					label="Off for"
					suffix=" s"
					min={0.01}
					max={longestOffS}
					step={0.5}
					decimalScale={3}
					value={offS}
					onChange={setOffS}
					data-autofocus
					error={valid ? undefined : `From 0.01 to ${longestOffS} s.`}
					onKeyDown={(event) => event.key === 'Enter' && run()}
				/>
				<Text size="xs" c="dimmed">
					The engine does it: it is switched on again even if this page is closed meanwhile.
				</Text>
				<Group justify="end">
					<Button disabled={!valid} onClick={run}>
						Off and on again
					</Button>
				</Group>
			</Stack>
		</Dialog>
	);
}
