/**
 * The trigger: begins and ends recordings when something happens in the streams of a bench.
 *
 *     off ── arm ──► armed ── start condition ──► triggered ── stop condition, time, or somebody ──► armed … done after n times
 *                      └─ waiting: armed, but not now (a recording is in progress, a device is missing)
 *
 * It is one live tap. While armed, the past of every channel is kept, so that a recording begins exactly `preS` before the sample that triggered, with the
 * real samples from there on. The trigger owns neither streams nor recordings: those are the bench's, and anybody may stop one.
 */

import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../drivers/clock.ts';
import { MicrojouleError, messageOf } from '../../drivers/errors.ts';
import type { Bench } from './bench.ts';
import type { LiveTap } from './fan-out.ts';
import { momentOf } from './moment.ts';
import { type HeldPast, maxPastBytes, Past } from './past.ts';
import type { TapChannel } from './tap.ts';
import { type Condition, conditionText, type Watcher, watcherOf } from './trigger-condition.ts';

/** What is to happen when. */
export interface TriggerPlan {
	/** What begins a recording; null: recordings are begun by hand, and the trigger only ends them. */
	readonly start: Condition | null;
	/** s that a recording begins before the start condition. */
	readonly preS: number;
	/** What ends it; null: nothing. */
	readonly stop: Condition | null;
	/** s after the start condition at which it ends, to the sample; null: not by time. */
	readonly afterS: number | null;
	/** Recordings after which it is done; null: it goes on. */
	readonly times: number | null;
	/** Recordings are called `<name> 1`, `<name> 2`, …; null: as other recordings. */
	readonly name: string | null;
}

export type TriggerState = 'off' | 'waiting' | 'armed' | 'triggered' | 'done';

export interface TriggerStatus {
	readonly state: TriggerState;
	/** The one in force, or the last one. */
	readonly plan: TriggerPlan | null;
	/** Why it waits, or why it is off by itself. */
	readonly reason: string | null;
	/** Recordings begun, or ended where it begins none, since it was armed. */
	readonly count: number;
	/** The last one: what happened, where that lies in the recording, s, and the moment, ISO 8601. */
	readonly last: { readonly what: string; readonly recording: string; readonly atS: number; readonly at: string } | null;
}

const maxPreS = 60;
const maxHoldS = 3600;
/** The past is kept for this much longer than asked for, s: until the conditions have been looked at. */
const marginS = 1;
const logName = 'Trigger';

export class Trigger implements AsyncDisposable {
	readonly #bench: Bench;
	readonly #clock: Clock;
	readonly #listeners = new Set<(status: TriggerStatus) => void>();
	readonly #forget: () => void;
	#status: TriggerStatus = { state: 'off', plan: null, reason: null, count: 0, last: null };
	#start: Watcher | undefined;
	#stop: Watcher | undefined;
	/** The one that is looked for at this moment. */
	#watcher: Watcher | undefined;
	#past: Past | undefined;
	#untap: () => void = () => {};
	/** The recording it began, once it is there. */
	#recording: string | undefined;
	/** The recording in progress, as the bench has told. */
	#current: string | undefined;
	/** Ends the recording that it began; and where, if that was known first. */
	#endAt: ((frames: ReadonlyMap<string, number>) => void) | undefined;
	#end: ReadonlyMap<string, number> | undefined;
	/** Begins and ends of recordings, one after the other. */
	#work: Promise<void> = Promise.resolve();

	constructor(bench: Bench, clock: Clock) {
		this.#bench = bench;
		this.#clock = clock;
		this.#forget = bench.on((change) => {
			if (change.type === 'recording') {
				this.#current = change.recording?.id;
				this.#afterwards();
			}
			if (change.type === 'recording' || change.type === 'device' || change.type === 'device-closed') this.#look();
		});
	}

	status(): TriggerStatus {
		return this.#status;
	}

	/** Returns an unsubscriber. */
	on(listener: (status: TriggerStatus) => void): () => void {
		this.#listeners.add(listener);
		return () => void this.#listeners.delete(listener);
	}

	/** Arms it, anew where it is armed already. NOT_FOUND for a device that is not open; INVALID_VALUE. */
	arm(plan: TriggerPlan): TriggerStatus {
		checkPlan(plan, this.#bench);
		const start = plan.start ? watcherOf(plan.start) : undefined;
		const stop = plan.stop ? watcherOf(plan.stop) : undefined;
		this.#leave();
		this.#start = start;
		this.#stop = stop;
		this.#past = start && new Past(plan.preS + marginS, () => this.#bench.measured(), this.#clock);
		this.#untap = this.#bench.taps.add(this.#tap);
		this.#ready(plan, { plan, count: 0, last: null });
		return this.#status;
	}

	/** A recording that it began goes on. */
	disarm(): TriggerStatus {
		this.#leave();
		this.#set({ state: 'off', reason: null });
		return this.#status;
	}

	/** As if the start condition was fulfilled now; resolves when the recording has begun. INVALID_VALUE where it is not armed, or begins nothing. */
	async fire(): Promise<TriggerStatus> {
		const { state, reason, plan } = this.#status;
		if (state !== 'armed' || !plan?.start)
			throw new MicrojouleError('INVALID_VALUE', `The trigger is ${state}${reason ? `: ${reason}` : ''}. It can be fired while it is armed and has a start condition.`, { state });
		const [{ instrument, stream }] = this.#bench.measured();
		const nowS = stream.clock.deviceTimeAt(this.#clock.now()) ?? stream.settledFrame / stream.frameRate;
		this.#begin(instrument.identity.id, nowS, 'by hand');
		await this.#work;
		return this.#status;
	}

	/** Idempotent. A recording in progress goes on. */
	async [Symbol.asyncDispose](): Promise<void> {
		this.#forget();
		this.#leave();
		await this.#work;
	}

	readonly #tap: LiveTap = {
		samples: (channel, start, column) => {
			this.#past?.samples(channel, start, column);
			this.#scan(channel, start, column);
		},
		event: (device, event) => {
			this.#past?.event(device, event);
			if (this.#watcher?.device === device && this.#watcher.event(event)) this.#fulfilled(device, event.time);
		},
	};

	#scan(channel: TapChannel, start: number, column: Float32Array): void {
		for (let from = 0; from < column.length; ) {
			const watcher = this.#watcher;
			if (watcher?.channel !== channel.id || watcher.device !== channel.device) return;
			const at = watcher.scan(column, from, channel.rate);
			if (at < 0) return;
			this.#fulfilled(channel.device, (start + at) / channel.rate);
			from = at + 1;
		}
	}

	#fulfilled(device: string, timeS: number): void {
		const { state, plan } = this.#status;
		if (plan?.start && state === 'armed') this.#begin(device, timeS, conditionText(plan.start, this.#bench.devices()));
		else if (plan?.stop) this.#finish(plan, device, conditionText(plan.stop, this.#bench.devices()));
	}

	/** Begins a recording. The samples it is to have are safe when this returns. */
	#begin(device: string, timeS: number, what: string): void {
		const { plan, count } = this.#status;
		const past = this.#past?.hold(device, timeS, plan?.preS ?? 0);
		if (!plan || !past) return;
		this.#recording = undefined;
		this.#endAt = undefined;
		this.#end = undefined;
		this.#stop?.reset();
		this.#watcher = this.#stop;
		this.#set({ state: 'triggered', reason: null, count: count + 1 });
		this.#then(plan, () => this.#record(plan, past, what));
	}

	async #record(plan: TriggerPlan, past: HeldPast, what: string): Promise<void> {
		try {
			const { id } = await this.#bench.startRecording({
				past,
				name: plan.name === null ? undefined : `${plan.name} ${this.#status.count}`,
				durationS: plan.afterS === null ? undefined : past.preS + plan.afterS,
				begun: (endAt) => {
					this.#endAt = endAt;
					if (this.#end) endAt(this.#end);
				},
			});
			const { projects } = this.#bench;
			const log = await projects.change((project) => project.createLog(id, logName));
			await projects.appendLog(id, log, [{ time: past.preS, text: what }]);
			if (this.#status.plan !== plan) return;
			this.#recording = id;
			this.#set({ last: { what, recording: id, atS: past.preS, at: new Date().toISOString() } });
		} finally {
			past.release();
		}
		this.#afterwards(); // it may be over already
	}

	/** Ends the recording with what is being delivered. */
	#finish(plan: TriggerPlan, device: string, what: string): void {
		this.#watcher = undefined;
		if (plan.start) {
			this.#end = this.#edge(device);
			this.#endAt?.(this.#end);
			return;
		}
		this.#set({ state: 'triggered', count: this.#status.count + 1 });
		this.#then(plan, async () => {
			if (!this.#bench.recording) return this.#afterwards(); // somebody was faster
			const { id, duration } = await this.#bench.stopRecording();
			if (this.#status.plan === plan) this.#set({ last: { what, recording: id, atS: duration, at: new Date().toISOString() } });
		});
	}

	/** The end of what a device is delivering, in frames of every device, none of them past. */
	#edge(device: string): ReadonlyMap<string, number> {
		const measured = this.#bench.measured();
		const own = measured.find(({ instrument }) => instrument.identity.id === device)?.stream;
		const places = momentOf(measured, this.#clock, device, own ? own.settledFrame / own.frameRate : 0);
		return new Map(
			measured.map(({ instrument: { identity }, stream }) => [identity.id, Math.max(stream.settledFrame, Math.round((places.get(identity.id) ?? 0) * stream.frameRate))]),
		);
	}

	/** Goes on where the recording it began, or was to end, is over. */
	#afterwards(): void {
		const { state, plan, count } = this.#status;
		if (state !== 'triggered' || !plan) return;
		const over = plan.start ? this.#recording !== undefined && this.#current !== this.#recording : this.#current === undefined;
		if (!over) return;
		if (plan.times !== null && count >= plan.times) {
			this.#leave();
			this.#set({ state: 'done' });
		} else this.#ready(plan);
	}

	/** Something has happened that may let it be triggered, or not. */
	#look(): void {
		const { state, plan } = this.#status;
		if (plan && (state === 'armed' || state === 'waiting')) this.#ready(plan);
	}

	/** Armed, or waiting where it cannot be triggered now. */
	#ready(plan: TriggerPlan, change: Partial<TriggerStatus> = {}): void {
		const reason = obstacle(plan, this.#bench);
		const watcher = reason === null ? (this.#start ?? this.#stop) : undefined;
		if (watcher !== this.#watcher) watcher?.reset();
		this.#watcher = watcher;
		this.#set({ ...change, state: reason === null ? 'armed' : 'waiting', reason });
	}

	/** One after the other; a failure disarms, and is the reason. */
	#then(plan: TriggerPlan, work: () => Promise<void>): void {
		this.#work = this.#work.then(work).catch((error: unknown) => {
			if (this.#status.plan !== plan) return;
			this.#leave();
			this.#set({ state: 'off', reason: messageOf(error) });
		});
	}

	#leave(): void {
		this.#untap();
		this.#untap = () => {};
		this.#past = undefined;
		this.#watcher = undefined;
	}

	#set(change: Partial<TriggerStatus>): void {
		const status = { ...this.#status, ...change };
		if (isDeepStrictEqual(status, this.#status)) return;
		this.#status = status;
		for (const listener of this.#listeners) listener(status);
	}
}

/** Why it cannot be triggered now; null where it can. */
function obstacle({ start, stop }: TriggerPlan, bench: Bench): string | null {
	for (const condition of [start, stop]) {
		if (!condition || condition.type === 'manual') continue;
		const device = bench.device(condition.device);
		if (!device?.connected) return `${device?.name ?? condition.device} is ${device ? 'unplugged' : 'not open'}.`;
	}
	if (start) return bench.recording ? 'A recording is in progress; it has to end first.' : null;
	return bench.recording ? null : 'No recording is in progress.';
}

function checkPlan({ start, preS, stop, afterS, times }: TriggerPlan, bench: Bench): void {
	const refuse = (message: string, details: Record<string, unknown> = {}): never => {
		throw new MicrojouleError('INVALID_VALUE', message, details);
	};
	if (!start && !stop) refuse('The trigger has neither a start nor a stop condition; give it one.');
	if (!start && afterS !== null) refuse('A time after the trigger needs a start condition.', { afterS });
	if (stop?.type === 'manual') refuse('A recording can always be stopped by hand; leave the stop condition out.');
	if (!(preS >= 0 && preS <= maxPreS)) refuse(`preS is ${preS} s; it must be from 0 to ${maxPreS} s.`, { preS });
	if (afterS !== null && !(afterS > 0 && Number.isFinite(afterS))) refuse(`afterS is ${afterS} s; it must be more than 0 s.`, { afterS });
	if (times !== null && !(Number.isInteger(times) && times >= 1)) refuse(`times is ${times}; it must be a whole number from 1 on.`, { times });
	for (const condition of [start, stop]) if (condition) checkCondition(condition, bench);
	const rate = bench.measured().reduce((sum, { channels }) => sum + channels.reduce((ofDevice, channel) => ofDevice + channel.rate, 0), 0);
	const mostS = maxPastBytes / (Float32Array.BYTES_PER_ELEMENT * rate) - marginS;
	if (preS > mostS) refuse(`preS is ${preS} s; for all channels at their present rates it can be at most ${Math.floor(mostS)} s. Choose a shorter one, or lower rates.`, { preS });
}

function checkCondition(condition: Condition, bench: Bench): void {
	const refuse = (message: string): never => {
		throw new MicrojouleError('INVALID_VALUE', message, { condition });
	};
	if (condition.type === 'manual') return;
	const device = bench.device(condition.device);
	if (!device)
		throw new MicrojouleError(
			'NOT_FOUND',
			`There is no open device ${condition.device}. Open: ${
				bench
					.devices()
					.map(({ id }) => id)
					.join(', ') || 'none'
			}.`,
			{ condition },
		);
	if (condition.type === 'text') {
		if (condition.text === '') refuse('The text to look for is empty.');
		return;
	}
	const channel = device.channels.find(({ id }) => id === condition.channel);
	const kind = condition.type === 'digital' ? 'digital' : 'analog';
	if (channel?.kind !== kind) {
		const known = device.channels.filter((each) => each.kind === kind && each.measured).map(({ id }) => id);
		refuse(`${device.name} has no ${kind} channel ${condition.channel}. Measured: ${known.join(', ')}.`);
	}
	if (channel && !channel.measured) refuse(`${channel.label} (${channel.id}) of ${device.name} is not measured; switch the channel on first.`);
	if (condition.type === 'digital') return;
	if (!Number.isFinite(condition.level)) refuse(`The level is ${condition.level}; it must be a number.`);
	if (condition.type === 'level' && !(condition.holdS >= 0 && condition.holdS <= maxHoldS)) refuse(`holdS is ${condition.holdS} s; it must be from 0 to ${maxHoldS} s.`);
	if (condition.type === 'edge' && !(condition.hysteresis >= 0 && Number.isFinite(condition.hysteresis)))
		refuse(`The hysteresis is ${condition.hysteresis}; it must be 0 or more.`);
}
