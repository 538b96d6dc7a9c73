/**
 * The bench inside the simulator: a source, a device under test, and the meters between them, moved on by whole milliseconds. The simulated
 * device sets `controls` and asks for the next milliseconds as measured; it knows nothing of physics, and this knows nothing of a wire.
 *
 *     controls ──► output stage ◄──► load        true current and voltage of a millisecond
 *                       │              │
 *              ammeter, voltmeter      └── GPI levels, UART text (paced)
 *                       ▼
 *                  BenchOutput
 *
 * Everything is a function of the seed and of what was asked: the same calls give the same output, however many milliseconds each of them
 * asks for. With `noise: false` it is ideal: the samples are the load's exact means.
 */

import { rxBit } from '../arc/protocol.ts';
import type { Model } from '../models.ts';
import type { Settings } from '../settings.ts';
import { Ammeter } from './ammeter.ts';
import { Housekeeping, type SlowChannel } from './housekeeping.ts';
import type { Load } from './loads/load.ts';
import { Replay } from './loads/replay.ts';
import { OutputStage } from './output-stage.ts';
import { type PlacedSource, supplyLimits, type VoltageSource } from './source.ts';
import type { Trace } from './trace.ts';
import { UartPacer } from './uart-pacer.ts';
import { Voltmeter } from './voltmeter.ts';
import type { Wire } from './wire.ts';

/** What the simulated device tells the bench: the settings in force, and what feeds the instrument. Units are SI. */
export interface BenchControls extends Omit<Settings, 'gpo1' | 'gpo2' | 'expansionPort' | 'legacySink'> {
	gpo: [boolean, boolean];
	supply: 'usb' | 'dc';
}

/** The arrays are reused: valid until the next advance(). */
export interface BenchOutput {
	/** A and V as measured, ms × samplesPerMs values. */
	current: Float32Array;
	voltage: Float32Array;
	/** One bitmap a ms, of its beginning: bit 0 = GPI 1, bit 1 = GPI 2, bit 2 = RX while the UART is off. */
	gpi: Uint8Array;
	/** Text received on RX, in order; `ms` is the index within this advance of the millisecond in which the bytes arrived. */
	uart: { ms: number; bytes: Uint8Array }[];
	/** The ms in which over-current cut the output off, or -1; controls.main is then false. */
	overCurrent: number;
	/** The range of each current sample: 0 fine, 1 middle, 2 coarse. */
	ranges: Uint8Array;
}

export interface BenchOptions {
	readonly model: Model;
	readonly seed: number;
	/** False: ideal. */
	readonly noise: boolean;
	readonly load: Load;
	/** Replaces the load: its current is drawn whatever the voltage while the output is on. */
	readonly trace?: Trace;
	/** In place of the power box. */
	readonly source?: VoltageSource;
	/** A cell at the terminals: with inline regulation it feeds the load through the ammeter, else the instrument charges or discharges it. */
	readonly cell?: VoltageSource;
	/** The far end of a wire that comes from another bench: what this one sinks in current regulation comes from there. */
	readonly feed?: Wire;
}

export class Bench {
	readonly controls: BenchControls = {
		main: false,
		mainVoltage: 3.3,
		mainCurrent: 0,
		maxCurrent: 2.5,
		currentLimitMode: 'limit',
		powerRegulation: 'voltage',
		range: 'low',
		fourWire: false,
		expansionSupply: 0,
		expansionVoltage: 3.3,
		adcShunt: 1,
		gpo: [false, false],
		tx: false,
		uart: false,
		uartBaudRate: 115_200,
		supply: 'usb',
	};
	readonly #model: Model;
	readonly #load: Load;
	readonly #replay?: Replay;
	readonly #stage: OutputStage;
	readonly #ammeter: Ammeter;
	readonly #voltmeter: Voltmeter;
	readonly #housekeeping: Housekeeping;
	readonly #toHost = new UartPacer();
	readonly #toLoad = new UartPacer();
	readonly #output: BenchOutput = { current: new Float32Array(0), voltage: new Float32Array(0), gpi: new Uint8Array(0), uart: [], overCurrent: -1, ranges: new Uint8Array(0) };

	/** Throws INVALID_VALUE for a trace that cannot be replayed. */
	constructor({ model, seed, noise, load, trace, source, cell, feed }: BenchOptions) {
		this.#model = model;
		this.#replay = trace && new Replay(trace);
		this.#load = this.#replay ?? load;
		this.#load.seed?.(seed);
		this.#stage = new OutputStage({ model, load: this.#load, controls: this.controls, ideal: !noise, source, cell, feed });
		this.#ammeter = new Ammeter(model, seed, !noise);
		this.#voltmeter = new Voltmeter(model, seed, !noise);
		this.#housekeeping = new Housekeeping(seed, !noise, this.controls, this.#stage, this.#voltmeter);
	}

	/** Moves on by `ms` whole milliseconds. `samplesPerMs` is 4 on the Arc, 1, 2, 5, 10, 25 or 50 on the Ace. */
	advance(ms: number, samplesPerMs: number): BenchOutput {
		const output = this.#output;
		const samples = ms * samplesPerMs;
		if (output.current.length !== samples) {
			output.current = new Float32Array(samples);
			output.voltage = new Float32Array(samples);
			output.ranges = new Uint8Array(samples);
		}
		if (output.gpi.length !== ms) output.gpi = new Uint8Array(ms);
		if (output.uart.length > 0) output.uart = [];
		output.overCurrent = -1;
		const { controls } = this;
		const sampleS = 1e-3 / samplesPerMs;
		const finest = controls.range === 'high' ? 1 : 0;
		for (let i = 0; i < ms; i++) {
			const at = i * samplesPerMs;
			const stage = this.#stage;
			// The levels at the beginning: no edge shows before it has happened.
			output.gpi[i] = this.#load.levels | this.#rxPin();
			if (stage.advance(samplesPerMs)) {
				controls.main = false;
				output.overCurrent = i;
			}
			if (stage.driving) this.#ammeter.measure(stage.current, samplesPerMs, sampleS, finest, output.current, output.ranges, at);
			else {
				this.#ammeter.rest(finest);
				output.current.fill(0, at, at + samplesPerMs);
				output.ranges.fill(finest, at, at + samplesPerMs);
			}
			if (stage.uniform) this.#voltmeter.constant(stage.terminalV, samplesPerMs, output.voltage, at);
			else this.#voltmeter.changing(stage.voltage, samplesPerMs, output.voltage, at);
			if (this.#load.uart) this.#text(i);
			this.#housekeeping.millisecond();
		}
		return output;
	}

	/** Packed streaming starts: a replayed trace starts at its first sample. */
	startMeasurement(): void {
		this.#replay?.restart();
	}

	/** Puts a battery in place of the power box, or the power box back; also while the output is on. */
	source(source?: VoltageSource): PlacedSource {
		const { controls } = this;
		const model = this.#model;
		this.#stage.place(source);
		return {
			get ceilingV() {
				return supplyLimits(model, controls.supply, controls.range).voltageV;
			},
		};
	}

	/** Text from the host to the device under test. Lost unless the UART is on and the baud rates match. */
	uartIn(bytes: Uint8Array): void {
		if (this.#connected()) this.#toLoad.push(bytes.slice());
	}

	/** The present value of a slow channel. */
	slow(channel: SlowChannel): number {
		return this.#housekeeping.value(channel);
	}

	/** The instrument's own zero is calibrated: what remains is the error of its reference. */
	calibrate(): void {
		this.#ammeter.calibrate();
		this.#voltmeter.calibrate();
	}

	/** A UART's line rests high while the device under test has power. */
	#rxPin(): number {
		return !this.controls.uart && this.#load.uart?.powered ? rxBit : 0;
	}

	#connected(): boolean {
		const { uart, uartBaudRate } = this.controls;
		return uart && this.#load.uart !== undefined && this.#load.uart.baudRate === uartBaudRate;
	}

	/** One millisecond of UART, both ways. The device under test prints whether somebody listens or not. */
	#text(ms: number): void {
		const uart = this.#load.uart;
		if (!uart) return;
		const connected = this.#connected();
		if (!this.#toHost.idle) {
			const bytes = this.#toHost.millisecond(uart.baudRate);
			if (bytes && connected) this.#output.uart.push({ ms, bytes });
		}
		// It was printed by the end of this millisecond, and its first bit comes after that.
		const printed = uart.take();
		if (printed) this.#toHost.push(printed);
		if (!this.#toLoad.idle) {
			const bytes = this.#toLoad.millisecond(uart.baudRate);
			if (bytes && connected) uart.receive(bytes);
		}
	}
}
