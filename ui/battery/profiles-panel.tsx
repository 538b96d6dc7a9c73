/** The profiles: a list to search and choose from, the curves of those chosen over each other, what is known of the one looked at; import, export, delete. */

import { Alert, Button, FileButton, Group, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type DragEvent, useMemo, useState } from 'react';
import classes from './battery.module.css';
import { batteryApi } from './battery-api.ts';
import { type CurveOver, ProfileCurves } from './profile-curves.tsx';
import { ProfileDetails } from './profile-details.tsx';
import { ProfileList } from './profile-list.tsx';
import { type BatteryState, useCurvesOf } from './use-battery.ts';

export function ProfilesPanel({ battery: { profiles, supplies } }: { readonly battery: BatteryState }) {
	const [search, setSearch] = useState('');
	/** Those in the charts, in the order in which they were chosen. */
	const [chosen, setChosen] = useState<readonly string[]>([]);
	const [over, setOver] = useState<CurveOver>('used');
	const [problems, setProblems] = useState<readonly string[]>([]);
	const [dropping, setDropping] = useState(false);
	const all = profiles?.profiles;
	const there = useMemo(() => chosen.filter((id) => all?.some((profile) => profile.id === id)), [chosen, all]);
	const curves = useCurvesOf(there, (message) => setProblems((before) => [...before, message]));
	const emulated = supplies.flatMap(({ emulator }) => emulator?.profileId ?? []);
	const looked = all?.find(({ id }) => id === there.at(-1));

	const importFiles = async (files: readonly File[]) => {
		const failed: string[] = [];
		const imported: string[] = [];
		for (const file of files) {
			try {
				const profile = await batteryApi.importProfile(file.name.replace(/\.json$/i, ''), await file.text());
				imported.push(profile.id);
				notifications.show({ color: 'green', title: 'Imported', message: profile.name });
			} catch (error) {
				failed.push(`${file.name}: ${(error as Error).message}`);
			}
		}
		setProblems(failed);
		if (imported.length > 0) setChosen(imported);
	};
	const drop = (event: DragEvent) => {
		event.preventDefault();
		setDropping(false);
		void importFiles([...event.dataTransfer.files]);
	};
	return (
		<section
			aria-label="Battery profiles; files may be dropped here"
			className={`${classes.columns} ${dropping ? classes.dropping : ''}`}
			onDragOver={(event) => {
				if (!event.dataTransfer.types.includes('Files')) return;
				event.preventDefault();
				setDropping(true);
			}}
			onDragLeave={() => setDropping(false)}
			onDrop={drop}
		>
			<Stack gap="sm">
				<div>
					<Group gap="xs" wrap="nowrap" align="flex-end">
						<TextInput
							type="search"
							aria-label="Search profiles"
							placeholder="Name, model, manufacturer"
							flex={1}
							value={search}
							onChange={(event) => setSearch(event.currentTarget.value)}
						/>
						<FileButton multiple accept=".json,application/json" onChange={(files) => void importFiles(files)}>
							{(props) => (
								<Button {...props} variant="default" title="Profiles in Otii's JSON format; they may also be dropped here">
									Import…
								</Button>
							)}
						</FileButton>
					</Group>
					<div role="alert">
						{problems.length > 0 && (
							<Alert color="red" variant="light" mt="sm" withCloseButton closeButtonLabel="Dismiss" onClose={() => setProblems([])}>
								{problems.map((problem) => (
									<div key={problem}>{problem}</div>
								))}
							</Alert>
						)}
					</div>
				</div>
				<ProfileList profiles={all} emulated={emulated} search={search} chosen={there} onChoose={setChosen} />
				{profiles?.damaged.map(({ file, problem }) => (
					<Alert key={file} color="orange" variant="light" title={`${file} is no profile`}>
						{problem}
					</Alert>
				))}
			</Stack>
			{there.length === 0 ? (
				<Text size="sm" className={classes.quiet}>
					Choose a profile to see its curves; tick several to compare them.
				</Text>
			) : (
				<Stack gap="md">
					<Group justify="space-between">
						<SegmentedControl
							size="xs"
							aria-label="Horizontal axis"
							value={over}
							onChange={(value) => setOver(value as CurveOver)}
							data={[
								{ value: 'used', label: 'Used capacity' },
								{ value: 'soc', label: 'State of charge' },
							]}
						/>
						{there.length > 1 && (
							<Button size="compact-sm" variant="subtle" onClick={() => setChosen(there.slice(-1))}>
								Only the last
							</Button>
						)}
					</Group>
					<ProfileCurves profiles={curves} over={over} />
					{looked && (
						<ProfileDetails
							summary={looked}
							profile={curves.find(({ id }) => id === looked.id)}
							onDeleted={() => setChosen(there.filter((id) => id !== looked.id))}
							onProblem={(problem) => setProblems([problem])}
						/>
					)}
				</Stack>
			)}
		</section>
	);
}
