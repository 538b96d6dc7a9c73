/**
 * Takes a request as text and answers it, whatever it came over. Checks come in the order that clients rely on: JSON, an object of type request, a
 * command, a known one, its licence, its keys.
 */

import { messageOf } from '../../drivers/errors.ts';
import { asciiJson } from './ascii-json.ts';
import { type Call, type Command, StreamedAnswer } from './command.ts';
import type { ScriptingContext } from './context.ts';
import { nestedDeeper } from './nesting.ts';
import { missingKey, ScriptingError, wireError } from './scripting-error.ts';
import type { Traffic } from './traffic.ts';
import { jsonType, validate } from './validation.ts';

/** Where answers go. Resolves when there is room for more; rejects when the client is gone. */
export interface Answering {
	send(text: string): Promise<void>;
	/** Pieces of one message: `head`, `pieces`, `tail`. */
	stream(head: string, pieces: AsyncIterable<Uint8Array>, tail: string): Promise<void>;
	/** Hangs up at once, and aborts the signal of what is under way: an answer that has begun cannot be finished. */
	drop(reason: string): void;
}

interface Envelope {
	readonly cmd: string;
	readonly trans_id: unknown;
	readonly data: unknown;
}

export class Dispatcher {
	readonly #context: ScriptingContext;
	readonly #rows: ReadonlyMap<string, Command>;
	readonly #traffic: Traffic | undefined;

	/** `traffic` hears of everything, while somebody watches it. */
	constructor(context: ScriptingContext, rows: readonly Command[], traffic?: Traffic) {
		this.#context = context;
		this.#traffic = traffic;
		this.#rows = new Map(rows.flatMap((row) => [row.name, ...(row.aliases ?? [])].map((name) => [name, row] as const)));
	}

	/** Never rejects for what the client asked; rejects when the client is gone. */
	answer(text: string, call: Omit<Call, 'progress'>, to: Answering): Promise<void> {
		const traffic = this.#traffic;
		if (!traffic?.watched) return this.#answer(text, call, to);
		traffic.note(call.client, 'request', text);
		return this.#answer(text, call, {
			send: (answer) => {
				traffic.note(call.client, 'answer', answer);
				return to.send(answer);
			},
			stream: (head, pieces, tail) => {
				traffic.note(call.client, 'answer', `${head}…${tail}`);
				return to.stream(head, pieces, tail);
			},
			drop: to.drop,
		});
	}

	async #answer(text: string, call: Omit<Call, 'progress'>, to: Answering): Promise<void> {
		let envelope: Partial<Envelope> = {};
		try {
			envelope = parse(text);
			const request = envelope as Envelope;
			const row = this.#rows.get(request.cmd);
			if (!row) throw new ScriptingError('Invalid command', `There is no command ${request.cmd}.`);
			this.#requireLicence(row);
			const data = validate(row, request.data, this.#context);
			const wantsProgress = data.progress === true;
			const progress = (value: number) => {
				if (wantsProgress)
					void to.send(asciiJson({ type: 'progress', cmd: request.cmd, ...transaction(request), progress_value: Math.min(1, Math.max(0, value)) })).catch(() => {});
			};
			const result = await row.handle(this.#context, data as never, { ...call, progress });
			const head = { type: 'response', cmd: request.cmd, ...transaction(request) };
			if (result instanceof StreamedAnswer) {
				const { head: first, key, pieces, done } = result.streamed;
				const opened = asciiJson({ ...head, data: first }).slice(0, -2);
				const text = answerText(pieces, (error) => to.drop(`an answer broke off: ${messageOf(error)}`));
				try {
					return await to.stream(`${opened}${Object.keys(first).length > 0 ? ',' : ''}${JSON.stringify(key)}:[`, text, ']}}');
				} finally {
					done();
				}
			}
			await to.send(asciiJson(result === undefined ? head : { ...head, data: result }));
		} catch (thrown) {
			if (call.signal.aborted) throw thrown;
			envelope = (thrown as { envelope?: Envelope }).envelope ?? envelope;
			const error = wireError(thrown, typeof envelope.data === 'object' && envelope.data !== null ? (envelope.data as Record<string, unknown>) : {});
			await to.send(errorText(error, envelope));
		}
	}

	#requireLicence({ needs }: Command): void {
		if (needs === 'nothing') return;
		const { gate } = this.#context.licensing;
		gate.require('automation');
		if (needs === 'battery') gate.require('battery');
	}
}

export function errorText(error: ScriptingError, { cmd = '', trans_id }: Partial<Envelope> = {}): string {
	return asciiJson({
		type: 'error',
		errorcode: error.code,
		cmd: typeof cmd === 'string' ? cmd : '',
		trans_id: trans_id === undefined || trans_id === null ? '' : String(trans_id),
		data: finite(error.data),
	});
}

/** JSON has no such numbers, and null would stand where a number is expected. */
function finite(data: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
	return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, typeof value === 'number' && !Number.isFinite(value) ? String(value) : value]));
}

function transaction({ trans_id }: Partial<Envelope>): { trans_id?: string } {
	return trans_id === undefined || trans_id === null ? {} : { trans_id: String(trans_id) };
}

/** No request needs more than five. */
const mostLevels = 64;

function parse(text: string): Envelope {
	let message: unknown;
	try {
		message = JSON.parse(text);
	} catch (error) {
		throw new ScriptingError('Not able to parse request', `The request is no JSON: ${messageOf(error)}`, { parse_error: messageOf(error), data: text.slice(0, 1000) });
	}
	if (jsonType(message) !== 'Object')
		throw new ScriptingError('Not able to parse request', 'The request is no JSON object.', {
			parse_error: `expected an object, received ${jsonType(message)}`,
			data: text.slice(0, 1000),
		});
	if (nestedDeeper(message, mostLevels))
		throw new ScriptingError('Not able to parse request', `The request is nested deeper than ${mostLevels} levels.`, {
			parse_error: `nested deeper than ${mostLevels} levels`,
			data: text.slice(0, 1000),
		});
	const request = message as Record<string, unknown>;
	const envelope = { cmd: request.cmd, trans_id: request.trans_id, data: request.data } as Envelope;
	for (const key of ['type', 'cmd']) {
		const value = request[key];
		if (value === undefined || value === null) throw Object.assign(missingKey(key), { envelope });
		if (typeof value !== 'string')
			throw Object.assign(new ScriptingError('Invalid key type', `${key} must be a String.`, { key, expected_type: 'String', received_type: jsonType(value) }), { envelope });
	}
	if (request.type !== 'request')
		throw Object.assign(new ScriptingError('Invalid key value', `type is ${JSON.stringify(request.type)}; it must be "request".`, { key: 'type', value: request.type }), {
			envelope,
		});
	return envelope;
}

/** The pieces have a comma before every entry; the first of all is left out. Tells `broke` when they fail, before anything else can be sent. */
async function* answerText(pieces: AsyncIterable<Uint8Array>, broke: (error: unknown) => void): AsyncGenerator<Uint8Array> {
	let isFirst = true;
	try {
		for await (const piece of pieces) {
			if (piece.length === 0) continue;
			yield isFirst ? piece.subarray(1) : piece;
			isFirst = false;
		}
	} catch (error) {
		broke(error);
		throw error;
	}
}
