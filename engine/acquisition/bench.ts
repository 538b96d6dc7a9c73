/**
 * The bench: the open instruments, each measuring all the time for whoever watches, the recorder while there is one, and the project
 * that recordings go to. It is what the server drives. It owns the instruments it was given: close() switches their outputs off.
 */

import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../drivers/clock.ts';
import { MicrojouleError, messageOf } from '../../drivers/errors.ts';
import type { Instrument } from '../../drivers/instrument.ts';
import type { SettingsChange } from '../../drivers/settings.ts';
import type { Decoder } from '../decode/decoded.ts';
import { ActiveProject } from '../project/active-project.ts';
import type { Project, RecordingEntry } from '../project/project.ts';
import { OpenReaders } from '../recording/open-readers.ts';
import type { RecordingReader } from '../recording/reader.ts';
import type { StagedRecording } from '../recording/staged.ts';
import { statistics } from '../recording/statistics.ts';
import { totals } from '../recording/totals.ts';
import { type View, view } from '../recording/view.ts';
import type { BenchApi, BenchChange, DeviceState, FoundInstrument, RecordingInProgress, RecordingSummary } from '../server/bench-api.ts';
import type { DeviceNames } from './device-names.ts';
import { FanOut } from './fan-out.ts';
import { LiveHub } from './live.ts';
import { LiveReader } from './live-reader.ts';
import { type MeasuredDevice, Measurement } from './measurement.ts';
import { type RecordedPast, Recorder } from './recorder.ts';
import type { AcquisitionEvent, Tap } from './tap.ts';

export interface BenchOptions {
	readonly project: Project;
	readonly decoder: Decoder;
	readonly clock: Clock;
	/** Opens an instrument by path; the bench itself knows no ports. */
	readonly openPath: (path: string) => Promise<Instrument>;
	readonly discover: () => Promise<readonly Omit<FoundInstrument, 'open'>[]>;
	readonly keepOutput?: boolean;
	/** Bytes that the disk keeps free: below, a recording ends. */
	readonly minFreeBytes?: number;
	/** Names that people gave to instruments. */
	readonly names?: DeviceNames;
}

export interface RecordingOptions {
	readonly name?: string;
	/** Ends by itself after this long. */
	readonly durationS?: number;
	/** Begins with this, instead of now. */
	readonly past?: RecordedPast;
	/** Called when it begins, with what ends it at these frames, none of them past, also while the past is still being written. */
	readonly begun?: (endAt: (frames: ReadonlyMap<string, number>) => void) => void;
}

interface Place {
	readonly instrument: Instrument;
	measurement: Measurement | undefined;
	connected: boolean;
	/** Channels measured beside the watched ones, and rates asked for, Hz. */
	choice: ChannelChoice;
	/** The choice is newer than the measurement. */
	stale: boolean;
	/** While its output is off for a moment: leaves it at that. */
	endCycle?: () => void;
}

/** Which channels of a device are measured beside those that always are, and the sample rates of any, Hz; others have their default. */
export interface ChannelChoice {
	readonly channels: readonly string[];
	readonly rates: Readonly<Record<string, number>>;
}

interface CurrentRecording {
	readonly recorder: Recorder;
	readonly name: string;
	readonly recordedS: number;
}

/** Channels every device measures while it is open, as far as it has them. */
const watched = ['mc', 'mv', 'mp', 'i1', 'i2', 'rx'];
/** Batches are small: they are handed over every few milliseconds, and many devices share the decoder's memory. */
const watchedBatchBytes = 256 * 1024;
const watchedLatencyS = 0.025;
/** A recording that ends has its last samples within this, s. */
const lastSamplesS = 2;
/** Device states are told to listeners this often, for what changes by itself: losses, the clock. */
const stateIntervalS = 1;

export class Bench implements BenchApi, AsyncDisposable {
	readonly hub = new LiveHub();
	/** For whoever wants every live sample of all devices. */
	readonly taps = new FanOut();
	/** The bench uses it; whoever made the bench closes it. */
	readonly projects: ActiveProject;
	#options: BenchOptions;
	#places = new Map<string, Place>();
	#listeners = new Set<(change: BenchChange) => void>();
	#recorder: CurrentRecording | undefined;
	/** The one of the recording in progress, and those whose last samples are on their way. */
	#writing = new Set<Recorder>();
	#readers = new OpenReaders();
	#live = new LiveReader();
	#summaries = new Map<string, RecordingSummary>();
	/** What the summaries were made of: states are never changed in place. */
	#summarised: { project: Project | undefined; entries: ReadonlyMap<string, RecordingEntry> } = { project: undefined, entries: new Map() };
	/** Recording commands come one after the other. */
	#turn: Promise<unknown> = Promise.resolve();
	#cancelTimer: () => void = () => {};
	#closing: Promise<void> | undefined;
	/** What makes events known to listeners. */
	#eventTap: Tap = {
		samples: () => this.#live.appended(),
		event: (device, event) => {
			this.#live.appended();
			this.#happened(device, event);
		},
	};

	static async create(options: BenchOptions): Promise<Bench> {
		const bench = new Bench(options);
		await bench.#projectChanged(options.project);
		bench.#tick();
		return bench;
	}

	private constructor(options: BenchOptions) {
		this.#options = options;
		this.projects = new ActiveProject(options.project);
		this.projects.attach({
			exclusively: (work) => this.#inTurn(work),
			requireIdle: () => {
				const { recorder } = this.#recorder ?? {};
				if (recorder) throw new MicrojouleError('DEVICE_BUSY', `The recording ${recorder.id} goes to this project; stop it first.`, { id: recorder.id });
			},
			changed: (project) => this.#projectChanged(project),
			logged: (recording, log) => this.#tell({ type: 'log', recording, log }),
		});
	}

	get recording(): RecordingInProgress | null {
		if (!this.#recorder) return null;
		const { recorder, recordedS } = this.#recorder;
		return { id: recorder.id, name: this.#nameInProgress(this.#recorder), startedAt: recorder.info.start, duration: recordedS };
	}

	/**
	 * Where the recording in progress begins on each device's axis, s: sample n of a live channel is sample n − round(start · rate) of the recording. Empty
	 * where there is none.
	 */
	get recordingStarts(): ReadonlyMap<string, number> {
		return this.#recorder?.recorder.starts ?? new Map();
	}

	/** Whether samples of a recording may still come: it is in progress, or its last ones are on their way. */
	isGrowing(id: string): boolean {
		return [...this.#writing].some((recorder) => recorder.id === id);
	}

	devices(): readonly DeviceState[] {
		return [...this.#places.keys()].map((id) => this.#state(id));
	}

	/** Whether a device is open, be it unplugged meanwhile. */
	has(id: string): boolean {
		return this.#places.has(id);
	}

	/** Undefined where none is open under this id. */
	device(id: string): DeviceState | undefined {
		return this.has(id) ? this.#state(id) : undefined;
	}

	/** What is measured at this moment, device by device. */
	measured(): readonly MeasuredDevice[] {
		return [...this.#places.values()].filter(({ connected }) => connected).flatMap(({ measurement }) => measurement?.devices ?? []);
	}

	async discover(): Promise<readonly FoundInstrument[]> {
		const open = new Set([...this.#places.values()].map(({ instrument }) => instrument.identity.port));
		return (await this.#options.discover()).map((found) => ({ ...found, open: open.has(found.path) }));
	}

	async open(path: string): Promise<DeviceState> {
		for (const [id, { instrument, connected }] of this.#places) if (instrument.identity.port === path && connected) return this.#state(id);
		return this.add(await this.#options.openPath(path));
	}

	/** Takes an open instrument over and lets it measure. A device of the same id that is gone is replaced. */
	async add(instrument: Instrument): Promise<DeviceState> {
		const { id } = instrument.identity;
		const known = this.#places.get(id);
		if (known?.connected) {
			await instrument.close({ keepOutput: true });
			throw new MicrojouleError('DEVICE_BUSY', `The instrument ${id} is already open at ${known.instrument.identity.port}.`, { id });
		}
		const place: Place = { instrument, measurement: undefined, connected: true, choice: { channels: [], rates: {} }, stale: false };
		this.#places.set(id, place);
		const given = this.#options.names?.get(id);
		if (given !== undefined && !this.#nameTaken(given, id)) instrument.rename(given);
		instrument.subscribe((event) => {
			if (event.type === 'disconnect') place.connected = false;
			if (!instrument.measuring) this.#happened(id, event);
		});
		try {
			place.measurement = await this.#measure(place);
		} catch (error) {
			this.#places.delete(id);
			await instrument.close({ keepOutput: true });
			throw error;
		}
		const state = this.#state(id);
		this.#tell({ type: 'device', device: state });
		return state;
	}

	async close(id: string): Promise<void> {
		const place = this.#place(id);
		this.#places.delete(id);
		await this.#shut(place);
		this.hub.forget(id);
		this.#tell({ type: 'device-closed', id });
	}

	async set(id: string, change: SettingsChange) {
		const { instrument, endCycle } = this.#place(id);
		if (change.main !== undefined) endCycle?.();
		try {
			return await instrument.set(change);
		} finally {
			this.#tell({ type: 'device', device: this.#state(id) });
		}
	}

	/** Gives an instrument another name, now and whenever it is opened again. NOT_FOUND; ALREADY_EXISTS where another open one has that name. */
	async rename(id: string, name: string): Promise<DeviceState> {
		const { instrument } = this.#place(id);
		if (this.#nameTaken(name, id)) throw new MicrojouleError('ALREADY_EXISTS', `Another device is called ${name}; choose another name.`, { name });
		await this.#options.names?.set(id, name);
		instrument.rename(name);
		const device = this.#state(id);
		this.#tell({ type: 'device', device });
		return device;
	}

	/**
	 * Switches the output off, waits `offS` s, and switches it on again, whatever becomes of whoever asked; where the output is switched meanwhile it is left
	 * at that. Resolves when it is over. NOT_FOUND; INVALID_VALUE where the output is off.
	 */
	async powerCycle(id: string, offS: number) {
		const place = this.#place(id);
		const { settings, identity } = place.instrument;
		if (!settings.main) throw new MicrojouleError('INVALID_VALUE', `The output of ${identity.name} is off; switch it on first.`, { id });
		await this.set(id, { main: false });
		const undisturbed = await new Promise<boolean>((resolve) => {
			const cancel = this.#options.clock.after(offS, () => resolve(true));
			place.endCycle = () => {
				cancel();
				resolve(false);
			};
		});
		place.endCycle = undefined;
		return undisturbed ? this.set(id, { main: true }) : place.instrument.settings;
	}

	/** Switches every output off, all at once. Rejects with the first that would not, when all have been tried. */
	async outputsOff(): Promise<readonly DeviceState[]> {
		const connected = [...this.#places].filter(([, place]) => place.connected);
		const tries = await Promise.allSettled(connected.map(([id]) => this.set(id, { main: false })));
		const failed = tries.find((one) => one.status === 'rejected');
		if (failed) throw failed.reason;
		return this.devices();
	}

	/** An open instrument itself, for what is no setting: its present values, its UART, its maintenance. NOT_FOUND, DEVICE_GONE. */
	instrument(id: string): Instrument {
		const { instrument, connected } = this.#place(id);
		if (connected) return instrument;
		throw new MicrojouleError('DEVICE_GONE', `The device ${id} is unplugged.`, { id });
	}

	async writeUart(id: string, text: string): Promise<void> {
		const instrument = this.instrument(id);
		const { uart, expansionPort } = instrument.settings;
		if (!uart || !expansionPort) {
			const off = expansionPort ? 'UART' : 'expansion port';
			throw new MicrojouleError('NOT_SUPPORTED', `The ${off} of ${instrument.identity.name} is off, so nothing can be sent; switch it on first.`, { id });
		}
		await instrument.writeUart(text);
	}

	levels(id: string): Readonly<Record<string, 0 | 1>> {
		const standing = this.#place(id).measurement?.devices.flatMap(({ stream }) => [...stream.standing]) ?? [];
		return Object.fromEntries(standing.flatMap((event) => (event.type === 'edge' ? [[event.channel, event.level]] : [])));
	}

	choice(id: string): ChannelChoice {
		return this.#place(id).choice;
	}

	/** Takes effect at once; while recording, with the next recording. NOT_FOUND; INVALID_VALUE for a channel or rate that the device does not have. */
	async choose(id: string, choice: ChannelChoice): Promise<void> {
		const place = this.#place(id);
		const known = (channel: string) => place.instrument.channels.find((candidate) => candidate.id === channel);
		for (const channel of [...choice.channels, ...Object.keys(choice.rates)])
			if (!known(channel)) throw new MicrojouleError('INVALID_VALUE', `${place.instrument.identity.name} has no channel ${channel}.`, { channel });
		for (const [channel, rate] of Object.entries(choice.rates)) {
			const rates = known(channel)?.rates ?? [];
			if (!rates.includes(rate)) throw new MicrojouleError('INVALID_VALUE', `The rate of ${channel} is ${rate} Hz; it must be one of ${rates.join(', ')} Hz.`, { channel, rate });
		}
		if (isDeepStrictEqual(choice, place.choice)) return;
		place.choice = choice;
		place.stale = true;
		await this.#inTurn(() => this.#refresh(place));
	}

	recordings(): readonly RecordingSummary[] {
		const { recorder } = this.#recorder ?? {};
		return (this.projects.project?.recordings ?? []).map((id) => (recorder?.id === id ? this.#inProgress() : this.#summaries.get(id))).filter((summary) => summary !== undefined);
	}

	startRecording(options: RecordingOptions): Promise<RecordingSummary> {
		return this.#inTurn(async () => {
			const { past, durationS } = options;
			if (!past) await this.#refreshAll();
			const measured = this.measured().filter(({ instrument }) => past?.startsS.has(instrument.identity.id) ?? true);
			if (measured.length === 0) throw new MicrojouleError('DEVICE_GONE', 'No device is connected: there is nothing to record. Connect one, or start with a simulated one.');
			const project = this.projects.require();
			const { id, folder } = await project.addRecording();
			const name = options.name ?? `Recording ${Number(id)}`;
			let recordedS = 0;
			let recorder: Recorder;
			const onProgress = (progressS: number) => {
				recordedS = progressS;
				this.#live.appended();
			};
			try {
				recorder = await Recorder.create(measured, { folder, id, name, onProgress, minFreeBytes: this.#options.minFreeBytes, durationS, past });
			} catch (error) {
				await project.removeRecording(id);
				throw error;
			}
			// From here to begin() nothing may be awaited: no device's stream may pass the sample at which its recording begins.
			const first = this.#framesNow(measured);
			const previous = this.#recorder?.recorder;
			previous?.end(first);
			recorder.begin(first);
			options.begun?.((frames) => recorder.end(frames));
			this.#writing.add(recorder);
			this.#live.forget();
			this.#recorder = {
				recorder,
				name,
				get recordedS() {
					return recordedS;
				},
			};
			recorder.complete.then(
				() => (recorder.stopReason ? this.#recordingFailed(recorder, recorder.stopReason) : this.#recordingComplete(recorder)),
				(error: unknown) => this.#recordingFailed(recorder, error),
			);
			await recorder.catchUp().catch(() => {}); // a recorder that fails says so
			if (previous) await this.#finish(previous);
			this.#tell({ type: 'project', project: this.projects.status });
			this.#tell({ type: 'recordings' });
			this.#tell({ type: 'recording', recording: this.recording });
			if (this.#recorder?.recorder === recorder) return this.#inProgress();
			await recorder.complete; // rejects with why it is over already
			throw recorder.stopReason;
		});
	}

	stopRecording(): Promise<RecordingSummary> {
		return this.#inTurn(async () => {
			const current = this.#recorder;
			if (!current) throw new MicrojouleError('NOT_RECORDING', 'There is no recording in progress.');
			return this.#stop(current);
		});
	}

	async deleteRecording(id: string): Promise<void> {
		if (this.#recorder?.recorder.id === id) throw new MicrojouleError('DEVICE_BUSY', `The recording ${id} is still being recorded; stop it first.`, { id });
		this.#readers.forget(id); // not every system removes a file that is open
		await this.projects.change((project) => project.removeRecording(id));
	}

	async statistics(recordingId: string, from?: number, to?: number) {
		return this.reading(recordingId, (reader) => Promise.all(reader.info.channels.map(({ device, id }) => statistics(reader, { device, channel: id, from, to }))));
	}

	/** Runs a question on a recording, also on one in progress: its latest samples are in memory. The reader is good until `use` is done. */
	async reading<T>(id: string, use: (reader: RecordingReader) => Promise<T>): Promise<T> {
		const project = this.projects.require();
		const { recorder } = this.#recorder ?? {};
		if (recorder?.id === id) return this.#live.use(() => project.openRecording(id, recorder.staged()), use);
		const staged = this.#staged(id, project.recordingFolder(id));
		if (!staged) return this.#readers.use(id, () => project.openRecording(id), use);
		using reader = await project.openRecording(id, staged); // its last samples are on their way
		return await use(reader);
	}

	async view(recordingId: string, channelKey: string, from: number, to: number, points: number): Promise<View> {
		return this.reading(recordingId, (reader) => {
			const dot = channelKey.lastIndexOf('.');
			return view(reader, reader.channel(channelKey.slice(0, dot), channelKey.slice(dot + 1)), from, to, points);
		});
	}

	on(listener: (change: BenchChange) => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** Finishes a recording in progress, stops every device, switches the outputs off (unless told to keep them) and closes. Idempotent. */
	shutdown(): Promise<void> {
		this.#closing ??= (async () => {
			this.#cancelTimer();
			await this.#turn.catch(() => {});
			const current = this.#recorder;
			this.#recorder = undefined;
			current?.recorder.end(this.#framesNow(this.measured()));
			const shut = Promise.allSettled([...this.#places.values()].map((place) => this.#shut(place)));
			if (current) await this.#finish(current.recorder).catch(() => {});
			await shut;
			this.#readers.forget();
			this.#live.forget();
			this.#places.clear();
		})();
		return this.#closing;
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.shutdown();
	}

	#measure({ instrument, choice }: Place): Promise<Measurement> {
		const wanted = new Set([...watched, ...choice.channels]);
		const channels = instrument.channels.filter(({ id }) => wanted.has(id)).map(({ id }) => ({ id, rate: choice.rates[id] }));
		return Measurement.start([{ instrument, plan: { channels, batchBytes: watchedBatchBytes, latency: watchedLatencyS } }], this.#options.decoder, this.#options.clock, [
			this.hub,
			this.#eventTap,
			this.taps,
		]);
	}

	/** Measures a device anew where its channels were chosen anew; not under a recording. */
	async #refresh(place: Place): Promise<void> {
		if (!place.stale || !place.connected || this.#recorder) return;
		place.stale = false;
		try {
			await place.measurement?.stop();
			place.measurement = undefined;
			this.hub.forget(place.instrument.identity.id);
			place.measurement = await this.#measure(place);
		} catch (error) {
			place.stale = true; // tried again before the next recording
			throw error;
		}
		this.#tell({ type: 'device', device: this.#state(place.instrument.identity.id) });
	}

	/** A recording that is to be followed by one of other channels ends first: no measurement changes under it. */
	async #refreshAll(): Promise<void> {
		const stale = [...this.#places.values()].filter((place) => place.stale && place.connected);
		if (stale.length === 0) return;
		if (this.#recorder) await this.#end(this.#recorder);
		for (const place of stale) await this.#refresh(place);
	}

	async #shut({ instrument, measurement, connected, endCycle }: Place): Promise<void> {
		endCycle?.();
		if (connected) await measurement?.stop().catch(() => {});
		await instrument.close({ keepOutput: this.#options.keepOutput });
	}

	#nameTaken(name: string, exceptId: string): boolean {
		return [...this.#places].some(([id, { instrument }]) => id !== exceptId && instrument.identity.name === name);
	}

	/** The frame each device takes at this moment, or the end of what is already being delivered: a common edge for all. */
	#framesNow(measured: readonly MeasuredDevice[]): Map<string, number> {
		const now = this.#options.clock.now();
		return new Map(
			measured.map(({ instrument, stream }) => {
				const there = Math.round((stream.clock.deviceTimeAt(now) ?? 0) * stream.frameRate);
				return [instrument.identity.id, Math.max(stream.settledFrame, there)];
			}),
		);
	}

	async #stop(current: CurrentRecording): Promise<RecordingSummary> {
		this.#live.forget();
		await this.#end(current);
		this.#tell({ type: 'recording', recording: null });
		this.#tell({ type: 'recordings' });
		return this.#summaries.get(current.recorder.id) as RecordingSummary;
	}

	/** It has come to the end that it was given. */
	async #recordingComplete(recorder: Recorder): Promise<void> {
		if (this.#recorder?.recorder !== recorder) return;
		await this.#inTurn(async () => {
			const current = this.#recorder;
			if (current?.recorder === recorder) await this.#stop(current);
		}).catch((error: unknown) => this.#stoppedBy(error));
	}

	/** Ends the recording in progress at this moment, and closes it. */
	async #end({ recorder }: CurrentRecording): Promise<void> {
		this.#recorder = undefined;
		recorder.end(this.#framesNow(this.measured()));
		await this.#finish(recorder);
	}

	/** Waits for the samples up to the recorder's end, if one was set, and closes it. */
	async #finish(recorder: Recorder): Promise<void> {
		try {
			await Promise.race([recorder.complete.catch(() => {}), this.#options.clock.delay(lastSamplesS)]); // a device that is gone never gets there
			await recorder.close();
		} finally {
			this.#writing.delete(recorder);
			await this.#summarise(recorder.id);
		}
	}

	async #recordingFailed(recorder: Recorder, error: unknown): Promise<void> {
		if (this.#recorder?.recorder !== recorder) return;
		this.#recorder = undefined;
		// Closing says how much was lost, and lets go of the files before anybody is told.
		const failure = await this.#finish(recorder).then(
			() => error,
			(reason: unknown) => reason,
		);
		this.#stoppedBy(failure);
	}

	#stoppedBy(failure: unknown): void {
		const message = `The recording stopped: ${messageOf(failure)}`;
		for (const { instrument, stream } of this.measured())
			this.#happened(instrument.identity.id, { type: 'fault', fault: 'device', message, time: stream.nextFrame / stream.frameRate });
		this.#tell({ type: 'recording', recording: null });
		this.#tell({ type: 'recordings' });
	}

	/** What a recording that is being written comes to at this moment. */
	#staged(id: string, folder: string): StagedRecording | undefined {
		for (const recorder of this.#writing) {
			const staged = recorder.id === id ? recorder.staged() : undefined;
			if (staged?.folder === folder) return staged; // an id is good within one project
		}
		return undefined;
	}

	/** Brings the summaries of recordings up to what the project says, and tells everyone. */
	async #projectChanged(project: Project | undefined): Promise<void> {
		this.#readers.forget(); // names, offsets and files may be others now
		this.#live.forget();
		const entries = project?.file.recordings ?? [];
		const known = new Set(entries.map(({ id }) => id));
		if (project !== this.#summarised.project) this.#summaries.clear();
		for (const id of this.#summaries.keys()) if (!known.has(id)) this.#summaries.delete(id);
		for (const entry of entries) {
			const { id } = entry;
			const unchanged = project === this.#summarised.project && this.#summarised.entries.get(id) === entry && this.#summaries.get(id)?.finished;
			if (!unchanged && this.#recorder?.recorder.id !== id) await this.#summarise(id);
		}
		this.#summarised = { project, entries: new Map(entries.map((entry) => [entry.id, entry])) };
		this.#tell({ type: 'project', project: this.projects.status });
		this.#tell({ type: 'recordings' });
	}

	async #summarise(id: string): Promise<void> {
		try {
			const summary = await this.reading(id, async (reader) => {
				let lost = 0;
				for (const channel of reader.info.channels) lost += (await totals(reader, channel, { begin: 0, end: channel.count })).lost;
				return summaryOf(reader, lost);
			});
			this.#summaries.set(id, summary);
		} catch {
			this.#summaries.delete(id); // a recording that cannot be read is left alone, and not listed
		}
	}

	/** It may have been renamed since it began. */
	#nameInProgress({ recorder, name }: CurrentRecording): string {
		return this.projects.project?.file.recordings.find(({ id }) => id === recorder.id)?.name ?? name;
	}

	#inProgress(): RecordingSummary {
		const current = this.#recorder as CurrentRecording;
		const { recorder, recordedS } = current;
		const name = this.#nameInProgress(current);
		const { info } = recorder;
		const channels = info.channels.map(({ device, id, label, unit, rate, settleS }) => ({ device, id, label, unit, rate, count: Math.floor(recordedS * rate), settleS }));
		return { id: recorder.id, name, start: info.start, duration: recordedS, finished: false, lost: 0, channels };
	}

	#place(id: string): Place {
		const place = this.#places.get(id);
		if (!place) throw new MicrojouleError('NOT_FOUND', `There is no open device ${id}. Open devices: ${[...this.#places.keys()].join(', ') || 'none'}.`, { id });
		return place;
	}

	#state(id: string): DeviceState {
		const { instrument, measurement, connected } = this.#place(id);
		const stream = measurement?.devices[0].stream;
		const rates = new Map(measurement?.devices[0].channels.map((channel) => [channel.id, channel.rate]));
		const estimate = this.#options.clock.virtual ? undefined : stream?.clock.estimate();
		const mainRate = rates.get('mc') ?? 0;
		return {
			...instrument.identity,
			connected,
			measuring: instrument.measuring,
			settings: instrument.settings,
			settingSpecs: instrument.settingSpecs,
			channels: instrument.channels.map((channel) => ({ ...channel, measured: rates.has(channel.id), rate: rates.get(channel.id) ?? channel.defaultRate })),
			lost: stream ? Math.round((stream.statistics.lostFrames / stream.frameRate) * mainRate) : 0,
			failedChecksums: instrument.linkStatistics.failedChecksums + (stream?.statistics.damagedFrames ?? 0),
			clock: estimate ? { deviation: estimate.deviation, uncertainty: estimate.uncertainty } : null,
		};
	}

	#happened(device: string, event: AcquisitionEvent): void {
		const place = this.#places.get(device);
		if (!place) return;
		if (event.type === 'disconnect') place.connected = false;
		this.#tell({ type: 'event', device, event });
		if (event.type === 'setting' || event.type === 'fault' || event.type === 'disconnect') this.#tell({ type: 'device', device: this.#state(device) });
	}

	#tell(change: BenchChange): void {
		for (const listener of this.#listeners) listener(change);
	}

	#tick(): void {
		this.#cancelTimer = this.#options.clock.after(stateIntervalS, () => {
			if (this.#listeners.size > 0) for (const id of this.#places.keys()) this.#tell({ type: 'device', device: this.#state(id) });
			this.#tick();
		});
	}

	#inTurn<T>(work: () => Promise<T>): Promise<T> {
		const result = this.#turn.then(work, work);
		this.#turn = result.catch(() => {});
		return result;
	}
}

function summaryOf(reader: RecordingReader, lost: number): RecordingSummary {
	const { id, name, start, finished, channels } = reader.info;
	return {
		id,
		name,
		start,
		duration: reader.durationS,
		finished,
		lost,
		channels: channels.map(({ device, id: channel, label, unit, rate, count, settleS }) => ({ device, id: channel, label, unit, rate, count, settleS })),
	};
}
