/**
 * What the panels share: supplies and profiler runs as the live connection tells them, the list of profiles, fetched again whenever it has become another
 * one, and the profiles' curves, fetched when somebody wants to see them.
 */

import { useEffect, useMemo, useState } from 'react';
import type { Bench } from '../bench.ts';
import { useBench } from '../bench.ts';
import type { BatteryChange, Profile, ProfileList } from '../types.ts';
import { batteryApi } from './battery-api.ts';

export interface BatteryState {
	readonly supplies: BatteryChange['supplies'];
	readonly runs: BatteryChange['runs'];
	/** Undefined until it has come. */
	readonly profiles: ProfileList | undefined;
	/** Why one of them did not come. */
	readonly error: string | undefined;
}

export function useBattery(bench: Bench): BatteryState {
	const { battery, connection } = useBench(bench);
	const [asked, setAsked] = useState<Pick<BatteryState, 'supplies' | 'runs'>>({ supplies: [], runs: [] });
	const [profiles, setProfiles] = useState<ProfileList>();
	const [error, setError] = useState<string>();
	const told = battery !== null;
	useEffect(() => {
		if (told || connection !== 'open') return;
		Promise.all([batteryApi.supplies(), batteryApi.runs()]).then(
			([{ supplies }, { runs }]) => setAsked({ supplies, runs }),
			(thrown: Error) => setError(thrown.message),
		);
	}, [told, connection]);
	const version = battery?.profiles;
	// biome-ignore lint/correctness/useExhaustiveDependencies: another version, or a connection that is back, is the occasion
	useEffect(() => {
		if (connection !== 'open') return;
		let stale = false;
		batteryApi.profiles().then(
			(list) => {
				if (stale) return;
				setProfiles(list);
				setError(undefined);
			},
			(thrown: Error) => !stale && setError(thrown.message),
		);
		return () => {
			stale = true;
		};
	}, [version, connection]);
	const { supplies, runs } = battery ?? asked;
	return useMemo(() => ({ supplies, runs, profiles, error }), [supplies, runs, profiles, error]);
}

/** The profiles with their curves, in this order, as far as they have come; what went wrong with one is told to `onError`. */
export function useCurvesOf(ids: readonly string[], onError: (message: string) => void): readonly Profile[] {
	const [known, setKnown] = useState<ReadonlyMap<string, Profile>>(new Map());
	const wanted = ids.join(' ');
	// biome-ignore lint/correctness/useExhaustiveDependencies: what is known is not asked for again
	useEffect(() => {
		for (const id of wanted === '' ? [] : wanted.split(' '))
			if (!known.has(id))
				batteryApi.profile(id).then(
					(profile) => setKnown((before) => new Map(before).set(id, profile)),
					(thrown: Error) => onError(thrown.message),
				);
	}, [wanted]);
	return useMemo(() => (wanted === '' ? [] : wanted.split(' ').flatMap((id) => known.get(id) ?? [])), [wanted, known]);
}
