/**
 * Segments whose currents are alike. Of a recorded cycle there are thousands, and the cell's resistance, which depends on the current but little, is asked for once a class.
 */

export interface CurrentClasses {
	/** Class of every segment. */
	readonly of: Uint16Array;
	/** A segment of each class: that of the largest current. */
	readonly representatives: readonly number[];
}

/** `steps`: within how many parts of the largest current they are told apart. */
export function currentClasses(currentA: Float64Array, steps: number): CurrentClasses {
	const span = currentA.reduce((most, a) => Math.max(most, Math.abs(a)), 0) || 1;
	const known = new Map<number, number>();
	const representatives: number[] = [];
	const of = new Uint16Array(currentA.length);
	for (let j = 0; j < currentA.length; j++) {
		const key = Math.round((steps * currentA[j]) / span);
		let index = known.get(key);
		if (index === undefined) {
			index = representatives.push(j) - 1;
			known.set(key, index);
		} else if (Math.abs(currentA[j]) > Math.abs(currentA[representatives[index]])) representatives[index] = j;
		of[j] = index;
	}
	return { of, representatives };
}
