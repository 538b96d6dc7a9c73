/**
 * A bench without an engine, for tests of the server and the page: two devices with made-up signals, recordings in memory, statistics the
 * plain way. Data comes from `advance()`, or by itself after `run()`. Never part of the program.
 */

import { assumedSettings } from '../../drivers/arc/setting-codes.ts';
import { MicrojouleError } from '../../drivers/errors.ts';
import { models } from '../../drivers/models.ts';
import { type Settings, type SettingsChange, settingSpecs, validateChange } from '../../drivers/settings.ts';
import type { ChannelChoice } from '../acquisition/bench.ts';
import { channelKey, LiveHub } from '../acquisition/live.ts';
import { ActiveProject } from '../project/active-project.ts';
import type { ChannelStatistics } from '../recording/statistics.ts';
import type { View } from '../recording/view.ts';
import type { BenchApi, BenchChange, DeviceState, FoundInstrument, RecordingInProgress, RecordingSummary } from './bench-api.ts';

const defaults: Settings = { ...assumedSettings, main: true, mainVoltage: 3.3 };

interface FakeRecording {
	summary: RecordingSummary;
	readonly columns: Map<string, number[]>;
}

export class FakeBench implements BenchApi {
	readonly hub = new LiveHub();
	/** None is open: its recordings lie in memory. */
	readonly projects = new ActiveProject();
	#devices = new Map<string, DeviceState>();
	#listeners = new Set<(change: BenchChange) => void>();
	#recordings: FakeRecording[] = [];
	#current: FakeRecording | undefined;
	/** Samples produced, per channel. */
	#produced = new Map<string, number>();
	#time = 0;
	#timer: NodeJS.Timeout | undefined;

	constructor(kinds: readonly ('arc' | 'ace')[] = ['arc', 'ace']) {
		for (const kind of kinds) this.#add(kind);
	}

	get recording(): RecordingInProgress | null {
		const summary = this.#current?.summary;
		return summary ? { id: summary.id, name: summary.name, startedAt: summary.start, duration: summary.duration } : null;
	}

	devices(): readonly DeviceState[] {
		return [...this.#devices.values()];
	}

	async discover(): Promise<readonly FoundInstrument[]> {
		return [{ path: '/dev/ttyFAKE0', title: 'Otii Arc', serial: 'FAKE', open: false }];
	}

	async open(path: string): Promise<DeviceState> {
		if (!path.startsWith('/dev/ttyFAKE')) throw new MicrojouleError('NO_PORT', `There is no port ${path}. \`microjoule devices\` lists the ports.`, { path });
		return this.#add('arc', path);
	}

	async close(id: string): Promise<void> {
		this.#devices.delete(id);
		this.hub.forget(id);
		this.#emit({ type: 'device-closed', id });
	}

	async set(id: string, change: SettingsChange): Promise<Readonly<Settings>> {
		const device = this.#devices.get(id);
		if (!device) throw new MicrojouleError('NOT_FOUND', `No open device is called ${id}.`, { id });
		validateChange(device.settingSpecs, change);
		this.#update(id, { settings: { ...device.settings, ...change } });
		return this.#devices.get(id)!.settings;
	}

	async rename(id: string, name: string): Promise<DeviceState> {
		this.#update(id, { name });
		return this.#devices.get(id)!;
	}

	async powerCycle(id: string): Promise<Readonly<Settings>> {
		return this.#devices.get(id)!.settings;
	}

	async outputsOff(): Promise<readonly DeviceState[]> {
		for (const { id } of this.devices()) await this.set(id, { main: false });
		return this.devices();
	}

	async choose(): Promise<void> {}

	choice(): ChannelChoice {
		return { channels: [], rates: {} };
	}

	instrument(id: string): never {
		throw new MicrojouleError('NOT_SUPPORTED', `The made-up device ${id} has no instrument behind it.`, { id });
	}

	async writeUart(): Promise<void> {}

	levels(): Readonly<Record<string, 0 | 1>> {
		return { i1: 0, i2: 0 };
	}

	recordings(): readonly RecordingSummary[] {
		return this.#recordings.map(({ summary }) => summary);
	}

	async startRecording({ name }: { name?: string }): Promise<RecordingSummary> {
		if (this.#current) await this.stopRecording();
		const channels = this.devices().flatMap((device) =>
			device.channels.filter(({ measured }) => measured).map(({ id, label, unit, rate }) => ({ device: device.id, id, label, unit, rate, count: 0 })),
		);
		const number = this.#recordings.length + 1;
		const summary: RecordingSummary = { id: `r${number}`, name: name ?? `Recording ${number}`, start: new Date().toISOString(), duration: 0, finished: false, lost: 0, channels };
		this.#current = { summary, columns: new Map(channels.map((channel) => [channelKey(channel.device, channel.id), []])) };
		this.#recordings.push(this.#current);
		this.#emit({ type: 'recording', recording: this.recording });
		this.#emit({ type: 'recordings' });
		return summary;
	}

	async stopRecording(): Promise<RecordingSummary> {
		if (!this.#current) throw new MicrojouleError('NOT_RECORDING', 'There is no recording in progress; start one first.');
		const recording = this.#current;
		recording.summary = { ...recording.summary, finished: true };
		this.#current = undefined;
		this.#emit({ type: 'recording', recording: null });
		this.#emit({ type: 'recordings' });
		return recording.summary;
	}

	async deleteRecording(id: string): Promise<void> {
		if (this.#current?.summary.id === id) throw new MicrojouleError('DEVICE_BUSY', `Recording ${id} is in progress; stop it first.`, { id });
		this.#recordings = this.#recordings.filter(({ summary }) => summary.id !== id);
		this.#emit({ type: 'recordings' });
	}

	async statistics(recordingId: string, from = 0, to = Number.POSITIVE_INFINITY): Promise<readonly ChannelStatistics[]> {
		const { summary, columns } = this.#find(recordingId);
		return summary.channels.map(({ device, id, unit, rate }) => {
			const column = columns.get(channelKey(device, id)) ?? [];
			const first = Math.max(0, Math.floor(from * rate));
			const last = Math.min(column.length, Math.ceil(to * rate));
			const all = column.slice(first, last);
			const valid = all.filter((value) => !Number.isNaN(value));
			const sum = valid.reduce((total, value) => total + value, 0);
			const square = valid.reduce((total, value) => total + value * value, 0);
			const average = sum / valid.length;
			const duration = all.length / rate;
			const current = unit === 'A';
			return {
				device,
				channel: id,
				unit,
				rate,
				from: first / rate,
				to: last / rate,
				duration,
				validDuration: valid.length / rate,
				samples: valid.length,
				lost: all.length - valid.length,
				min: valid.length > 0 ? Math.min(...valid) : Number.NaN,
				max: valid.length > 0 ? Math.max(...valid) : Number.NaN,
				average,
				rms: Math.sqrt(square / valid.length),
				standardDeviation: Math.sqrt(Math.max(0, square / valid.length - average * average)),
				...(current ? { charge: sum / rate, energy: (sum / rate) * 3.3 } : {}),
				...(unit === 'W' ? { energy: sum / rate } : {}),
				uncertainty: { average: unit === 'W' ? null : Math.abs(average) * 0.001 + 50e-9, ...(current ? { charge: 1e-7, energy: 3e-7 } : {}) },
				saturated: 0,
				settling: 0,
			};
		});
	}

	async reading(recordingId: string): Promise<never> {
		throw new MicrojouleError('NOT_FOUND', `The made-up recording ${recordingId} has no files.`, { id: recordingId });
	}

	async view(recordingId: string, key: string, from: number, to: number, points: number): Promise<View> {
		const { summary, columns } = this.#find(recordingId);
		const { rate } = summary.channels.find(({ device, id }) => channelKey(device, id) === key)!;
		const column = columns.get(key) ?? [];
		const first = Math.max(0, Math.floor(from * rate));
		const last = Math.min(column.length, Math.ceil(to * rate));
		const step = Math.max(1, Math.ceil((last - first) / points));
		const count = Math.max(0, Math.ceil((last - first) / step));
		const data = {
			begin: Float64Array.from({ length: count + 1 }, (_, point) => Math.min(last, first + point * step)),
			t: new Float64Array(count),
			min: new Float32Array(count),
			max: new Float32Array(count),
			mean: new Float64Array(count),
			valid: new Float64Array(count),
			count,
		};
		for (let point = 0; point < count; point++) {
			const slice = column.slice(first + point * step, Math.min(last, first + (point + 1) * step)).filter((value) => !Number.isNaN(value));
			data.t[point] = (first + point * step) / rate;
			data.min[point] = slice.length > 0 ? Math.min(...slice) : Number.NaN;
			data.max[point] = slice.length > 0 ? Math.max(...slice) : Number.NaN;
			data.valid[point] = slice.length;
			data.mean[point] = slice.reduce((total, value) => total + value, 0) / slice.length;
		}
		return data;
	}

	on(listener: (change: BenchChange) => void): () => void {
		this.#listeners.add(listener);
		return () => void this.#listeners.delete(listener);
	}

	get listeners(): number {
		return this.#listeners.size;
	}

	emitEvent(device: string, message: string): void {
		this.#emit({ type: 'event', device, event: { type: 'fault', fault: 'over-current', message, time: this.#time } });
	}

	update(id: string, change: Partial<DeviceState>): void {
		this.#update(id, change);
	}

	/** Produces `seconds` of samples on every device. */
	advance(seconds: number): void {
		this.#time += seconds;
		for (const device of this.devices()) {
			for (const channel of device.channels) if (channel.measured) this.#produce(device, channel.id, channel.unit, channel.rate);
		}
		const current = this.#current;
		if (!current) return;
		const channels = current.summary.channels.map((channel) => ({ ...channel, count: current.columns.get(channelKey(channel.device, channel.id))?.length ?? 0 }));
		current.summary = { ...current.summary, channels, duration: Math.max(...channels.map(({ count, rate }) => count / rate)) };
	}

	/** Produces in real time until stopped. */
	run(): void {
		this.advance(3);
		let last = performance.now();
		this.#timer = setInterval(() => {
			const now = performance.now();
			this.advance((now - last) / 1000);
			last = now;
		}, 40);
	}

	stop(): void {
		clearInterval(this.#timer);
	}

	#produce(device: DeviceState, id: string, unit: string, rate: number): void {
		const key = channelKey(device.id, id);
		const start = this.#produced.get(key) ?? 0;
		const end = Math.floor(this.#time * rate);
		if (end <= start) return;
		const { main, mainVoltage } = device.settings;
		const column = new Float32Array(end - start);
		for (let index = 0; index < column.length; index++) {
			const current = main ? beacon((start + index) / rate, device.kind === 'ace' ? 0.31 : 0) : 40e-9 * (Math.random() - 0.5);
			const voltage = main ? mainVoltage - current * 0.8 + 4e-4 * (Math.random() - 0.5) : 0.002 * Math.random();
			column[index] = unit === 'A' ? current : unit === 'V' ? voltage : current * voltage;
		}
		this.#produced.set(key, end);
		this.hub.samples({ device: device.id, id, unit, rate }, start, column);
		this.#current?.columns.get(key)?.push(...column);
	}

	#add(kind: 'arc' | 'ace', port = 'memory'): DeviceState {
		const model = models[kind];
		const serial = `SIM${this.#devices.size + 1}`;
		const measured = ['mc', 'mv', 'mp'];
		const device: DeviceState = {
			id: `${kind}-${serial}`,
			kind,
			name: `${model.title.split(' ')[1]} ${serial}`,
			serial,
			hardwareVersion: '1.0',
			firmwareVersion: '1.2.3',
			port,
			simulated: port === 'memory',
			connected: true,
			measuring: true,
			settings: defaults,
			settingSpecs: settingSpecs(model.limits),
			channels: model.channels.map((channel) => ({
				...channel,
				measured: measured.includes(channel.id),
				rate: kind === 'ace' ? Math.min(10_000, channel.defaultRate) : channel.defaultRate,
			})),
			lost: 0,
			failedChecksums: 0,
			clock: null,
		};
		this.#devices.set(device.id, device);
		this.#emit({ type: 'device', device });
		return device;
	}

	#update(id: string, change: Partial<DeviceState>): void {
		const device = { ...this.#devices.get(id)!, ...change };
		this.#devices.set(id, device);
		this.#emit({ type: 'device', device });
	}

	#find(id: string): FakeRecording {
		const recording = this.#recordings.find(({ summary }) => summary.id === id);
		if (!recording) throw new MicrojouleError('NOT_FOUND', `There is no recording ${id}.`, { id });
		return recording;
	}

	#emit(change: BenchChange): void {
		for (const listener of this.#listeners) listener(change);
	}
}

/** Sleep current with an advertising event a second: ramp, three transmissions, receive. */
function beacon(time: number, offset: number): number {
	const phase = (time + offset) % 1;
	const noise = 0.4e-6 * (Math.random() - 0.5);
	if (phase > 0.05) return 1.6e-6 + noise;
	if (phase < 0.01) return 2.4e-3 + noise;
	return Math.floor(phase * 100) % 2 === 0 ? 9.6e-3 + 3e-4 * Math.random() : 5.8e-3 + 2e-4 * Math.random();
}
