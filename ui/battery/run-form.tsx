/** Starts a run: which devices, how they load their cells, when it is over, and what the profile is called. */

import { Alert, Button, Checkbox, Fieldset, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { DeviceState, StartRun } from '../types.ts';
import classes from './battery.module.css';
import { batteryApi } from './battery-api.ts';
import { FigureField } from './figure-field.tsx';
import { kinds } from './words.ts';

type Mode = StartRun['low']['mode'];

/** What is typed: undefined where it is blank, NaN where it is no figure. */
interface Phase {
	readonly mode: Mode;
	readonly value: number | undefined;
	readonly time: number | undefined;
}

interface Pattern {
	readonly label: string;
	readonly low: Phase;
	readonly high: Phase;
	/** V under load. */
	readonly cutoffV: number;
}

const phase = (mode: Mode, value: number, time: number): Phase => ({ mode, value, time });

/** Loads that cells of a kind are commonly profiled with. */
const patterns: readonly Pattern[] = [
	{ label: 'Coin cell', low: phase('current', 250e-6, 60), high: phase('current', 10e-3, 2e-3), cutoffV: 1.8 },
	{ label: 'Lithium photo cell', low: phase('current', 2e-3, 180), high: phase('current', 35e-3, 1.3), cutoffV: 1.6 },
	{ label: 'Alkaline AA or AAA', low: phase('current', 10e-6, 1.3), high: phase('current', 35e-3, 1.3), cutoffV: 0.75 },
	{ label: 'Lithium polymer', low: phase('power', 0.32e-3, 22), high: phase('power', 0.37, 13), cutoffV: 3 },
];

const modes = [
	{ value: 'current', label: 'Current' },
	{ value: 'power', label: 'Power' },
	{ value: 'resistance', label: 'Resistance' },
];

export function RunForm({ devices }: { readonly devices: readonly DeviceState[] }) {
	const [chosen, setChosen] = useState<readonly string[]>([]);
	const [name, setName] = useState('');
	const [manufacturer, setManufacturer] = useState('');
	const [model, setModel] = useState('');
	const [temperatureC, setTemperatureC] = useState<number>();
	const [low, setLow] = useState(patterns[0].low);
	const [high, setHigh] = useState(patterns[0].high);
	const [voltageV, setVoltageV] = useState<number | undefined>(patterns[0].cutoffV);
	const [openCircuitV, setOpenCircuitV] = useState<number>();
	const [iterations, setIterations] = useState<number>();
	const [record, setRecord] = useState(false);
	const [busy, setBusy] = useState(false);
	const [failure, setFailure] = useState<string>();

	const adopt = (label: string) => {
		const pattern = patterns.find((candidate) => candidate.label === label);
		if (!pattern) return;
		setLow(pattern.low);
		setHigh(pattern.high);
		setVoltageV(pattern.cutoffV);
	};
	const complete = ({ value = Number.NaN, time = Number.NaN }: Phase) => value >= 0 && time > 0;
	const optional = [voltageV, openCircuitV, iterations];
	const missing =
		(chosen.length === 0 && 'Choose the devices that hold a cell.') ||
		(name.trim() === '' && 'Give the profile a name.') ||
		(!(complete(low) && complete(high)) && 'Both phases need a load and a time.') ||
		([...optional, temperatureC].some(Number.isNaN) && 'One of the fields holds no figure.') ||
		(optional.every((exit) => exit === undefined) && 'At least one exit must end the run.');
	const start = async (event: FormEvent) => {
		event.preventDefault();
		if (missing) return setFailure(missing);
		const asked = ({ mode, value = 0, time = 0 }: Phase) => ({ mode, value, time });
		setBusy(true);
		setFailure(undefined);
		try {
			await batteryApi.startRun({
				devices: [...chosen],
				name: name.trim(),
				manufacturer: manufacturer.trim() || undefined,
				model: model.trim() || undefined,
				low: asked(low),
				high: asked(high),
				exit: { voltageV, openCircuitV, iterations },
				temperatureC,
				record,
			});
			setName('');
		} catch (error) {
			setFailure((error as Error).message);
		} finally {
			setBusy(false);
		}
	};
	return (
		<form onSubmit={(event) => void start(event)} noValidate aria-label="Start a run">
			<Stack gap="md">
				<Text component="h3" fw={600} size="md">
					Profile a cell
				</Text>
				<Fieldset legend="Cells, one at each device">
					<Group gap="md">
						{devices.map(({ id, name: device }) => (
							<Checkbox
								key={id}
								label={device}
								checked={chosen.includes(id)}
								onChange={() => setChosen(chosen.includes(id) ? chosen.filter((other) => other !== id) : [...chosen, id])}
							/>
						))}
						{devices.length === 0 && <Text size="sm">No instrument is open.</Text>}
					</Group>
				</Fieldset>
				<Fieldset legend="Profile">
					<div className={classes.fields}>
						<TextInput label="Name" value={name} onChange={(event) => setName(event.currentTarget.value)} />
						<TextInput label="Manufacturer" value={manufacturer} onChange={(event) => setManufacturer(event.currentTarget.value)} />
						<TextInput label="Model" value={model} onChange={(event) => setModel(event.currentTarget.value)} />
						<FigureField kind={kinds.temperature} label="Temperature" value={temperatureC} onChange={setTemperatureC} />
					</div>
				</Fieldset>
				<Fieldset legend="Load, the phases in turn">
					<NativeSelect
						label="As usual for"
						mb="sm"
						maw={260}
						defaultValue={patterns[0].label}
						onChange={(event) => adopt(event.currentTarget.value)}
						data={patterns.map(({ label }) => label)}
					/>
					<Stack gap="xs">
						<PhaseFields name="Low" phase={low} onChange={setLow} />
						<PhaseFields name="High" phase={high} onChange={setHigh} />
					</Stack>
				</Fieldset>
				<Fieldset legend="Until the first of these">
					<div className={classes.fields}>
						<FigureField kind={kinds.voltage} label="Voltage under load" value={voltageV} onChange={setVoltageV} />
						<FigureField kind={kinds.voltage} label="Voltage after the low phase" value={openCircuitV} onChange={setOpenCircuitV} />
						<FigureField kind={kinds.count} label="Iterations" value={iterations} onChange={setIterations} />
					</div>
				</Fieldset>
				<Checkbox label="Record it" description="Keeps the samples beside the profile." checked={record} onChange={(event) => setRecord(event.currentTarget.checked)} />
				<div role="alert">
					{failure !== undefined && (
						<Alert color="red" variant="light">
							{failure}
						</Alert>
					)}
				</div>
				<Group>
					<Button type="submit" color="red" loading={busy}>
						Start the discharge
					</Button>
				</Group>
			</Stack>
		</form>
	);
}

function PhaseFields({ name, phase, onChange }: { readonly name: string; readonly phase: Phase; readonly onChange: (phase: Phase) => void }) {
	return (
		<div className={classes.fields}>
			<NativeSelect
				label={`${name} phase`}
				value={phase.mode}
				onChange={(event) => onChange({ ...phase, mode: event.currentTarget.value as Mode, value: undefined })}
				data={modes}
			/>
			<FigureField kind={kinds[phase.mode]} label={`${name} ${phase.mode}`} value={phase.value} onChange={(value) => onChange({ ...phase, value })} />
			<FigureField kind={kinds.time} label={`${name} time`} value={phase.time} onChange={(time) => onChange({ ...phase, time })} />
		</div>
	);
}
