/** A load that repeats: its phases one after the other, each with what it draws and how long it takes. */

import { ActionIcon, Button, Fieldset, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useRef } from 'react';
import { duration, quantity } from '../format.ts';
import classes from './battery.module.css';
import { FigureField } from './figure-field.tsx';
import { kinds } from './words.ts';

/** As typed: undefined where it is blank, NaN where it is no figure. */
export interface PhaseRow {
	readonly key: number;
	readonly name: string;
	readonly draw: 'current' | 'power';
	/** A or W. */
	readonly value: number | undefined;
	readonly durationS: number | undefined;
	/** A, the highest within the phase. */
	readonly peakA: number | undefined;
}

export const phasesAtStart: readonly PhaseRow[] = [
	{ key: 1, name: 'Active', draw: 'current', value: 8e-3, durationS: 0.05, peakA: undefined },
	{ key: 2, name: 'Sleep', draw: 'current', value: 2e-6, durationS: 10, peakA: undefined },
];

export function PhasesTable({ phases, onChange }: { readonly phases: readonly PhaseRow[]; readonly onChange: (phases: readonly PhaseRow[]) => void }) {
	const keys = useRef(Math.max(...phases.map(({ key }) => key)));
	const change = (key: number, what: Partial<PhaseRow>) => onChange(phases.map((phase) => (phase.key === key ? { ...phase, ...what } : phase)));
	const add = () => {
		keys.current++;
		onChange([...phases, { key: keys.current, name: '', draw: 'current', value: undefined, durationS: undefined, peakA: undefined }]);
	};
	return (
		<Fieldset legend="Phases, over and over">
			<Stack gap="sm">
				{phases.map(({ key, name, draw, value, durationS, peakA }, index) => {
					const about = `of phase ${index + 1}`;
					return (
						<div key={key} className={classes.phase} data-phase={index + 1}>
							<Group gap="xs" wrap="nowrap" align="flex-end">
								<TextInput flex={1} label="Name" aria-label={`Name ${about}`} value={name} onChange={(event) => change(key, { name: event.currentTarget.value })} />
								<ActionIcon
									variant="default"
									size="lg"
									aria-label={`Remove phase ${index + 1}`}
									disabled={phases.length === 1}
									onClick={() => onChange(phases.filter((phase) => phase.key !== key))}
								>
									<span aria-hidden="true">×</span>
								</ActionIcon>
							</Group>
							<div className={classes.phaseFields}>
								<NativeSelect
									label="Draws"
									aria-label={`What ${about.slice(3)} draws`}
									value={draw}
									onChange={(event) => change(key, { draw: event.currentTarget.value as PhaseRow['draw'], value: undefined })}
									data={[
										{ value: 'current', label: 'Current' },
										{ value: 'power', label: 'Power' },
									]}
								/>
								<FigureField
									kind={kinds[draw]}
									label={draw === 'current' ? 'Current' : 'Power'}
									aria-label={`${draw === 'current' ? 'Current' : 'Power'} ${about}`}
									value={value}
									onChange={(next) => change(key, { value: next })}
								/>
								<FigureField kind={kinds.time} label="Time" aria-label={`Time ${about}`} value={durationS} onChange={(next) => change(key, { durationS: next })} />
								<FigureField
									kind={kinds.current}
									label="Peak"
									aria-label={`Peak ${about}`}
									placeholder="none higher"
									value={peakA}
									onChange={(next) => change(key, { peakA: next })}
								/>
							</div>
						</div>
					);
				})}
				<Group justify="space-between" gap="xs">
					<Button size="xs" variant="default" onClick={add}>
						Add a phase
					</Button>
					<Text size="sm" data-testid="cycle">
						{cycleOf(phases)}
					</Text>
				</Group>
			</Stack>
		</Fieldset>
	);
}

/** The cycle's length and mean current, as far as they can be told without a voltage. */
function cycleOf(phases: readonly PhaseRow[]): string | undefined {
	let lengthS = 0;
	let chargeC = 0;
	for (const { draw, value = Number.NaN, durationS = Number.NaN } of phases) {
		lengthS += durationS;
		chargeC += draw === 'current' ? value * durationS : Number.NaN;
	}
	if (!(lengthS > 0)) return undefined;
	return `Cycle ${duration(lengthS)}${Number.isNaN(chargeC) ? '' : `, mean ${quantity(chargeC / lengthS, 'A')}`}`;
}
