/**
 * The runs there are: those under way, and those whose folders lie in the data folder. A run works on one cell at each of its devices, all at the same
 * time and by the same script. What it was asked to do and how far it has come is on the disk at every moment, so that it can be resumed after a stop,
 * a crash or a power cut.
 *
 *     FOLDER/<id>/run.json, project.lock, <device>/journal.jsonl, <device>/progress
 */

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../../drivers/clock.ts';
import { MicrojouleError } from '../../../drivers/errors.ts';
import type { Bench } from '../../../engine/acquisition/bench.ts';
import { describeHolder, ProjectLock } from '../../../engine/project/lock.ts';
import type { Gate } from '../../licensing/gate.ts';
import type { Run } from '../schemas.ts';
import { CellRun, type CellRunOptions } from './cell-run.ts';
import type { CyclerEnd } from './cycler.ts';
import { deleteRun, keptRun, keptRuns, noRun } from './kept.ts';
import { occupy } from './occupied.ts';
import { type KeptPlan, type PlannedInstrument, type RunPlan, writePlan } from './plan.ts';
import { checkInstrument, choiceFor } from './preparation.ts';
import { checkScript } from './step.ts';

export interface RunsOptions extends Pick<CellRunOptions, 'resistance' | 'conclude'> {
	readonly bench: Bench;
	readonly clock: Clock;
	readonly gate: Gate;
	/** Where the folders of runs lie. */
	readonly folder: string;
	readonly kind: RunPlan['kind'];
}

interface KnownRun {
	readonly plan: KeptPlan;
	readonly cells: readonly CellRun[];
	/** Resolves when all cells have ended. */
	ended: Promise<readonly CyclerEnd[]>;
}

export class Runs implements AsyncDisposable {
	readonly #options: RunsOptions;
	readonly #runs = new Map<string, KnownRun>();
	readonly #listeners = new Set<() => void>();
	#looked = false;

	constructor(options: RunsOptions) {
		this.#options = options;
	}

	/** Latest first. */
	list(): readonly Run[] {
		this.#look();
		return [...this.#runs.values()].sort((a, b) => (a.plan.startedAt < b.plan.startedAt ? 1 : -1)).map(statusOf);
	}

	/** NOT_FOUND. */
	get(id: string): Run {
		return statusOf(this.#known(id));
	}

	plan(id: string): KeptPlan {
		return this.#known(id).plan;
	}

	/** The cells of a run with all that its journals say. NOT_FOUND. */
	outcomes(id: string) {
		return this.#known(id).cells.map((cell) => cell.outcome());
	}

	/** Begins a run; resolves once its cells are being worked on. NO_LICENCE, NOT_FOUND, NOT_SUPPORTED, INVALID_VALUE, DEVICE_BUSY, DISK. */
	async begin(asked: RunPlan): Promise<Run> {
		const { gate, bench, folder } = this.#options;
		gate.require('battery');
		checkScript(asked.script);
		if (new Set(asked.devices).size !== asked.devices.length) throw new MicrojouleError('INVALID_VALUE', `A device is named twice: ${asked.devices.join(', ')}.`, {});
		const instruments: Record<string, PlannedInstrument> = {};
		for (const device of asked.devices) {
			const instrument = bench.instrument(device);
			checkInstrument(instrument, asked.script);
			const { kind, name, serial, hardwareVersion, firmwareVersion } = instrument.identity;
			instruments[device] = { kind, name, serial, hardwareVersion, firmwareVersion };
			this.#requireIdle(device);
		}
		const startedAt = new Date().toISOString();
		const id = `${startedAt.slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')}-${crypto.randomUUID().slice(0, 4)}`;
		const plan: KeptPlan = { id, startedAt, instruments, ...asked };
		await mkdir(join(folder, id), { recursive: true });
		await writePlan(join(folder, id), plan);
		const run = this.#take(plan);
		await this.#work(run, run.cells);
		return statusOf(run);
	}

	/** Goes on with the cells that have not finished. NO_LICENCE, NOT_FOUND, DEVICE_BUSY, INVALID_VALUE where nothing is left to do. */
	async resume(id: string): Promise<Run> {
		this.#options.gate.require('battery');
		const run = this.#known(id);
		if (run.cells.some(({ running }) => running)) throw new MicrojouleError('DEVICE_BUSY', `The run ${id} is under way.`, { id });
		const left = run.cells.filter(({ resumable }) => resumable);
		if (left.length === 0) throw new MicrojouleError('INVALID_VALUE', `The run ${id} has finished: there is nothing left to do.`, { id });
		for (const cell of left) {
			const { deviceId } = cell.status();
			checkInstrument(this.#options.bench.instrument(deviceId), run.plan.script);
			this.#requireIdle(deviceId);
		}
		await this.#work(run, left);
		return statusOf(run);
	}

	/** Resolves when the outputs are off. NOT_FOUND. */
	async stop(id: string, reason?: string): Promise<Run> {
		const run = this.#known(id);
		for (const cell of run.cells) cell.stop(reason);
		await run.ended;
		return statusOf(run);
	}

	/** Makes of a run that stopped early what its end would have made of it. NO_LICENCE, NOT_FOUND, DEVICE_BUSY, INVALID_VALUE where that is too little. */
	async save(id: string): Promise<Run> {
		this.#options.gate.require('battery');
		const run = this.#known(id);
		if (run.cells.some(({ running }) => running)) throw new MicrojouleError('DEVICE_BUSY', `The run ${id} is under way; stop it first.`, { id });
		for (const cell of run.cells) await cell.conclude();
		return statusOf(run);
	}

	/** For good; profiles and recordings made of it stay. NOT_FOUND, DEVICE_BUSY while it is under way, DISK. */
	async delete(id: string): Promise<void> {
		this.#known(id);
		await deleteRun(this.#options.folder, id);
		this.#runs.delete(id);
		this.#changed();
	}

	/** Whether a run of this id is one of these. */
	has(id: string): boolean {
		this.#look();
		return this.#runs.has(id) || keptRun(this.#options.folder, id)?.kind === this.#options.kind;
	}

	/** Resolves when a run has ended, with how each cell's did. */
	ended(id: string): Promise<readonly CyclerEnd[]> {
		return this.#known(id).ended;
	}

	/** Told when something has changed, about once a second of each cell's time. Returns how to stop. */
	on(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => void this.#listeners.delete(listener);
	}

	/** Stops what is under way; it can be resumed. Idempotent. */
	async close(): Promise<void> {
		for (const { cells } of this.#runs.values()) for (const cell of cells) cell.stop('The program was closed.');
		await Promise.all([...this.#runs.values()].map(({ ended }) => ended));
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.close();
	}

	/** Starts the work on some cells of a run; resolves once the outputs may go on. */
	async #work(run: KnownRun, cells: readonly CellRun[]): Promise<void> {
		const { bench, folder } = this.#options;
		const lock = await ProjectLock.take(join(folder, run.plan.id));
		if (!(lock instanceof ProjectLock)) throw new MicrojouleError('DEVICE_BUSY', `The run ${run.plan.id} is under way in ${describeHolder(lock)}.`, { id: run.plan.id });
		const restore: (() => Promise<void>)[] = [];
		let recording: string | undefined;
		try {
			if (run.plan.record) {
				// Before the recording begins: no measurement changes under one.
				for (const cell of cells) {
					const { deviceId } = cell.status();
					const before = bench.choice(deviceId);
					restore.push(() => bench.choose(deviceId, before));
					await bench.choose(deviceId, choiceFor(bench.instrument(deviceId), before));
				}
				recording = bench.recording?.id ?? (await bench.startRecording({ name: run.plan.name })).id;
			}
		} catch (error) {
			lock.release();
			throw error;
		}
		const recordingFolder = recording === undefined ? undefined : bench.projects.require().recordingFolder(recording);
		run.ended = Promise.all(cells.map((cell) => cell.work(recordingFolder))).finally(async () => {
			if (recording !== undefined && bench.recording?.id === recording) await bench.stopRecording().catch(() => {});
			for (const again of restore) await again().catch(() => {});
			lock.release();
			this.#changed();
		});
		this.#changed();
	}

	#requireIdle(device: string): void {
		occupy(this.#options.bench, device)[Symbol.dispose](); // whoever works on the cell there
		for (const { cells, plan } of this.#runs.values())
			if (cells.some((cell) => cell.running && cell.status().deviceId === device))
				throw new MicrojouleError('DEVICE_BUSY', `The run ${plan.id} is under way on the cell at ${device}; stop it first.`, { device });
	}

	#known(id: string): KnownRun {
		this.#look();
		const run = this.#runs.get(id);
		if (run) return run;
		// Begun by another program since.
		const plan = keptRun(this.#options.folder, id);
		if (plan?.kind === this.#options.kind) return this.#take(plan);
		throw noRun(id, this.list());
	}

	#take(plan: KeptPlan): KnownRun {
		const { bench, clock, gate, folder, resistance, conclude } = this.#options;
		const cells = plan.devices.map(
			(device) => new CellRun({ plan, device, folder: join(folder, plan.id, device), bench, clock, gate, resistance, conclude, changed: () => this.#changed() }),
		);
		const run: KnownRun = { plan, cells, ended: Promise.resolve([]) };
		this.#runs.set(plan.id, run);
		return run;
	}

	/** What lies in the folder from before. */
	#look(): void {
		if (this.#looked) return;
		this.#looked = true;
		for (const plan of keptRuns(this.#options.folder)) if (plan.kind === this.#options.kind && !this.#runs.has(plan.id)) this.#take(plan);
	}

	#changed(): void {
		for (const listener of this.#listeners) listener();
	}
}

function statusOf({ plan, cells }: KnownRun): Run {
	const states = cells.map((cell) => cell.status());
	const running = cells.some((cell) => cell.running);
	return {
		id: plan.id,
		kind: plan.kind,
		name: plan.name,
		state: running ? 'running' : states.every(({ state }) => state === 'finished') ? 'finished' : 'stopped',
		startedAt: plan.startedAt,
		resumable: !running && cells.some(({ resumable }) => resumable),
		cells: states,
	};
}
