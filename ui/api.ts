/** Calls of the HTTP API. Owns the access token, which lives as long as the browser's tab; every failure is an ApiError with the server's own words. */

import type { ChannelStatistics, DeviceState, LicensingStatus, ProjectStatus, RecordingInProgress, RecordingSummary, Settings, SettingsChange } from './types.ts';

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

const part = encodeURIComponent;

export const api = {
	devices: () => json<DeviceState[]>('GET', '/devices'),
	/** Null where none is open. */
	project: async () => (await json<{ project: ProjectStatus | null }>('GET', '/project')).project,
	recordings: () => json<{ current: RecordingInProgress | null; recordings: RecordingSummary[] }>('GET', '/recordings'),
	recording: (id: string) => json<RecordingSummary>('GET', `/recordings/${part(id)}`),
	set: (device: string, change: SettingsChange) => json<Settings>('PATCH', `/devices/${part(device)}/settings`, change),
	switchOutput: (device: string, on: boolean) => json<Settings>('PUT', `/devices/${part(device)}/output`, { on }),
	record: () => json<RecordingSummary>('POST', '/recordings', {}),
	stop: () => json<RecordingSummary>('POST', '/recordings/stop'),
	deleteRecording: async (id: string) => void (await request('DELETE', `/recordings/${part(id)}`)),
	statistics: (id: string, window: Window | null, signal: AbortSignal) =>
		json<ChannelStatistics[]>('GET', `/recordings/${part(id)}/statistics${window ? `?from=${window.from}&to=${window.to}` : ''}`, undefined, signal),
	login: (name: string, password: string) => json<LicensingStatus>('POST', '/licensing/login', { name, password }),
	logout: () => json<LicensingStatus>('POST', '/licensing/logout', {}),
	refreshLicences: () => json<LicensingStatus>('POST', '/licensing/refresh', {}),
	reserveLicence: (id: number) => json<LicensingStatus>('POST', `/licensing/licences/${id}/reserve`, {}),
	returnLicence: (id: number) => json<LicensingStatus>('POST', `/licensing/licences/${id}/return`, {}),
};
