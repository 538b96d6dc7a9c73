/**
 * A DC/DC converter between two instruments: buck-boost, one fixed output voltage, losses that follow from its figures. Its efficiency is therefore
 * a stated function of input voltage and output current, and a measured sweep can be held against it. The figures are a model of a
 * common class of part.
 *
 *     input power = output power × (1 + switching loss) + input voltage × quiescent current + resistance × input current²
 */

/** SI units. */
export const converterFigures = {
	/** V. */
	outputV: 3.3,
	/** V: outside these the converter is off. */
	lowestInputV: 0.7,
	highestInputV: 5.5,
	/** A drawn from the input whatever the load. */
	quiescentA: 6e-6,
	/** Share of the output power. */
	switchingLoss: 0.03,
	/** Ω: switches and inductor, seen from the input. */
	resistanceOhm: 0.2,
} as const;

/** Input current in A for `outputA` A at the output; undefined when the converter is off or cannot deliver that from `inputV` V. */
export function converterInputA(inputV: number, outputA: number): number | undefined {
	const { outputV, lowestInputV, highestInputV, quiescentA, switchingLoss, resistanceOhm } = converterFigures;
	if (inputV < lowestInputV || inputV > highestInputV) return undefined;
	const powerW = outputV * outputA * (1 + switchingLoss) + inputV * quiescentA;
	const root = inputV * inputV - 4 * resistanceOhm * powerW;
	// The smaller root of R·i² − V·i + P = 0, written so that small currents keep their digits.
	return root < 0 ? undefined : (2 * powerW) / (inputV + Math.sqrt(root));
}

/** Output power over input power, 0 where nothing comes out. */
export function converterEfficiency(inputV: number, outputA: number): number {
	const inputA = converterInputA(inputV, outputA);
	return inputA === undefined ? 0 : (converterFigures.outputV * outputA) / (inputV * inputA);
}
