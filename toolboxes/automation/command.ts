/**
 * A row of the command table: one command of the scripting protocol, described once. From it come validation, types, licence checks and the
 * reference page; its handler calls the engine and does nothing else.
 */

import type { Static, TObject, TProperties, TSchema } from 'typebox';
import { Type } from 'typebox';
import type { Connection } from '../licensing/connection.ts';
import type { ScriptingContext } from './context.ts';
import type { Subscriptions } from './subscriptions/subscriptions.ts';

/** What must be unlocked. `battery` needs Automation as well. */
export type Needs = 'nothing' | 'automation' | 'battery';

/** One request under way. */
export interface Call {
	/** Who it is, for people: `TCP 127.0.0.1:40312`. */
	readonly client: string;
	/** What this client has reserved, and whether it signed in. */
	readonly account: Connection;
	/** Sends a progress message; does nothing unless the request asked for them. */
	progress(value: number): void;
	/** Aborted when the client is gone. */
	readonly signal: AbortSignal;
	/** What the client has subscribed to; over a WebSocket only. */
	readonly subscriptions?: Subscriptions;
}

/**
 * An answer too long for memory: a JSON object whose array `key` comes in pieces, each entries with a comma before every one. The memory of a piece may be
 * used again for the second one after it.
 */
export interface Streamed {
	readonly head: Readonly<Record<string, unknown>>;
	readonly key: string;
	readonly pieces: AsyncIterable<Uint8Array>;
	/** It has left, or was given up: nobody reads the memory of the pieces any more. */
	readonly done: () => void;
}

export class StreamedAnswer {
	readonly streamed: Streamed;

	constructor(streamed: Streamed) {
		this.streamed = streamed;
	}
}

export interface Command {
	readonly name: string;
	/** One line for the reference page. */
	readonly brief: string;
	readonly needs: Needs;
	/** Keys of `data`. */
	readonly request: TObject;
	/** Undefined: the response has no `data`. */
	readonly response: TSchema | undefined;
	/** Other names that clients send for it. */
	readonly aliases?: readonly string[];
	handle(context: ScriptingContext, data: never, call: Call): unknown;
}

interface Described<P extends TProperties, R extends TSchema | undefined> {
	readonly brief: string;
	readonly needs?: Needs;
	readonly request?: P;
	readonly response?: R;
	readonly aliases?: readonly string[];
	readonly handle: (
		context: ScriptingContext,
		data: Static<TObject<P>>,
		call: Call,
	) => R extends TSchema ? Static<R> | StreamedAnswer | Promise<Static<R> | StreamedAnswer> : void | Promise<void>;
}

/** Makes a row; `needs` is `automation` unless said otherwise. */
export function command<P extends TProperties = Record<never, never>, R extends TSchema | undefined = undefined>(name: string, row: Described<P, R>): Command {
	return {
		name,
		brief: row.brief,
		needs: row.needs ?? 'automation',
		request: Type.Object(row.request ?? {}),
		response: row.response,
		aliases: row.aliases,
		handle: row.handle as Command['handle'],
	};
}

/** Keys that many rows have. */
export const keys = {
	device: { device_id: Type.String() },
	project: { project_id: Type.Integer() },
	recording: { recording_id: Type.Integer() },
	channel: { device_id: Type.String(), channel: Type.String() },
};
