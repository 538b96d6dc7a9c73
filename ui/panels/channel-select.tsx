/** Which channel of what is shown a panel looks at; the main current, unless somebody has chosen. */

import { NativeSelect } from '@mantine/core';
import { useBench } from '../bench.ts';
import { usePage } from '../page.ts';
import { hasSeveralDevices, type RecordedTrack } from './use-scope.ts';

/** By its key. Undefined where nothing is shown. */
export function chosenTrack(tracks: readonly RecordedTrack[], wanted: string | undefined): RecordedTrack | undefined {
	return tracks.find(({ key }) => key === wanted) ?? tracks.find(({ channel }) => channel === 'mc') ?? tracks.find(({ track }) => track.unit === 'A') ?? tracks[0];
}

export function ChannelSelect({ tracks, value, onChange }: { readonly tracks: readonly RecordedTrack[]; readonly value: string | undefined; onChange(key: string): void }) {
	const { bench } = usePage();
	const { devices } = useBench(bench);
	const several = hasSeveralDevices(tracks);
	const nameless = ({ key, channel }: RecordedTrack) => (several ? key : channel);
	const choices = new Map(tracks.toReversed().map((track) => [nameless(track), track]));
	const chosen = tracks.find(({ key }) => key === value);
	return (
		<NativeSelect
			size="xs"
			label="Channel"
			value={chosen && choices.get(nameless(chosen))?.key}
			onChange={(event) => onChange(event.currentTarget.value)}
			data={[...choices.values()].toReversed().map(({ key, device, track }) => {
				const name = track.label.split(',')[0];
				return { value: key, label: several ? `${name}, ${devices.find(({ id }) => id === device)?.name ?? device}` : name };
			})}
		/>
	);
}
