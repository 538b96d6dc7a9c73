/**
 * The engine that holds a project: its address stands in the project's lock. Commands that change a project which a running `serve` holds go
 * through it. Only engines on this computer are asked. One that wants a token gets that of the file MICROJOULE_TOKEN_FILE names.
 */

import { realpathSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { WebSocket } from 'ws';
import { MicrojouleError, messageOf } from '../drivers/errors.ts';
import { lockHolder } from '../engine/project/lock.ts';
import { isLoopback, readToken } from '../engine/server/admission.ts';
import type { ErrorBody } from '../engine/server/errors.ts';

export class EngineClient {
	readonly #url: URL;
	readonly #token: string | undefined;
	readonly #silent: (reason: string) => MicrojouleError;

	/** The engine that has the project in `folder` as its active one; undefined when another kind of program, or nobody, holds it. */
	static async holding(folder: string): Promise<EngineClient | undefined> {
		const engine = (await lockHolder(folder))?.engine;
		if (engine === undefined || !URL.canParse(engine) || !isLoopback(new URL(engine).hostname.replace(/[[\]]/g, ''))) return undefined;
		const client = new EngineClient(engine);
		const { project } = await client.call<{ project: { folder: string } | null }>('GET', '/project');
		return project && realpathSync(project.folder) === realpathSync(folder) ? client : undefined;
	}

	/** The engine at an address; `silent` makes the error for where none answers, of the reason. */
	static at(url: string, silent: (reason: string) => MicrojouleError): EngineClient {
		return new EngineClient(url, silent);
	}

	private constructor(
		url: string,
		silent = (reason: string) => new MicrojouleError('PROJECT_BUSY', `The engine at ${new URL(url).origin} has the project open and does not answer (${reason}).`),
	) {
		this.#url = new URL(url);
		this.#silent = silent;
		const file = process.env.MICROJOULE_TOKEN_FILE;
		this.#token = file === undefined ? undefined : readToken(file, []);
	}

	/** What the engine answers, however long it takes. Throws what the engine refuses with, or that it does not answer. */
	async call<T>(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<T> {
		const { status, text } = await this.#exchange(method, `/api${path}`, body);
		const answer = text === '' ? undefined : (JSON.parse(text) as T | ErrorBody);
		if (status < 400) return answer as T;
		const { code, message, details } = (answer as ErrorBody).error;
		const hint = code === 'FORBIDDEN' && this.#token === undefined ? ' Name the file with it in the environment variable MICROJOULE_TOKEN_FILE.' : '';
		throw new MicrojouleError(code, message + hint, { ...details });
	}

	/** Its live stream. */
	live(): WebSocket {
		const headers = this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` };
		return new WebSocket(new URL('/api/live', this.#url.href.replace(/^http/, 'ws')), { headers });
	}

	#exchange(method: string, path: string, body: object | undefined): Promise<{ status: number; text: string }> {
		const payload = body === undefined ? undefined : JSON.stringify(body);
		const request = this.#url.protocol === 'https:' ? httpsRequest : httpRequest;
		const headers = {
			...(payload === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }),
			...(this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` }),
		};
		return new Promise((resolve, reject) => {
			const fail = (error: unknown) => reject(this.#silent(messageOf(error)));
			const call = request(new URL(path, this.#url), { method, headers }, (response) => {
				let text = '';
				response.setEncoding('utf8');
				response.on('data', (piece: string) => {
					text += piece;
				});
				response.on('end', () => resolve({ status: response.statusCode ?? 500, text }));
				response.on('error', fail);
			});
			call.on('error', fail);
			call.end(payload);
		});
	}
}
