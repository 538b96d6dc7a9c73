/** The fields of one condition of the trigger. */

import { Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { useBench } from '../bench.ts';
import { usePage } from '../page.ts';
import { type ConditionDraft, type ConditionType, conditionTypes } from './plan-draft.ts';
import classes from './triggers.module.css';

interface ConditionFieldsProps {
	/** `Start` or `Stop`: what the fields are told apart by. */
	readonly of: string;
	readonly draft: ConditionDraft;
	readonly types: readonly ConditionType[];
	onChange(draft: ConditionDraft): void;
}

export function ConditionFields({ of, draft, types, onChange }: ConditionFieldsProps) {
	const { bench } = usePage();
	const { devices } = useBench(bench);
	const device = devices.find(({ id }) => id === draft.device);
	const { type, up } = draft;
	const set = (change: Partial<ConditionDraft>) => onChange({ ...draft, ...change });
	const analog = device?.channels.filter(({ kind, measured }) => kind === 'analog' && measured) ?? [];
	const digital = device?.channels.filter(({ kind }) => kind === 'digital') ?? [];
	const text = (key: 'level' | 'hysteresis' | 'hold' | 'text', label: string, title?: string) => (
		<TextInput size="xs" label={label} title={title} aria-label={`${of}: ${label}`} value={draft[key]} onChange={(event) => set({ [key]: event.currentTarget.value })} />
	);
	const direction = (rising: string, falling: string) => (
		<NativeSelect
			size="xs"
			label="Direction"
			aria-label={`${of}: Direction`}
			value={up ? 'up' : 'down'}
			data={[
				{ value: 'up', label: rising },
				{ value: 'down', label: falling },
			]}
			onChange={(event) => set({ up: event.currentTarget.value === 'up' })}
		/>
	);
	return (
		<div className={classes.fields}>
			<NativeSelect
				className={classes.wide}
				size="xs"
				label="When"
				aria-label={`${of}: When`}
				value={type}
				data={types.map((value) => ({ value, label: conditionTypes[value] }))}
				onChange={(event) => set({ type: event.currentTarget.value as ConditionType })}
			/>
			{type !== 'manual' && (
				<NativeSelect
					size="xs"
					label="Device"
					aria-label={`${of}: Device`}
					value={draft.device}
					data={devices.map(({ id, name }) => ({ value: id, label: name }))}
					onChange={(event) => set({ device: event.currentTarget.value })}
				/>
			)}
			{(type === 'edge' || type === 'level') && (
				<>
					<NativeSelect
						size="xs"
						label="Channel"
						aria-label={`${of}: Channel`}
						value={draft.channel}
						data={analog.map(({ id, label }) => ({ value: id, label }))}
						onChange={(event) => set({ channel: event.currentTarget.value })}
					/>
					{type === 'edge' ? direction('Rising', 'Falling') : direction('Above', 'Below')}
					{text('level', 'Level')}
					{type === 'edge'
						? text('hysteresis', 'Hysteresis', 'So far beyond the level the value must have been before: noise on the level triggers nothing.')
						: text('hold', 'For at least')}
				</>
			)}
			{type === 'digital' && (
				<>
					<NativeSelect
						size="xs"
						label="Input"
						aria-label={`${of}: Input`}
						value={draft.digital}
						data={digital.map(({ id, label }) => ({ value: id, label }))}
						onChange={(event) => set({ digital: event.currentTarget.value })}
					/>
					{direction('Rising', 'Falling')}
				</>
			)}
			{type === 'text' && (
				<>
					{text('text', draft.pattern ? 'Pattern' : 'Text in the line')}
					<Checkbox
						size="xs"
						mt={26}
						label="Regular expression"
						aria-label={`${of}: Regular expression`}
						checked={draft.pattern}
						onChange={(event) => set({ pattern: event.currentTarget.checked })}
					/>
				</>
			)}
		</div>
	);
}
