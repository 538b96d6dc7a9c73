/**
 * The main output: from a source, limits and a load to the true current and voltage of one millisecond, before any meter.
 *
 *     source ──► regulator: voltage, current, limits ──► shunt (the current measured) ──┬──► load
 *                                                                                       ┴  output capacitance
 *
 * A millisecond at a settled voltage that no peak of the load can disturb is one call of the load. Everything else (ramps, decay, limiting,
 * an emulated battery) runs in steps of 10 µs, a divisor of every sample interval, so that the physics do not depend on the sample rate.
 * Ideal (noise off) there is no capacitance: the voltage is the set one at once, and in limiting what the load draws at the limit.
 *
 * An emulated battery, once the output has risen to it, is as stiff as itself: its voltage is V = OCV − I·R at every step, and it is told what was
 * drawn after every sample. A cell of its own, outside the instrument, changes what is connected:
 *
 *     inline                     cell ──► shunt ──► load       as far as the cell gives; the instrument limits nothing
 *     voltage, current           instrument ──► shunt ──► cell       charged or discharged, at 0 V and above; the load has no power
 *     off, or the output off     nothing flows; what is measured is the cell's voltage
 *
 * Owns the terminal voltage, the over-current trip and the overload budget. Never measures, and knows no range.
 */

import type { Model } from '../models.ts';
import type { BenchControls } from './bench.ts';
import type { Load } from './loads/load.ts';
import { PowerBox, supplyLimits, type VoltageSource } from './source.ts';
import type { Wire } from './wire.ts';

const stepUs = 10;
const stepS = stepUs * 1e-6;
/** F. With the slew rate it makes an inrush of about 10 mA. */
const capacitanceF = 20e-6;
/** V/s, the rate measured on a real instrument. */
const slewVPerS = 480;
/** Ω: discharges the capacitance when the output is off and nothing is connected. */
const bleedOhm = 10e3;
/** A the regulator sinks to bring its own voltage down. */
const ownSinkA = 0.1;
/** Below this the output counts as discharged. */
const dischargedV = 1e-3;
/** Over-current must last this long to trip. */
const tripUs = 50;
/** A·s above the continuous current before the output falls back to it: 5 A for 100 ms where 2.5 A is continuous. */
const overloadBudget = 0.25;
/** A·s by which the budget recovers in a millisecond without current. */
const coolingAs = 2.5e-3;
/** Ω of whatever touches a cell, so that one without resistance is never shorted by the last bit of a voltage. */
const contactOhm = 1e-6;
const largestSamplesPerMs = 1000 / stepUs;

export interface OutputStageOptions {
	readonly model: Model;
	readonly load: Load;
	readonly controls: BenchControls;
	/** No capacitance. */
	readonly ideal: boolean;
	/** In place of the power box. */
	readonly source?: VoltageSource;
	/** A cell of its own at the terminals. */
	readonly cell?: VoltageSource;
	/** The far end of a wire from another bench. */
	readonly feed?: Wire;
}

export class OutputStage {
	/** True mean current of each sample of the last millisecond, in A. */
	readonly current = new Float64Array(largestSamplesPerMs);
	/** True mean voltage of each sample, in V; only valid while `uniform` is false. */
	readonly voltage = new Float64Array(largestSamplesPerMs);
	/** The voltage was `terminalV` all the millisecond. */
	uniform = true;
	/** V at the terminals at the end of the last millisecond. */
	terminalV = 0;
	/** The output carried current in the last millisecond: it is on and regulates. */
	driving = false;
	readonly #model: Model;
	readonly #load: Load;
	readonly #controls: BenchControls;
	readonly #ideal: boolean;
	readonly #powerBox = new PowerBox();
	#source: VoltageSource = this.#powerBox;
	readonly #cell?: VoltageSource;
	readonly #feed?: Wire;
	readonly #one = new Float64Array(1);
	#overUs = 0;
	#overloadAs = 0;
	#overloaded = false;
	/** What the present millisecond regulates to, and the highest voltage there is. */
	#targetV = 0;
	#ceilingV = 0;
	#sourceA = 0;
	#sinkA = 0;
	#tripA = 0;
	/** Without capacitance. A voltage that only the load decides, as in sinking, is found with it. */
	#instant = false;
	/** An emulated battery's voltage is not reached yet since the output was switched on. */
	#rising = true;

	constructor({ model, load, controls, ideal, source, cell, feed }: OutputStageOptions) {
		this.#model = model;
		this.#load = load;
		this.#controls = controls;
		this.#ideal = ideal;
		this.#cell = cell;
		this.#feed = feed;
		this.place(source);
	}

	/** Puts a battery in place of the power box, or the power box back; also while the output is on. */
	place(source?: VoltageSource): void {
		this.#source = source ?? this.#powerBox;
	}

	/** Moves on by a millisecond of `samples` samples. True when over-current switched the output off in it. */
	advance(samples: number): boolean {
		const { main, powerRegulation } = this.#controls;
		const regulates = powerRegulation === 'voltage' || powerRegulation === 'current';
		this.driving = main && (regulates || (powerRegulation === 'inline' && this.#cell !== undefined));
		if (this.#feed && this.#sinkFrom(this.#feed, samples)) return false;
		const battery = this.driving ? this.#battery(powerRegulation) : undefined;
		if (battery !== this.#source) this.#source.draw(0, 1e-3);
		if (!this.driving) {
			if (this.#cell) this.#rest(this.#cell, samples);
			else this.#off(samples);
			return false;
		}
		const continuousA = this.#regulate();
		let tripped = false;
		const steady = powerRegulation === 'voltage' && !battery && (this.#ideal || this.terminalV === this.#targetV);
		if (this.#cell && regulates) tripped = this.#atTerminals(this.#cell, samples);
		else if (steady && this.#load.peak(this.#targetV) <= Math.min(this.#sourceA, this.#tripA, continuousA)) {
			this.terminalV = this.#targetV;
			this.#load.fill(this.#targetV, this.current, 0, samples, 1000 / samples);
			this.uniform = true;
			this.#overUs = 0;
		} else tripped = this.#steps(samples, battery);
		if (regulates && (continuousA < this.#sourceA || this.#overloadAs > 0)) this.#account(samples, continuousA);
		return tripped;
	}

	/** The battery that feeds the load: the cell in line, or the one that is emulated. */
	#battery(powerRegulation: BenchControls['powerRegulation']): VoltageSource | undefined {
		if (this.#cell) return powerRegulation === 'inline' ? this.#cell : undefined;
		return powerRegulation === 'voltage' && this.#source !== this.#powerBox ? this.#source : undefined;
	}

	/** What comes out of a wire from another bench, resolved by the millisecond; false when this stage takes none of it. */
	#sinkFrom(feed: Wire, samples: number): boolean {
		const { mainCurrent, powerRegulation, supply, range } = this.#controls;
		const sinks = this.driving && powerRegulation === 'current' && mainCurrent <= 0;
		const { voltageV, currentA } = feed.take();
		feed.demandA = sinks ? Math.min(-mainCurrent, supplyLimits(this.#model, supply, range).peakA) : 0;
		if (!sinks) return false;
		this.terminalV = voltageV;
		this.uniform = true;
		this.current.fill(0 - currentA, 0, samples);
		return true;
	}

	/** Sets target and limits from the controls; returns the continuous current in A. */
	#regulate(): number {
		const { supply, range, mainVoltage, mainCurrent, maxCurrent, currentLimitMode, powerRegulation } = this.#controls;
		const supplied = supplyLimits(this.#model, supply, range);
		const hardA = this.#overloaded ? supplied.continuousA : supplied.peakA;
		const limitA = currentLimitMode === 'limit' ? Math.min(hardA, maxCurrent) : hardA;
		this.#tripA = currentLimitMode === 'cutoff' ? maxCurrent : Number.POSITIVE_INFINITY;
		this.#instant = this.#ideal && (powerRegulation === 'voltage' || mainCurrent > 0);
		this.#ceilingV = supplied.voltageV;
		if (powerRegulation === 'inline') {
			this.#ceilingV = this.#sourceA = this.#sinkA = this.#tripA = Number.POSITIVE_INFINITY;
		} else if (powerRegulation === 'voltage') {
			this.#powerBox.openCircuitV = mainVoltage;
			this.#targetV = Math.min(this.#source.openCircuitV, supplied.voltageV);
			this.#sourceA = limitA;
			this.#sinkA = ownSinkA;
		} else if (mainCurrent >= 0) {
			this.#targetV = supplied.voltageV;
			this.#sourceA = Math.min(mainCurrent, limitA);
			this.#sinkA = 0;
		} else {
			this.#targetV = 0;
			this.#sourceA = 0;
			this.#sinkA = Math.min(-mainCurrent, supplied.peakA);
		}
		return supplied.continuousA;
	}

	/** Output off with a cell at the terminals: they show its voltage, and the load has none. */
	#rest(cell: VoltageSource, samples: number): void {
		this.#load.fill(0, this.current, 0, samples, 1000 / samples);
		this.current.fill(0, 0, samples);
		cell.draw(0, 1e-3);
		this.terminalV = cell.openCircuitV;
		this.uniform = true;
		this.#overUs = 0;
	}

	/**
	 * Charges or discharges a cell: as much current as the limits let pass on the way to the target, in closed form. A constant current is a limit whose
	 * target is the ceiling, or 0 V: a cell that cannot deliver what is to be sunk gives what it has.
	 */
	#atTerminals(cell: VoltageSource, samples: number): boolean {
		this.uniform = false;
		this.#load.fill(0, this.current, 0, samples, 1000 / samples);
		const sampleS = 1e-3 / samples;
		let open = false;
		for (let i = 0; i < samples; i++) {
			const resistance = Math.max(cell.resistanceOhm, contactOhm);
			const wanted = (this.#targetV - cell.openCircuitV) / resistance;
			const current = open ? 0 : Math.min(Math.max(wanted, -this.#sinkA), this.#sourceA);
			this.current[i] = current;
			this.voltage[i] = this.terminalV = cell.openCircuitV + current * resistance;
			cell.draw(-current * sampleS, sampleS);
			this.#overUs = current > this.#tripA ? this.#overUs + sampleS * 1e6 : 0;
			open ||= this.#overUs >= tripUs;
		}
		return open;
	}

	/** Output off: no current; what is left in the capacitance decays through the load. */
	#off(samples: number): void {
		if (this.#ideal) this.terminalV = 0;
		this.#rising = true;
		this.#overUs = 0;
		this.#overloadAs = Math.max(0, this.#overloadAs - coolingAs);
		this.#overloaded &&= this.#overloadAs > overloadBudget / 2;
		this.uniform = this.terminalV === 0;
		if (this.uniform) this.#load.fill(0, this.current, 0, samples, 1000 / samples);
		else this.#decay(0, samples);
		this.current.fill(0, 0, samples);
	}

	#decay(fromSample: number, samples: number): void {
		const steps = 1000 / stepUs / samples;
		for (let i = fromSample; i < samples; i++) {
			let sum = 0;
			for (let step = 0; step < steps; step++) {
				sum += this.terminalV;
				this.#decayStep();
			}
			this.voltage[i] = sum / steps;
		}
	}

	#decayStep(): void {
		const v = this.terminalV;
		this.#load.fill(v, this.#one, 0, 1, stepUs);
		if (this.#ideal || v < dischargedV) this.terminalV = 0;
		else this.terminalV = v / (1 + (Math.max(this.#one[0], 0) / v + 1 / bleedOhm) * (stepS / capacitanceF));
	}

	/** In steps of 10 µs. `battery`: what feeds the load, in place of the regulated power box. */
	#steps(samples: number, battery?: VoltageSource): boolean {
		this.uniform = false;
		if (this.#instant && this.terminalV === 0) this.terminalV = this.#targetV;
		const steps = 1000 / stepUs / samples;
		const share = 1 / steps;
		const sampleS = 1e-3 / samples;
		for (let i = 0; i < samples; i++) {
			let current = 0;
			let voltage = 0;
			for (let step = 0; step < steps; step++) {
				if (!battery) voltage += this.terminalV;
				current += battery ? this.#batteryStep(battery) : this.#instant ? this.#idealStep() : this.#step();
				if (battery) voltage += this.terminalV; // it is at once what the current makes of it
				if (this.#overUs < tripUs) continue;
				// The relay opens: no current from here on.
				for (let rest = step + 1; rest < steps; rest++) {
					this.#cut();
					voltage += this.terminalV;
				}
				this.current[i] = current * share;
				this.voltage[i] = voltage * share;
				battery?.draw(current * share * sampleS, sampleS);
				if (this.#ideal) this.terminalV = 0;
				this.#decay(i + 1, samples);
				this.current.fill(0, i + 1, samples);
				this.#overUs = 0;
				return true;
			}
			this.current[i] = current * share;
			this.voltage[i] = voltage * share;
			battery?.draw(current * share * sampleS, sampleS);
		}
		return false;
	}

	#cut(): void {
		if (this.#ideal) this.terminalV = 0;
		this.#decayStep();
	}

	/** One step with output capacitance; implicit in the load's conductance, so that it is stable for any load. Returns the current in A. */
	#step(): number {
		const v = this.terminalV;
		this.#load.fill(v, this.#one, 0, 1, stepUs);
		const load = this.#one[0];
		const conductance = load > 0 && v > 1e-6 ? load / v : 0;
		const fixed = load > 0 ? 0 : load;
		const targetV = this.#targetV;
		const slew = slewVPerS * stepS;
		const next = Math.min(Math.max(targetV, v - slew), v + slew);
		const needed = ((next - v) * capacitanceF) / stepS + load;
		let current = needed;
		let reached = next;
		if (needed > this.#sourceA || needed < -this.#sinkA) {
			current = needed > this.#sourceA ? this.#sourceA : -this.#sinkA;
			reached = Math.max(0, (v + (current - fixed) * (stepS / capacitanceF)) / (1 + conductance * (stepS / capacitanceF)));
		}
		this.terminalV = reached;
		this.#trip(load);
		return current;
	}

	/** One step without capacitance: the voltage is the target, or what the load needs for the current that the limit lets pass. */
	#idealStep(): number {
		const v = this.terminalV;
		this.#load.fill(v, this.#one, 0, 1, stepUs);
		const load = this.#one[0];
		const current = Math.min(load, this.#sourceA);
		this.terminalV = load > 0 ? Math.min(this.#targetV, (v * this.#sourceA) / load) : this.#targetV;
		this.#trip(load);
		return current;
	}

	/**
	 * One step of a battery and the load. The load counts as the conductance that it last was, a voltage divider with the battery's resistance: exact for
	 * a resistor, and for any other load a voltage that settles within a few steps, or falls to nothing where the battery cannot hold the load.
	 */
	#batteryStep(battery: VoltageSource): number {
		const v = this.terminalV;
		this.#load.fill(v, this.#one, 0, 1, stepUs);
		const load = this.#one[0];
		const { openCircuitV, resistanceOhm } = battery;
		const limitA = openCircuitV < this.#sourceA * resistanceOhm ? Math.max(0, openCircuitV / resistanceOhm) : this.#sourceA;
		const conducts = Math.abs(v) > dischargedV && load * v > 0;
		let current = Math.max(Math.min(load, limitA), -this.#sinkA);
		let next = conducts ? openCircuitV / (1 + (resistanceOhm * load) / v) : openCircuitV - resistanceOhm * current;
		// In limiting it is what the load needs for the current that the limit lets pass.
		if (conducts && load > 0) next = Math.min(next, (v * limitA) / load);
		if (next > this.#ceilingV) next = this.#ceilingV;
		if (this.#rising && this.#cell === undefined && !this.#ideal && next > v + slewVPerS * stepS) {
			next = v + slewVPerS * stepS;
			current += slewVPerS * capacitanceF;
		} else this.#rising = false;
		this.terminalV = next;
		this.#trip(load);
		return current;
	}

	/** The output capacitance's own inrush never trips; a current that the supply cannot deliver does not flow. */
	#trip(load: number): void {
		if (Math.min(load, this.#sourceA) > this.#tripA) this.#overUs += this.#ideal ? tripUs : stepUs;
		else this.#overUs = 0;
	}

	/** Keeps the budget of what the supply gives beyond its continuous current. */
	#account(samples: number, continuousA: number): void {
		let sum = 0;
		for (let i = 0; i < samples; i++) sum += this.current[i];
		const mean = sum / samples;
		this.#overloadAs = Math.max(0, this.#overloadAs + (mean - continuousA) * 1e-3);
		if (this.#overloadAs > overloadBudget) this.#overloaded = true;
		// Hysteresis: cooled down to half before it may peak again.
		else if (this.#overloadAs < overloadBudget / 2) this.#overloaded = false;
	}
}
