/** The list: a click on a name looks at that profile alone, its box puts it into the charts beside the others. */

import { Badge, Checkbox, Group, Loader, Text, UnstyledButton } from '@mantine/core';
import type { ProfileSummary } from '../types.ts';
import classes from './battery.module.css';
import { charge, temperature } from './words.ts';

interface Props {
	readonly profiles: readonly ProfileSummary[] | undefined;
	/** Those that some device is supplied as. */
	readonly emulated: readonly string[];
	readonly search: string;
	readonly chosen: readonly string[];
	readonly onChoose: (chosen: readonly string[]) => void;
}

export function ProfileList({ profiles, emulated, search, chosen, onChoose }: Props) {
	if (!profiles) return <Loader size="sm" aria-label="Loading the profiles" />;
	const words = search.toLowerCase().split(/\s+/);
	const found = profiles.filter(({ name, manufacturer = '', model = '', size = '' }) => {
		const text = `${name} ${manufacturer} ${model} ${size}`.toLowerCase();
		return words.every((word) => text.includes(word));
	});
	if (found.length === 0) return <Text size="sm">No profile matches.</Text>;
	return (
		<ul className={classes.profiles} aria-label="Profiles">
			{found.map((profile) => {
				const { id, name, model, builtIn, generic, capacityC, temperaturesC } = profile;
				const isChosen = chosen.includes(id);
				return (
					<li key={id} className={classes.profile} data-profile={name} data-chosen={isChosen}>
						<Checkbox mt={2} aria-label={`Compare ${name}`} checked={isChosen} onChange={() => onChoose(isChosen ? chosen.filter((other) => other !== id) : [...chosen, id])} />
						<div className={classes.profileWords}>
							<UnstyledButton className={classes.profileName} onClick={() => onChoose([id])} aria-pressed={chosen.at(-1) === id}>
								<Text size="sm" fw={600}>
									{name}
								</Text>
								<Text size="xs" className={classes.quiet}>
									{[model, charge(capacityC), temperaturesC.map(temperature).join(', ')].filter(Boolean).join(' · ')}
								</Text>
							</UnstyledButton>
						</div>
						<Group gap={4} justify="flex-end">
							{emulated.includes(id) && (
								<Badge size="sm" tt="none" variant="light" color="green">
									In use
								</Badge>
							)}
							{generic && (
								<Badge size="sm" tt="none" variant="default" title="Stands for a kind of cell, not for the measurement of one">
									Generic
								</Badge>
							)}
							{!builtIn && (
								<Badge size="sm" tt="none" variant="default">
									Own
								</Badge>
							)}
						</Group>
					</li>
				);
			})}
		</ul>
	);
}
