/**
 * What a device under test is to the bench: a current for a voltage, moved on in time, and perhaps digital levels and UART text.
 * Loads know no instrument: they neither see ranges nor noise. Time is counted in whole microseconds, so that a load draws the same
 * charge at every sample rate.
 */

/** The UART of a device under test. */
export interface LoadUart {
	/** Bd: text passes only while the instrument uses the same. */
	readonly baudRate: number;
	/** The device under test runs: its line rests high. */
	readonly powered: boolean;
	/** Text printed since the last call, oldest first; the array is the caller's. Undefined when there is none. */
	take(): Uint8Array | undefined;
	/** Bytes from the host, paced by the baud rate. */
	receive(bytes: Uint8Array): void;
}

export interface Load {
	/**
	 * Moves on by (to − from) intervals of `tickUs` µs during which the terminals are at `voltage` V, and writes the mean current of
	 * each, in A, into current[from … to). Powers up and browns out by the voltage it sees.
	 */
	fill(voltage: number, current: Float64Array, from: number, to: number, tickUs: number): void;
	/** A bound that the current at a steady `voltage` never exceeds, in A: below the source's limit nothing needs regulating. */
	peak(voltage: number): number;
	/** Digital outputs now: bit 0 drives GPI 1, bit 1 GPI 2. */
	readonly levels: number;
	readonly uart?: LoadUart;
	/** Called once, before anything else: the seed of whatever is random in the load. */
	seed?(seed: number): void;
}

/** A load described for help texts and documentation. */
export interface LoadKind {
	readonly name: string;
	/** The one argument after the colon, if the load takes one. Inclusive bounds. */
	readonly argument?: { readonly name: string; readonly unit: string; readonly min: number; readonly max: number };
	readonly brief: string;
	/** Bd, for a load with a UART. */
	readonly baudRate?: number;
	create(argument: number): Load;
}
