/** Calls of the battery toolbox's HTTP API. */

import { json, request } from '../api.ts';
import type { ChangeEmulator, Estimate, EstimateRequest, Profile, ProfileList, Run, SetSupply, StartRun, Supply } from '../types.ts';

const part = encodeURIComponent;

export const batteryApi = {
	profiles: () => json<ProfileList>('GET', '/battery/profiles'),
	profile: (id: string) => json<Profile>('GET', `/battery/profiles/${part(id)}`),
	importProfile: (name: string, text: string) => json<Profile>('POST', '/battery/profiles', { name, text }),
	deleteProfile: async (id: string) => void (await request('DELETE', `/battery/profiles/${part(id)}`)),
	/** As it is kept, for a download. */
	profileFile: async (id: string) => (await request('GET', `/battery/profiles/${part(id)}/file`)).blob(),
	supplies: () => json<{ supplies: Supply[] }>('GET', '/battery/supplies'),
	setSupply: (device: string, supply: SetSupply) => json<Supply>('PUT', `/battery/supplies/${part(device)}`, supply),
	changeEmulator: (device: string, change: ChangeEmulator) => json<Supply>('PATCH', `/battery/supplies/${part(device)}/emulator`, change),
	runs: () => json<{ runs: Run[] }>('GET', '/battery/runs'),
	startRun: (run: StartRun) => json<Run>('POST', '/battery/runs', run),
	stopRun: (id: string) => json<Run>('POST', `/battery/runs/${part(id)}/stop`, {}),
	resumeRun: (id: string) => json<Run>('POST', `/battery/runs/${part(id)}/resume`, {}),
	/** Makes profiles of what a stopped run has so far. */
	saveRun: (id: string) => json<Run>('POST', `/battery/runs/${part(id)}/save`, {}),
	/** For good; profiles and recordings made of it stay. */
	deleteRun: async (id: string) => void (await request('DELETE', `/battery/runs/${part(id)}`)),
	estimate: (question: EstimateRequest, signal: AbortSignal) => json<Estimate>('POST', '/battery/estimate', question, signal),
};
