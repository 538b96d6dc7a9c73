/** What commands work on: the bench and its active project, the account and its gate, and what the protocol numbers or remembers by itself. */

import type { Bench } from '../../engine/acquisition/bench.ts';
import type { Project } from '../../engine/project/project.ts';
import type { DeviceState } from '../../engine/server/bench-api.ts';
import type { Licensing } from '../licensing/licensing.ts';
import { invalidValue, ScriptingError } from './scripting-error.ts';

export interface ScriptingOptions {
	readonly bench: Bench;
	readonly licensing: Licensing;
	/** Projects named without a path lie here. */
	readonly projectsFolder: string;
	/** The user's own log converters lie here; undefined: built-in ones only. */
	readonly convertersFolder?: string;
	/** Whether a client's path may be used: it stays inside the data folder off loopback. Returns the absolute path. */
	readonly resolvePath: (path: string) => string;
	/** s, monotonic. */
	readonly delay: (seconds: number) => Promise<void>;
	/** Ends the program, after the answer has left. */
	readonly shutdown: () => void;
	/** `java` leaves out of recordings what the Java client cannot read. */
	readonly compat?: 'java';
}

export class ScriptingContext {
	readonly options: ScriptingOptions;
	/** Channels that scripts have enabled, by device. */
	readonly enabled = new Map<string, Set<string>>();
	/** Names of user logs that scripts have made. */
	readonly userLogs = new Set<string>();
	/** Which channels were enabled when a recording started; by its id. */
	#enabledAt = new Map<string, ReadonlySet<string>>();
	/** Which project a number stands for; only the active one is valid. */
	#projectId = 0;
	#project: Project | undefined;

	constructor(options: ScriptingOptions) {
		this.options = options;
	}

	get bench(): Bench {
		return this.options.bench;
	}

	get licensing(): Licensing {
		return this.options.licensing;
	}

	/** −1 where there is none. A new number for every project that becomes active. */
	get activeProjectId(): number {
		const { project } = this.bench.projects;
		if (project !== this.#project) {
			this.#project = project;
			this.#enabledAt.clear();
			this.userLogs.clear();
			if (project) this.#projectId++;
		}
		return project ? this.#projectId : -1;
	}

	/** The project was saved as another one, and scripts go on with its number. */
	keepProjectId(id: number): void {
		this.#project = this.bench.projects.project;
		this.#projectId = id;
	}

	/** A recording has started. */
	started(recording: string): void {
		const enabled = [...this.enabled].flatMap(([device, channels]) => [...channels].map((channel) => `${device}.${channel}`));
		if (enabled.length > 0) this.#enabledAt.set(recording, new Set(enabled));
	}

	/** `<device>.<channel>`; undefined where nobody has chosen: all of them. */
	enabledAt(recording: string): ReadonlySet<string> | undefined {
		return this.#enabledAt.get(recording);
	}

	/** A device that is open, or that has recorded something in the recording: that can be read after the device has gone. */
	requireKnown(device: string, recording: unknown): void {
		const { bench } = this;
		const recorded = () => bench.recordings().some(({ id, channels }) => Number(id) === recording && channels.some((channel) => channel.device === device));
		if (!bench.has(device) && !recorded()) this.requireDevice(device);
	}

	requireDevice(id: string): DeviceState {
		const device = this.bench.device(id);
		if (!device) throw new ScriptingError('Device not connected', `There is no device ${id}.`, { device_id: id });
		return device;
	}

	/** A device that is there and not unplugged. */
	requireConnected(id: string): DeviceState {
		const device = this.requireDevice(id);
		if (!device.connected) throw new ScriptingError('Device not connected', `The device ${id} is unplugged.`, { device_id: id });
		return device;
	}

	requireProject(id: number): Project {
		const { project } = this.bench.projects;
		if (id !== this.activeProjectId || !project) throw new ScriptingError('Project does not exist', `There is no open project ${id}.`);
		return project;
	}

	/** The engine's id of a recording. */
	requireRecording(number: number): string {
		const id = this.bench.projects.project?.recordings.find((candidate) => Number(candidate) === number);
		if (id === undefined) throw invalidValue('recording_id', number, `There is no recording ${number} in the active project.`);
		return id;
	}
}
