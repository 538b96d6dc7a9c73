/** The expansion port of a device: levels of its pins, its outputs and supplies; and a terminal on its UART. */

import { Button, Group, Select, SimpleGrid, Stack, Switch, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useLayoutEffect, useRef, useState } from 'react';
import { api } from '../api.ts';
import { quantity } from '../format.ts';
import { usePage } from '../page.ts';
import { useStore } from '../store.ts';
import type { DeviceState, SettingsChange } from '../types.ts';
import classes from './expansion.module.css';
import { SettingField } from './setting-field.tsx';

interface ExpansionProps {
	readonly device: DeviceState;
}

async function change(device: DeviceState, settings: SettingsChange): Promise<void> {
	try {
		await api.set(device.id, settings);
	} catch (error) {
		notifications.show({ color: 'red', title: device.name, message: (error as Error).message });
	}
}

export function ExpansionPanel({ device }: ExpansionProps) {
	const { events } = usePage();
	useStore(events.news);
	const { connected, settings, settingSpecs } = device;
	const supplies = settingSpecs.find(({ name }) => name === 'expansionSupply')?.choices;
	const toggle = (name: 'expansionPort' | 'uart' | 'tx' | 'gpo1' | 'gpo2', label: string, disabled = false, title?: string) => (
		<Switch
			size="xs"
			label={label}
			title={title}
			aria-label={`${label} of ${device.name}`}
			checked={settings[name]}
			disabled={!connected || disabled}
			onChange={(event) => void change(device, { [name]: event.currentTarget.checked })}
		/>
	);
	return (
		<Stack gap="xs">
			{toggle('expansionPort', 'Expansion port')}
			<SimpleGrid cols={2} spacing="xs">
				<SettingField device={device} name="expansionVoltage" label="Level" />
				{supplies ? (
					<Select
						size="xs"
						label="Supply pin"
						aria-label={`Supply pin of ${device.name}`}
						allowDeselect={false}
						disabled={!connected}
						value={String(settings.expansionSupply)}
						onChange={(value) => value !== null && void change(device, { expansionSupply: Number(value) })}
						data={supplies.map((volts) => ({ value: String(volts), label: volts === 0 ? 'Off' : quantity(Number(volts), 'V', 2) }))}
					/>
				) : (
					<SettingField device={device} name="expansionSupply" label="Supply pin" />
				)}
			</SimpleGrid>
			<Group gap="md">
				{['i1', 'i2'].map((channel) => (
					<Group key={channel} gap={6}>
						<Text size="xs">GPI{channel.slice(1)}</Text>
						<Level level={events.level(device.id, channel)} />
					</Group>
				))}
			</Group>
			<Group gap="md">
				{toggle('gpo1', 'GPO1', !settings.expansionPort, 'Needs the expansion port')}
				{toggle('gpo2', 'GPO2', !settings.expansionPort, 'Needs the expansion port')}
				{toggle('tx', 'TX as output', !settings.expansionPort || settings.uart, 'Needs the expansion port, without the UART')}
			</Group>
		</Stack>
	);
}

function Level({ level }: { readonly level: 0 | 1 | null }) {
	return (
		<span className={classes.level} data-level={level}>
			{level === null ? '–' : level === 1 ? 'high' : 'low'}
		</span>
	);
}

const lineEndings = { lf: '\n', crlf: '\r\n', cr: '\r', none: '' } as const;
type LineEnding = keyof typeof lineEndings;
const endingKey = 'microjoule.line-ending';
const mostHistory = 50;
/** Of the device's lines. */
const mostShown = 500;

export function UartTerminal({ device }: ExpansionProps) {
	const { events } = usePage();
	useStore(events.news);
	const { id, connected, settings } = device;
	const [text, setText] = useState('');
	const [ending, setEnding] = useState<LineEnding>(() => (localStorage.getItem(endingKey) as LineEnding | null) ?? 'lf');
	const [history, setHistory] = useState<readonly string[]>([]);
	/** Place in the history; undefined: what is being typed. */
	const [recalled, setRecalled] = useState<number>();
	const output = useRef<HTMLDivElement>(null);
	const stuck = useRef(true);
	const lines = events.lines.filter((line) => line.device === id && (line.type === 'log' || line.type === 'sent')).slice(-mostShown);
	const newest = lines.at(-1)?.number;
	const on = settings.uart && settings.expansionPort;

	// biome-ignore lint/correctness/useExhaustiveDependencies: a new line is the occasion
	useLayoutEffect(() => {
		const element = output.current;
		if (element && stuck.current) element.scrollTop = element.scrollHeight;
	}, [newest]);

	const send = async () => {
		const whole = text + (lineEndings[ending] ?? '\n');
		if (whole === '') return;
		try {
			await api.writeUart(id, whole);
			events.sent(id, text);
			setHistory([...history.filter((each) => each !== text), text].slice(-mostHistory));
			setText('');
			setRecalled(undefined);
			stuck.current = true;
		} catch (error) {
			notifications.show({ color: 'red', title: device.name, message: (error as Error).message });
		}
	};
	const recall = (by: 1 | -1) => {
		const next = (recalled ?? history.length) + by;
		if (next < 0) return;
		setRecalled(next >= history.length ? undefined : next);
		setText(history[next] ?? '');
	};
	return (
		<Stack gap={6}>
			<Group gap="xs" align="end" wrap="nowrap">
				<SettingField device={device} name="uartBaudRate" label="Baud rate" />
				<Select
					size="xs"
					label="Line end"
					aria-label="Line end of what is sent"
					allowDeselect={false}
					value={ending}
					onChange={(value) => {
						setEnding(value as LineEnding);
						localStorage.setItem(endingKey, value ?? 'lf');
					}}
					data={[
						{ value: 'lf', label: 'LF' },
						{ value: 'crlf', label: 'CR LF' },
						{ value: 'cr', label: 'CR' },
						{ value: 'none', label: 'none' },
					]}
				/>
			</Group>
			<Group justify="space-between">
				<Switch
					size="xs"
					label="UART"
					aria-label={`UART of ${device.name}`}
					checked={on}
					disabled={!connected}
					onChange={(event) => void change(device, event.currentTarget.checked ? { expansionPort: true, uart: true } : { uart: false })}
				/>
				<Button size="compact-xs" variant="subtle" disabled={lines.length === 0} onClick={() => events.clearLines(id)}>
					Clear
				</Button>
			</Group>
			<div
				ref={output}
				className={classes.output}
				role="log"
				aria-label={`UART lines of ${device.name}`}
				// biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keys
				tabIndex={0}
				onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
					stuck.current = scrollHeight - scrollTop - clientHeight < 30;
				}}
			>
				{lines.map(({ number, type, text: line }) => (
					<div key={number} data-type={type}>
						{type === 'sent' ? `› ${line}` : line}
					</div>
				))}
				{lines.length === 0 && <span className={classes.hint}>{on ? 'Nothing received yet.' : 'The UART is off.'}</span>}
			</div>
			<form
				className={classes.send}
				onSubmit={(event) => {
					event.preventDefault();
					void send();
				}}
			>
				<TextInput
					size="xs"
					className={classes.input}
					aria-label={`Send to the UART of ${device.name}`}
					placeholder={on ? 'Text to send' : 'Switch the UART on to send'}
					value={text}
					disabled={!on || !connected}
					autoComplete="off"
					spellCheck={false}
					onChange={(event) => {
						setText(event.currentTarget.value);
						setRecalled(undefined);
					}}
					onKeyDown={(event) => {
						if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
						event.preventDefault();
						recall(event.key === 'ArrowUp' ? -1 : 1);
					}}
				/>
				<Button size="xs" type="submit" variant="light" disabled={!on || !connected}>
					Send
				</Button>
			</form>
		</Stack>
	);
}
