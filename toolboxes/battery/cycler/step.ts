/**
 * A step of a cycler's script: what is done to the cell, and what ends it. The first exit that is met ends a step; a step needs at least one.
 * Magnitudes are positive whichever way the current flows: the kind says the direction.
 */

import { MicrojouleError } from '../../../drivers/errors.ts';

export type StepKind = 'discharge' | 'charge' | 'rest';

/** What is held constant. */
export type Control =
	| { readonly mode: 'current'; readonly currentA: number }
	| { readonly mode: 'power'; readonly powerW: number }
	| { readonly mode: 'resistance'; readonly resistanceOhm: number }
	/** `currentA`: the most that may flow; absent: the safety limit. */
	| { readonly mode: 'voltage'; readonly voltageV: number; readonly currentA?: number };

export interface StepExits {
	readonly durationS?: number;
	/** V at the terminals, under load. */
	readonly belowV?: number;
	readonly aboveV?: number;
	/** A: the taper of a constant voltage. */
	readonly belowA?: number;
	/** C moved within this step, in either direction. */
	readonly chargeC?: number;
}

export interface Step {
	readonly kind: StepKind;
	/** Absent for a rest. */
	readonly control?: Control;
	readonly exits: StepExits;
}

/** What ends the whole. The first that is met. */
export interface OverallExits {
	readonly iterations?: number;
	/** V under load, whatever the step. */
	readonly cutoffV?: number;
	/** V at the end of the gentlest step of an iteration. */
	readonly openCircuitV?: number;
	/** C taken out of the cell, less what was put in. */
	readonly chargeC?: number;
}

/** All steps, one after the other, again and again. */
export interface Script {
	readonly steps: readonly Step[];
	readonly until: OverallExits;
}

/** A that a step draws or gives at `voltageV`; negative discharges, as the instrument counts it. */
export function signedCurrentA({ kind, control }: Step, voltageV: number): number {
	if (!control || kind === 'rest') return 0;
	const sign = kind === 'discharge' ? -1 : 1;
	switch (control.mode) {
		case 'current':
			return sign * control.currentA;
		case 'power':
			return voltageV > 0 ? (sign * control.powerW) / voltageV : 0;
		case 'resistance':
			return (sign * Math.max(voltageV, 0)) / control.resistanceOhm;
		case 'voltage':
			return sign * (control.currentA ?? 0);
	}
}

/** Index of the step that disturbs the cell least: a rest, else the smallest current at `voltageV`. */
export function gentlestStep(steps: readonly Step[], voltageV: number): number {
	const current = steps.map((step) => Math.abs(signedCurrentA(step, voltageV)));
	return current.indexOf(Math.min(...current));
}

/** Throws INVALID_VALUE naming the step and what is wrong with it. */
export function checkScript({ steps, until }: Script): void {
	const refuse = (message: string, details: Record<string, unknown> = {}): never => {
		throw new MicrojouleError('INVALID_VALUE', message, details);
	};
	if (steps.length === 0) refuse('The script has no steps; it needs at least one.');
	for (const [index, { kind, control, exits }] of steps.entries()) {
		const name = `Step ${index + 1} (${kind})`;
		if (kind === 'rest' ? control !== undefined : control === undefined)
			refuse(kind === 'rest' ? `${name} names a current, power, resistance or voltage; a rest has none.` : `${name} says not what is held: current, power, resistance or voltage.`);
		for (const [quantity, value] of [...Object.entries(control ?? {}), ...Object.entries(exits)])
			if (typeof value === 'number' && !(Number.isFinite(value) && value > 0)) refuse(`${name}: ${quantity} is ${value}; it must be above 0.`, { step: index + 1, value });
		const given = Object.entries(exits).filter(([, value]) => value !== undefined);
		if (given.length === 0) refuse(`${name} never ends: give it a time, a voltage, a current or a charge.`, { step: index + 1 });
		if (exits.belowA !== undefined && control?.mode !== 'voltage') refuse(`${name} ends at a current, which only a step of constant voltage does.`, { step: index + 1 });
		if (kind === 'rest' && exits.durationS === undefined) refuse(`${name} needs a time.`, { step: index + 1 });
	}
	for (const [exit, value] of Object.entries(until))
		if (value !== undefined && !(Number.isFinite(value) && value > 0)) refuse(`The exit ${exit} is ${value}; it must be above 0.`, { exit, value });
	if (until.iterations !== undefined && !Number.isInteger(until.iterations))
		refuse(`The number of iterations is ${until.iterations}; it must be whole.`, { value: until.iterations });
	if (Object.values(until).every((value) => value === undefined))
		refuse('The script never ends: give it a cut-off voltage, an open-circuit voltage, a charge or a number of iterations.');
	const charges = steps.some(({ kind }) => kind === 'charge');
	if (charges && until.iterations === undefined) refuse('A script that also charges needs a number of iterations: it would go on for ever.');
}

/** `discharge 10 mA`-like, for people. */
export function stepText({ kind, control }: Step): string {
	if (!control) return kind;
	switch (control.mode) {
		case 'current':
			return `${kind} ${control.currentA} A`;
		case 'power':
			return `${kind} ${control.powerW} W`;
		case 'resistance':
			return `${kind} ${control.resistanceOhm} Ω`;
		case 'voltage':
			return `${kind} ${control.voltageV} V`;
	}
}
