/**
 * The base of loads that run firmware: a generator that draws one level after the other for whole microseconds, prints and drives pins in
 * between. Power comes on above one voltage and is lost below another; a lost program is gone and starts anew, after the reset that such parts
 * hold for some milliseconds. A cell too weak for the start makes it begin again and again.
 *
 * Owns: segment timing and averaging, power-up and brown-out, the UART's line buffers. A concrete load is its program and its figures.
 */

import { Random } from '../random.ts';
import type { Load, LoadUart } from './load.ts';

export interface ProgramLimits {
	/** V at which the program starts, and below which it is lost. */
	readonly powerUpV: number;
	readonly brownOutV: number;
	/** The largest level the program draws, in A, or in W with `constantPower`. */
	readonly peak: number;
	/** Levels are powers: the current is level / voltage. */
	readonly constantPower?: boolean;
	/** Ω seen at the terminals while there is no power. */
	readonly unpoweredOhm?: number;
	/** Bd. Absent: no UART. */
	readonly baudRate?: number;
}

/** How long a program draws its level, in µs. */
type Microseconds = number;
export type Program = Generator<Microseconds, void, void>;

const encoder = new TextEncoder();
/** µs without power after a brown-out: what the reset of a supervisor is held for. */
const resetUs = 10_000;
/** A host that never ends its line must not fill memory. */
const longestLine = 256;

export abstract class ProgramLoad implements Load {
	/** Bit 0 drives GPI 1, bit 1 GPI 2. */
	levels = 0;
	readonly uart?: LoadUart;
	/** Begins anew at every power-up, each with a sequence of its own: what happens then does not depend on how long the time before was. */
	protected random = new Random(1);
	/** V: what the program's own supply measurement would show. */
	protected supplyV = 0;
	readonly #limits: ProgramLimits;
	readonly #unpoweredS: number;
	#seed = 1;
	#powerUps = 0;
	#running?: Program;
	/** A or W. */
	#level = 0;
	#remainingUs = 0;
	/** µs of the reset that are left. */
	#resetUs = 0;
	#printed = '';
	#line = '';

	constructor(limits: ProgramLimits) {
		this.#limits = limits;
		this.#unpoweredS = 1 / (limits.unpoweredOhm ?? 1e6);
		if (!limits.baudRate) return;
		const isPowered = () => this.#running !== undefined;
		this.uart = {
			baudRate: limits.baudRate,
			get powered() {
				return isPowered();
			},
			take: () => this.#take(),
			receive: (bytes) => this.#receive(bytes),
		};
	}

	/** The firmware, from power-up on. Yields how long to stay at the level last set by `draw`; the values yielded are whole µs. */
	protected abstract program(): Program;

	/** A line from the host, without its end. */
	protected command(_line: string): void {}

	seed(seed: number): void {
		this.#seed = seed;
	}

	peak(voltage: number): number {
		const { peak, constantPower, brownOutV, powerUpV } = this.#limits;
		if (voltage < (this.#running ? brownOutV : powerUpV)) return voltage * this.#unpoweredS;
		return constantPower ? peak / voltage : peak;
	}

	fill(voltage: number, current: Float64Array, from: number, to: number, tickUs: number): void {
		this.supplyV = voltage;
		if (this.#running) {
			if (voltage < this.#limits.brownOutV) this.#powerDown();
		} else if (this.#resetUs > 0) this.#resetUs -= (to - from) * tickUs;
		else if (voltage >= this.#limits.powerUpV) {
			this.random = new Random(this.#seed, 0x10ad + this.#powerUps++);
			this.#running = this.program();
			this.#remainingUs = 0;
		}
		if (!this.#running) {
			current.fill(voltage * this.#unpoweredS, from, to);
			return;
		}
		const scale = this.#limits.constantPower ? 1 / voltage : 1;
		let i = from;
		while (i < to) {
			if (this.#remainingUs <= 0) this.#advance();
			const whole = Math.min(to, i + Math.floor(this.#remainingUs / tickUs));
			if (whole > i) {
				const amount = this.#level * scale;
				this.#remainingUs -= (whole - i) * tickUs;
				// A handful of values: a loop beats the call of fill().
				while (i < whole) current[i++] = amount;
				continue;
			}
			// The level changes within this interval: weigh the pieces by their length.
			let leftUs = tickUs;
			let weighted = 0;
			while (leftUs > 0) {
				if (this.#remainingUs <= 0) this.#advance();
				const pieceUs = Math.min(leftUs, this.#remainingUs);
				weighted += this.#level * pieceUs;
				this.#remainingUs -= pieceUs;
				leftUs -= pieceUs;
			}
			current[i++] = (weighted / tickUs) * scale;
		}
		// What begins at this very moment has begun.
		while (this.#remainingUs <= 0) this.#advance();
	}

	/** Sets the level (A or W); use as `yield this.draw(level, µs)`. */
	protected draw(level: number, durationUs: Microseconds): Microseconds {
		this.#level = level;
		return durationUs;
	}

	/** Prints a line on the UART. */
	protected print(line: string): void {
		this.#printed += `${line}\r\n`;
	}

	#advance(): void {
		const next = this.#running?.next();
		// A firmware that returns would stand still at its last level.
		this.#remainingUs = next?.done ? Number.MAX_SAFE_INTEGER : (next?.value ?? 0);
	}

	#powerDown(): void {
		this.#running = undefined;
		this.#resetUs = resetUs;
		this.levels = 0;
		this.#line = '';
		this.#printed = '';
	}

	#take(): Uint8Array | undefined {
		if (this.#printed === '') return undefined;
		const bytes = encoder.encode(this.#printed);
		this.#printed = '';
		return bytes;
	}

	#receive(bytes: Uint8Array): void {
		if (!this.#running) return;
		for (const byte of bytes) {
			if (byte === 13 || byte === 10) {
				const line = this.#line.trim();
				this.#line = '';
				if (line !== '') this.command(line);
			} else if (this.#line.length < longestLine) this.#line += String.fromCharCode(byte);
		}
	}
}
