/** The gate of a running engine, followed from another process over its live stream. When the engine is gone, or cannot be heard, it is locked. */

import { once } from 'node:events';
import type { WebSocket } from 'ws';
import { Gate } from '../toolboxes/licensing/gate.ts';
import type { LicensingStatus } from '../toolboxes/licensing/status.ts';
import type { EngineClient } from './engine-client.ts';

export class RemoteGate implements Disposable {
	readonly gate: Gate;
	readonly #socket: WebSocket;
	#status: LicensingStatus | undefined;

	/** What the engine refuses with, or that it does not answer. */
	static async open(engine: EngineClient): Promise<RemoteGate> {
		const status = () => engine.call<LicensingStatus>('GET', '/licensing');
		await status(); // says in words what a WebSocket does not
		const remote = new RemoteGate(engine.live());
		await once(remote.#socket, 'open');
		// After the stream has begun, so that nothing is missed in between.
		remote.#status = await status();
		return remote;
	}

	private constructor(socket: WebSocket) {
		this.#socket = socket;
		const gone = { open: false, until: null, reason: 'the engine is gone' };
		this.gate = new Gate((toolbox) => this.#status?.toolboxes[toolbox] ?? gone);
		socket.on('message', (data, isBinary) => {
			const { change } = (isBinary ? {} : JSON.parse(data.toString())) as { change?: { type: string; licensing: LicensingStatus } };
			if (change?.type !== 'licensing') return;
			this.#status = change.licensing;
			this.gate.changed();
		});
		socket.on('error', () => {});
		socket.on('close', () => {
			this.#status = undefined;
			this.gate.changed();
		});
	}

	/** Address of the engine's portal; undefined when the engine is gone. */
	get portal(): string | undefined {
		return this.#status?.portal;
	}

	[Symbol.dispose](): void {
		this.#socket.terminate();
	}
}
