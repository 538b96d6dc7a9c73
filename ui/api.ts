/** Calls of the HTTP API. Owns the access token, which lives as long as the browser's tab; every failure is an ApiError with the server's own words. */

import type {
	ChannelStatistics,
	DeviceState,
	FoundInstrument,
	Lane,
	LicensingStatus,
	ProjectStatus,
	RecordingInProgress,
	RecordingSummary,
	Settings,
	SettingsChange,
	TimelineEvent,
	TriggerPlan,
	TriggerStatus,
} from './types.ts';

const tokenKey = 'microjoule.token';

export class ApiError extends Error {
	readonly code: string;
	/** The server wants a token, or another one. */
	readonly needsToken: boolean;

	constructor(code: string, message: string, needsToken = false) {
		super(message);
		this.code = code;
		this.needsToken = needsToken;
	}
}

/** Adopts a token given in the address (`?token=…`), and takes it out of there so that it stays in no history. */
export function adoptToken(): void {
	const url = new URL(location.href);
	const token = url.searchParams.get('token');
	if (!token) return;
	sessionStorage.setItem(tokenKey, token);
	url.searchParams.delete('token');
	history.replaceState(null, '', url);
}

export function setToken(token: string): void {
	sessionStorage.setItem(tokenKey, token);
}

export function token(): string | null {
	return sessionStorage.getItem(tokenKey);
}

export async function request(method: string, path: string, options: { body?: unknown; signal?: AbortSignal } = {}): Promise<Response> {
	const headers: Record<string, string> = { accept: 'application/json' };
	const secret = token();
	if (secret) headers.authorization = `Bearer ${secret}`;
	if (options.body !== undefined) headers['content-type'] = 'application/json';
	let response: Response;
	try {
		response = await fetch(`/api${path}`, { method, headers, signal: options.signal, body: options.body === undefined ? undefined : JSON.stringify(options.body) });
	} catch (error) {
		if (options.signal?.aborted) throw error;
		throw new ApiError('UNREACHABLE', 'Microjoule does not answer. Is it still running?');
	}
	if (response.ok) return response;
	const { error } = (await response.json().catch(() => ({}))) as { error?: { code: string; message: string; details?: { token?: string } } };
	throw new ApiError(error?.code ?? 'INTERNAL', error?.message ?? `The server answered ${response.status}.`, error?.details?.token !== undefined);
}

export async function json<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
	return (await request(method, path, { body, signal })).json() as Promise<T>;
}

/** s, [from, to). */
export interface Window {
	readonly from: number;
	readonly to: number;
}

/** What of a recording's events is asked for; `types` with commas between, `after` where the page before ended. */
export interface EventQuery extends Partial<Window> {
	readonly types?: string;
	readonly device?: string;
	readonly channel?: string;
	readonly filter?: string;
	readonly limit?: number;
	readonly after?: string;
}

export interface EventPage {
	readonly events: readonly TimelineEvent[];
	/** On all pages; null behind the first. */
	readonly total: number | null;
	readonly next: string | null;
}

/** Channels measured beside those that always are, and rates, Hz. */
export interface ChannelChoice {
	readonly channels: readonly string[];
	readonly rates: Readonly<Record<string, number>>;
}

/** Null takes away. */
export interface RecordingChange {
	readonly name?: string;
	/** s. */
	readonly offset?: number;
	readonly color?: string | null;
	readonly note?: string | null;
}

const part = encodeURIComponent;

/** `?…` of what is given. */
export function parameters(values: Readonly<Record<string, string | number | undefined>>): string {
	const given = Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
	return given.length > 0 ? `?${new URLSearchParams(given)}` : '';
}

export const api = {
	devices: () => json<DeviceState[]>('GET', '/devices'),
	/** Null where none is open. */
	project: async () => (await json<{ project: ProjectStatus | null }>('GET', '/project')).project,
	recordings: () => json<{ current: RecordingInProgress | null; recordings: RecordingSummary[] }>('GET', '/recordings'),
	recording: (id: string) => json<RecordingSummary>('GET', `/recordings/${part(id)}`),
	discovery: () => json<FoundInstrument[]>('GET', '/discovery'),
	openDevice: (path: string) => json<DeviceState>('POST', '/devices', { path }),
	closeDevice: async (device: string) => void (await request('DELETE', `/devices/${part(device)}`)),
	renameDevice: (device: string, name: string) => json<DeviceState>('PATCH', `/devices/${part(device)}`, { name }),
	channelChoice: (device: string) => json<ChannelChoice>('GET', `/devices/${part(device)}/channels`),
	chooseChannels: async (device: string, choice: ChannelChoice) => void (await request('PUT', `/devices/${part(device)}/channels`, { body: choice })),
	powerCycle: (device: string, offS: number) => json<Settings>('POST', `/devices/${part(device)}/power-cycle`, { offS }),
	outputsOff: () => json<DeviceState[]>('POST', '/devices/outputs-off'),
	fourWire: async (device: string) => (await json<{ state: string }>('GET', `/devices/${part(device)}/four-wire`)).state,
	value: async (device: string, channel: string) => (await json<{ value: number }>('GET', `/devices/${part(device)}/values/${part(channel)}`)).value,
	armTrigger: (plan: TriggerPlan) => json<TriggerStatus>('PUT', '/trigger', plan),
	disarmTrigger: () => json<TriggerStatus>('DELETE', '/trigger'),
	fireTrigger: () => json<TriggerStatus>('POST', '/trigger/fire'),
	set: (device: string, change: SettingsChange) => json<Settings>('PATCH', `/devices/${part(device)}/settings`, change),
	switchOutput: (device: string, on: boolean) => json<Settings>('PUT', `/devices/${part(device)}/output`, { on }),
	record: () => json<RecordingSummary>('POST', '/recordings', {}),
	stop: () => json<RecordingSummary>('POST', '/recordings/stop'),
	changeRecording: (id: string, change: RecordingChange) => json<ProjectStatus>('PATCH', `/recordings/${part(id)}`, change),
	moveRecording: (id: string, place: number) => json<ProjectStatus>('POST', `/recordings/${part(id)}/move`, { place }),
	/** Can be undone. */
	deleteRecording: async (id: string) => void (await request('DELETE', `/recordings/${part(id)}?undoable=true`)),
	statistics: (id: string, window: Window | null, signal: AbortSignal) =>
		json<ChannelStatistics[]>('GET', `/recordings/${part(id)}/statistics${window ? `?from=${window.from}&to=${window.to}` : ''}`, undefined, signal),
	levels: (device: string) => json<Record<string, 0 | 1>>('GET', `/devices/${part(device)}/levels`),
	writeUart: async (device: string, text: string) => void (await request('POST', `/devices/${part(device)}/uart`, { body: { text } })),
	events: (id: string, query: EventQuery, signal?: AbortSignal) => json<EventPage>('GET', `/recordings/${part(id)}/events${parameters({ ...query })}`, undefined, signal),
	lanes: (id: string, window: Window, points: number, signal: AbortSignal) =>
		json<Lane[]>('GET', `/recordings/${part(id)}/lanes${parameters({ ...window, points })}`, undefined, signal),
	createLog: (id: string, name: string) => json<{ log: string }>('POST', `/recordings/${part(id)}/logs`, { name }),
	changeLog: (id: string, log: string, change: { name?: string; offset?: number }) => json<unknown>('PATCH', `/recordings/${part(id)}/logs/${part(log)}`, change),
	deleteLog: (id: string, log: string) => json<unknown>('DELETE', `/recordings/${part(id)}/logs/${part(log)}`),
	/** Without a time: now, of the recording in progress. */
	appendLog: async (id: string, log: string, lines: readonly { readonly time?: number; readonly text: string }[]) =>
		void (await request('POST', `/recordings/${part(id)}/logs/${part(log)}/lines`, { body: { lines } })),
	login: (name: string, password: string) => json<LicensingStatus>('POST', '/licensing/login', { name, password }),
	logout: () => json<LicensingStatus>('POST', '/licensing/logout', {}),
	refreshLicences: () => json<LicensingStatus>('POST', '/licensing/refresh', {}),
	reserveLicence: (id: number) => json<LicensingStatus>('POST', `/licensing/licences/${id}/reserve`, {}),
	returnLicence: (id: number) => json<LicensingStatus>('POST', `/licensing/licences/${id}/return`, {}),
};
