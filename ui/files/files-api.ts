/** Calls of the HTTP API that open, save, send and fetch. */

import { ApiError, json, request, token } from '../api.ts';
import type { ProjectStatus } from '../types.ts';

export interface ListedProject {
	readonly folder: string;
	readonly name: string;
	readonly recordings: number;
	readonly modified: string;
}

export interface FileFormat {
	readonly name: string;
	readonly title: string;
}

export interface SentFiles {
	readonly batch: string;
	readonly files: readonly { readonly path: string; readonly name: string; readonly bytes: number }[];
}

export interface NamedColumn {
	readonly name: string;
	readonly unit?: string;
	readonly id?: string;
}

export interface ImportRules {
	readonly name?: string;
	readonly format?: string;
	readonly supplyV?: number;
	readonly rate?: number;
	readonly delimiter?: string;
	readonly skipLines?: number;
	readonly time?: NamedColumn;
	readonly columns?: readonly NamedColumn[];
}

const part = encodeURIComponent;

export const filesApi = {
	projects: () => json<ListedProject[]>('GET', '/projects'),
	formats: () => json<{ readable: FileFormat[]; writable: FileFormat[] }>('GET', '/formats'),
	create: (folder: string, force: boolean) => json<ProjectStatus>('POST', '/project/create', { folder, force }),
	open: (folder: string, force: boolean) => json<ProjectStatus>('POST', '/project/open', { folder, force }),
	save: () => json<ProjectStatus>('POST', '/project/save', {}),
	saveAs: (folder: string, name: string) => json<ProjectStatus>('POST', '/project/save-as', { folder, name }),
	close: async (force: boolean) => void (await request('POST', '/project/close', { body: { force } })),
	undo: async () => (await json<{ undone: string | null }>('POST', '/project/undo')).undone,
	redo: async () => (await json<{ redone: string | null }>('POST', '/project/redo')).redone,
	importFiles: (files: readonly string[], rules: ImportRules, signal: AbortSignal) =>
		json<{ recording: string; notes: string[] }>('POST', '/recordings/import', { files, ...rules }, signal),
	forget: async (batch: string) => void (await request('DELETE', `/uploads/${part(batch)}`)),
};

/** Sends one file; `progress` hears how many of its bytes have left. Rejects like `request`, and with an AbortError. */
export function send(file: File, batch: string | undefined, progress: (bytes: number) => void, signal: AbortSignal): Promise<SentFiles> {
	// Not fetch: it does not tell how much of a body has been sent.
	const sending = new XMLHttpRequest();
	sending.open('POST', `/api/uploads?name=${part(file.name)}${batch === undefined ? '' : `&batch=${part(batch)}`}`);
	sending.setRequestHeader('content-type', 'application/octet-stream');
	const secret = token();
	if (secret) sending.setRequestHeader('authorization', `Bearer ${secret}`);
	sending.upload.onprogress = ({ loaded }) => progress(loaded);
	const { promise, resolve, reject } = Promise.withResolvers<SentFiles>();
	sending.onload = () => {
		const answer = parsed(sending.responseText);
		if (sending.status < 300) resolve(answer as SentFiles);
		else reject(new ApiError(answer.error?.code ?? 'INTERNAL', answer.error?.message ?? `The server answered ${sending.status}.`));
	};
	sending.onerror = () => reject(new ApiError('UNREACHABLE', `${file.name} could not be sent whole. Is Microjoule still running?`));
	sending.onabort = () => reject(new DOMException('Stopped', 'AbortError'));
	signal.addEventListener('abort', () => sending.abort());
	if (signal.aborted) sending.onabort(new ProgressEvent('abort'));
	else sending.send(file);
	return promise;
}

/** Fetches a file with its name; `progress` hears of its bytes, and of all where that is known. */
export async function fetchFile(path: string, progress: (done: number, total: number | null) => void, signal: AbortSignal): Promise<{ name: string; content: Blob }> {
	const response = await request('GET', path, { signal });
	const length = Number(response.headers.get('content-length') ?? 0);
	const pieces: Uint8Array<ArrayBuffer>[] = [];
	let done = 0;
	for (const reader = (response.body as ReadableStream<Uint8Array<ArrayBuffer>>).getReader(); ; ) {
		const { value } = await reader.read();
		if (!value) break;
		pieces.push(value);
		done += value.byteLength;
		progress(done, length > 0 ? length : null);
	}
	const name = /filename\*=UTF-8''([^;]+)/.exec(response.headers.get('content-disposition') ?? '')?.[1];
	return { name: name === undefined ? 'file' : decodeURIComponent(name), content: new Blob(pieces, { type: response.headers.get('content-type') ?? '' }) };
}

/** Hands a file to the browser's downloads. */
export function saveFile(name: string, content: Blob): void {
	const link = document.createElement('a');
	link.href = URL.createObjectURL(content);
	link.download = name;
	link.click();
	// The download has begun by then; an address that is never given back keeps the file in memory.
	setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

function parsed(text: string): Partial<SentFiles> & { error?: { code: string; message: string } } {
	try {
		return JSON.parse(text);
	} catch {
		return {};
	}
}
