/** Calls of the portal's HTTP API. The session is a cookie that scripts cannot read; every failure is an ApiError with the portal's own words. */

export class ApiError extends Error {
	readonly code: string;

	constructor(code: string, message: string) {
		super(message);
		this.code = code;
	}
}

let sessionEnded = (): void => {};

/** Called when the portal says that nobody is signed in any more. */
export function onSessionEnded(listener: () => void): void {
	sessionEnded = listener;
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

async function request(method: Method, path: string, body: BodyInit | undefined, type: string | undefined, signal?: AbortSignal): Promise<Response> {
	let response: Response;
	try {
		response = await fetch(`/api${path}`, { method, body, signal, headers: { accept: 'application/json', ...(type ? { 'content-type': type } : {}) } });
	} catch (error) {
		if (signal?.aborted) throw error;
		throw new ApiError('UNREACHABLE', 'The portal does not answer. Check the connection and try again.');
	}
	if (response.ok) return response;
	const { error } = (await response.json().catch(() => ({}))) as { error?: { code: string; message: string } };
	if (error?.code === 'NOT_LOGGED_IN') sessionEnded();
	throw new ApiError(error?.code ?? 'INTERNAL', error?.message ?? `The portal answered ${response.status}. Try again later.`);
}

/** A request with a JSON body; state-changing requests always carry one, since the portal asks for it. */
export async function call<T = unknown>(method: Method, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
	const text = method === 'GET' ? undefined : JSON.stringify(body ?? {});
	const response = await request(method, path, text, text === undefined ? undefined : 'application/json', signal);
	return response.status === 204 ? (undefined as T) : ((await response.json()) as T);
}

/** Sends a file as it is. */
export async function upload(path: string, file: File): Promise<void> {
	await request('POST', path, file, file.type || 'application/octet-stream');
}

/** One segment of a path. */
export const part = encodeURIComponent;
