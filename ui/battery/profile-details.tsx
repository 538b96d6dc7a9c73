/** What is known of one profile, and what can be done with it. */

import { Button, Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { quantity } from '../format.ts';
import type { Profile, ProfileSummary } from '../types.ts';
import classes from './battery.module.css';
import { batteryApi } from './battery-api.ts';
import { SureButton } from './sure-button.tsx';
import { charge, percent, temperature } from './words.ts';

interface Props {
	readonly summary: ProfileSummary;
	/** Undefined until it has come. */
	readonly profile: Profile | undefined;
	readonly onDeleted: () => void;
	readonly onProblem: (problem: string) => void;
}

export function ProfileDetails({ summary, profile, onDeleted, onProblem }: Props) {
	const { id, name, builtIn } = summary;
	const attempt = (work: Promise<void>) => work.catch((error: Error) => onProblem(`${name}: ${error.message}`));
	return (
		<Stack component="section" gap="xs" aria-label={name}>
			<Group justify="space-between" gap="xs">
				<Text fw={600} style={{ overflowWrap: 'anywhere' }}>
					{name}
				</Text>
				<Group gap="xs">
					<Button size="xs" variant="default" onClick={() => void attempt(download(id, name))}>
						Export
					</Button>
					{!builtIn && <SureButton label="Delete" sure="Delete for good?" about={name} onSure={() => void attempt(batteryApi.deleteProfile(id).then(onDeleted))} />}
				</Group>
			</Group>
			<dl className={classes.facts}>
				{factsOf(summary, profile).map(([term, words]) => (
					<Fact key={term} term={term}>
						{words}
					</Fact>
				))}
			</dl>
		</Stack>
	);
}

function Fact({ term, children }: { readonly term: string; readonly children: ReactNode }) {
	return (
		<>
			<dt>{term}</dt>
			<dd>{children}</dd>
		</>
	);
}

function factsOf(summary: ProfileSummary, profile: Profile | undefined): [string, string][] {
	const { manufacturer, model, size, capacityC, nominalV, cutoffV, temperaturesC, source, generic, builtIn } = summary;
	const { nominalCapacityC, selfDischargePerYear, provenance, uncertainty, tables = [] } = profile ?? {};
	const rows = tables.map(({ usedC }) => usedC.length).join(', ');
	const pairs = Math.max(0, ...tables.map((table) => table.pairs.length));
	const facts: [string, string | undefined | false][] = [
		['Cell', [manufacturer, model, size !== model && size].filter(Boolean).join(', ')],
		['Capacity', `${charge(capacityC)}${nominalCapacityC === undefined ? '' : `; stated by the manufacturer ${charge(nominalCapacityC)}`}`],
		['Voltage', [nominalV !== undefined && `${quantity(nominalV, 'V', 3)} nominal`, cutoffV !== undefined && `empty at ${quantity(cutoffV, 'V', 3)}`].filter(Boolean).join(', ')],
		['Temperature', temperaturesC.map(temperature).join(', ') || 'not noted'],
		['Tables', rows !== '' && `${rows} rows${pairs > 0 ? `, ${pairs} RC ${pairs === 1 ? 'pair' : 'pairs'}` : ''}`],
		['Self-discharge', selfDischargePerYear !== undefined && `${percent(selfDischargePerYear * 100)} of the capacity in a year`],
		['Uncertainty', uncertainty && uncertaintyOf(uncertainty)],
		['Source', [generic && 'Generic: stands for a kind of cell.', provenance?.source ?? source].filter(Boolean).join(' ') || 'not stated'],
		['Made from', provenance?.recording],
		['Kept', builtIn ? 'built in' : 'in this bench’s data folder'],
	];
	return facts.filter((fact): fact is [string, string] => Boolean(fact[1]));
}

function uncertaintyOf({ capacity, resistance, openCircuitV }: NonNullable<Profile['uncertainty']>): string {
	return [
		capacity !== undefined && `capacity ± ${percent(capacity * 100)}`,
		resistance !== undefined && `resistance ± ${percent(resistance * 100)}`,
		openCircuitV !== undefined && `open-circuit voltage ± ${quantity(openCircuitV, 'V', 2)}`,
	]
		.filter(Boolean)
		.join(', ');
}

async function download(id: string, name: string): Promise<void> {
	const address = URL.createObjectURL(await batteryApi.profileFile(id));
	const link = document.createElement('a');
	link.href = address;
	link.download = `${name}.json`;
	link.click();
	URL.revokeObjectURL(address);
}
