/** Draws what was measured, the current and the voltage, over the deviation of the model from it: what is left in there the model does not know. */

import { drawSvg, type Panel } from '../../../engine/formats/plot/svg.ts';
import type { View } from '../../../engine/recording/view.ts';
import type { Run } from './measurement.ts';

export interface Deviation {
	readonly run: Run;
	/** V by which the model lies above the measurement, one for each row. */
	readonly deviationV: Float64Array;
}

const width = 1200;
const panelHeight = 220;

/** SVG. Runs follow each other on one time axis that begins with 0. */
export function deviationSvg(title: string, list: readonly Deviation[]): string {
	const timeS: number[] = [];
	let beginS = 0;
	for (const { run } of list) {
		for (const time of run.timeS) timeS.push(beginS + time - run.timeS[0]);
		beginS = timeS[timeS.length - 1] ?? 0;
	}
	const joined = (of: (deviation: Deviation) => Float64Array) => Float64Array.from(list.flatMap((deviation) => Array.from(of(deviation))));
	const columns: [string, string, Float64Array][] = [
		['current', 'A', joined(({ run }) => run.currentA)],
		['voltage', 'V', joined(({ run }) => run.voltageV)],
		['model − measured', 'V', joined(({ deviationV }) => deviationV)],
	];
	const panels = columns.map(([label, unit, values]): Panel => ({ label, unit, view: asView(timeS, values), endS: beginS }));
	return drawSvg(panels, { title, width, height: 160 + panelHeight * panels.length, xRange: [0, beginS || 1] });
}

/** A row is drawn from where it was taken to the next. */
function asView(timeS: readonly number[], values: Float64Array): View {
	const count = values.length;
	return {
		begin: Float64Array.from({ length: count + 1 }, (_, k) => k),
		t: Float64Array.from(timeS),
		min: Float32Array.from(values),
		max: Float32Array.from(values),
		mean: values,
		valid: new Float64Array(count).fill(1),
		count,
	};
}
