/**
 * The page's picture of the bench: devices, recordings, the one in progress, the connection. Filled from the API whenever the connection
 * opens, kept current by the changes that come over it, so that what a script does shows at once. Samples are not here.
 */

import { useSyncExternalStore } from 'react';
import { ApiError, api } from './api.ts';
import { type Change, type ConnectionState, LiveConnection } from './live/live-connection.ts';
import type { AcquisitionEvent, BatteryChange, DeviceState, LicensingStatus, ProjectStatus, RecordingInProgress, RecordingSummary, TriggerStatus } from './types.ts';

export interface BenchState {
	readonly devices: readonly DeviceState[];
	readonly recordings: readonly RecordingSummary[];
	/** With the moment it was heard of, on the page's clock, ms. */
	readonly current: (RecordingInProgress & { readonly heardAt: number }) | null;
	/** The active project with its selections and what is noted of its recordings; null where none is open. */
	readonly project: ProjectStatus | null;
	/** Account and licences; null until the engine has told. */
	readonly licensing: LicensingStatus | null;
	/** Supplies and profiler runs; null until the engine has told. */
	readonly battery: BatteryChange | null;
	/** Null until the engine has told. */
	readonly trigger: TriggerStatus | null;
	readonly connection: ConnectionState;
	readonly needsToken: boolean;
	readonly loaded: boolean;
}

export class Bench {
	readonly live: LiveConnection;
	#state: BenchState = {
		devices: [],
		recordings: [],
		current: null,
		project: null,
		licensing: null,
		battery: null,
		trigger: null,
		connection: 'connecting',
		needsToken: false,
		loaded: false,
	};
	/** How many were told. */
	#changes = 0;
	#listeners = new Set<() => void>();
	#events = new Set<(device: string, event: AcquisitionEvent) => void>();
	#logs = new Set<(recording: string) => void>();

	constructor() {
		this.live = new LiveConnection({
			state: (connection) => {
				this.#set({ connection });
				// Whatever happened meanwhile: ask for all of it.
				if (connection === 'open') void this.refresh();
			},
			change: (change) => this.#change(change),
		});
	}

	/** Loads everything; then, unless a token is missing, connects. */
	async start(): Promise<void> {
		await this.refresh();
		if (!this.#state.needsToken) this.live.open();
	}

	async refresh(): Promise<void> {
		const heardBefore = this.#changes;
		try {
			const [devices, { current, recordings }, project] = await Promise.all([api.devices(), api.recordings(), api.project()]);
			this.#set({ devices, recordings, project, current: heard(current), needsToken: false, loaded: true });
			// What was told meanwhile is newer than these answers, or is not: ask once more.
			if (this.#changes !== heardBefore) await this.refresh();
		} catch (error) {
			if (error instanceof ApiError && error.needsToken) this.#set({ needsToken: true });
		}
	}

	readonly subscribe = (listener: () => void): (() => void) => {
		this.#listeners.add(listener);
		return () => void this.#listeners.delete(listener);
	};

	readonly state = (): BenchState => this.#state;

	/** Lines were appended to a user log of a recording. Returns an unsubscriber. */
	onLog(listener: (recording: string) => void): () => void {
		this.#logs.add(listener);
		return () => void this.#logs.delete(listener);
	}

	/** Everything that devices tell besides samples: times are s since their measurement began. Returns an unsubscriber. */
	onEvent(listener: (device: string, event: AcquisitionEvent) => void): () => void {
		this.#events.add(listener);
		return () => void this.#events.delete(listener);
	}

	#set(change: Partial<BenchState>): void {
		this.#state = { ...this.#state, ...change };
		for (const listener of this.#listeners) listener();
	}

	#change(change: Change): void {
		const { devices } = this.#state;
		if (change.type !== 'event') this.#changes++;
		switch (change.type) {
			case 'device': {
				const known = devices.some(({ id }) => id === change.device.id);
				this.#set({ devices: known ? devices.map((device) => (device.id === change.device.id ? change.device : device)) : [...devices, change.device] });
				break;
			}
			case 'device-closed':
				this.#set({ devices: devices.filter(({ id }) => id !== change.id) });
				break;
			case 'recording':
				this.#set({ current: heard(change.recording) });
				break;
			case 'recordings':
				void api.recordings().then(
					({ recordings }) => this.#set({ recordings }),
					() => {},
				);
				break;
			case 'project':
				this.#set({ project: change.project });
				break;
			case 'licensing':
				this.#set({ licensing: change.licensing });
				break;
			case 'battery':
				this.#set({ battery: change });
				break;
			case 'trigger':
				this.#set({ trigger: change.trigger });
				break;
			case 'log':
				for (const listener of this.#logs) listener(change.recording);
				break;
			case 'event':
				for (const listener of this.#events) listener(change.device, change.event);
		}
	}
}

function heard(recording: RecordingInProgress | null): BenchState['current'] {
	return recording ? { ...recording, heardAt: performance.now() } : null;
}

export function useBench(bench: Bench): BenchState {
	return useSyncExternalStore(bench.subscribe, bench.state);
}
