/** Profiles as a picture: open-circuit voltage and resistance over the charge used, several profiles over one another. */

import { type CurvePanel, drawCurves, type Line } from '../../../engine/formats/plot/curves.ts';
import { CellModel } from './model.ts';
import type { BatteryProfile, DischargeTable } from './profile.ts';

/** C of a Ah, in which the axis is drawn. */
const ampereHour = 3600;
/** Points of a curve. */
const points = 500;

/** SVG. What is drawn is what is computed with: the curve between the rows, too. */
export function profilesSvg(profiles: readonly BatteryProfile[]): string {
	const curves = profiles.flatMap((profile) => profile.tables.map((table) => ({ model: new CellModel({ ...profile, tables: [table] }), name: curveName(profile, table) })));
	const lines = (y: (model: CellModel, usedC: number) => number): Line[] =>
		curves.map(({ model, name }) => {
			const usedC = Float64Array.from({ length: points }, (_, k) => (model.capacityC * k) / (points - 1));
			return { name, x: usedC.map((charge) => charge / ampereHour), y: usedC.map((charge) => y(model, charge)) };
		});
	const panels: CurvePanel[] = [
		{ label: 'open-circuit voltage', unit: 'V', lines: lines((model, usedC) => model.openCircuitV(usedC)) },
		{ label: 'resistance', unit: 'Ω', lines: lines((model, usedC) => model.resistanceOhm(usedC)) },
	];
	return drawCurves(panels, { title: profiles.length === 1 ? profiles[0].name : 'Battery profiles', x: { label: 'used capacity', unit: 'Ah' } });
}

function curveName({ name, tables }: BatteryProfile, { temperatureC, currentA }: DischargeTable): string {
	const marks = [temperatureC !== undefined && `${temperatureC} °C`, currentA !== undefined && `${currentA} A`].filter(Boolean);
	return tables.length > 1 && marks.length > 0 ? `${name}, ${marks.join(', ')}` : name;
}
