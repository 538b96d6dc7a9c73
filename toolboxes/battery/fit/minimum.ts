/** The minimum of a function of few numbers without its slopes: the simplex of Nelder and Mead, The Computer Journal 7, 1965. */

const mostSteps = 80;

/** Starts at `start` with steps of `step`; ends where the simplex is smaller than `tolerance` in every number. */
export function minimum(of: (x: readonly number[]) => number, start: readonly number[], step: number, tolerance: number): number[] {
	const at = (x: number[]) => ({ x, y: of(x) });
	const simplex = [at([...start]), ...start.map((_, k) => at(start.map((value, j) => (j === k ? value + step : value))))];
	for (let n = 0; n < mostSteps; n++) {
		simplex.sort((a, b) => a.y - b.y);
		const worst = simplex[simplex.length - 1];
		const size = Math.max(...simplex.flatMap(({ x }) => x.map((value, k) => Math.abs(value - simplex[0].x[k]))));
		if (size < tolerance) break;
		const centre = start.map((_, k) => simplex.slice(0, -1).reduce((sum, { x }) => sum + x[k], 0) / (simplex.length - 1));
		const along = (factor: number) => at(centre.map((value, k) => value + factor * (worst.x[k] - value)));
		const mirrored = along(-1);
		let better = mirrored;
		if (mirrored.y < simplex[0].y) {
			const further = along(-2);
			if (further.y < mirrored.y) better = further;
		} else if (!(mirrored.y < simplex[simplex.length - 2].y)) better = along(mirrored.y < worst.y ? -0.5 : 0.5);
		if (better.y < worst.y) simplex[simplex.length - 1] = better;
		else for (let k = 1; k < simplex.length; k++) simplex[k] = at(simplex[k].x.map((value, j) => (value + simplex[0].x[j]) / 2));
	}
	return simplex.reduce((best, vertex) => (vertex.y < best.y ? vertex : best)).x;
}
