/** `microjoule battery fit`: a battery profile from a cycler's file or a recording, with intervals of confidence and what the model leaves over. */

import { basename, extname, resolve } from 'node:path';
import { Command } from 'commander';
import { writePicture } from '../engine/formats/plot/plot.ts';
import { requireFree } from '../engine/formats/write/output.ts';
import { writeAtomically } from '../engine/recording/atomic.ts';
import { type Fit, fitProfile } from '../toolboxes/battery/fit/fit.ts';
import type { PulseFit } from '../toolboxes/battery/fit/pulses.ts';
import type { RateFit } from '../toolboxes/battery/fit/rates.ts';
import { deviationSvg } from '../toolboxes/battery/fit/residual-plot.ts';
import { writeProfile } from '../toolboxes/battery/profile/otii-json.ts';
import { addMeasurementOptions, ampereHour, type MeasurementFlags, readMeasurement } from './battery-measurement.ts';
import { addBatteryOptions, type BatteryFlags, openProfiles } from './battery-profiles.ts';
import { duration, si, table } from './format.ts';
import { listOption, numberOption } from './options.ts';
import { print } from './program.ts';
import { withToolbox } from './toolbox.ts';

interface FitFlags extends BatteryFlags, MeasurementFlags {
	readonly out?: string;
	readonly name?: string;
	readonly save?: boolean;
	readonly rates?: number[];
	readonly temperature?: number;
	readonly plot?: string;
	readonly overwrite?: boolean;
}

/** Of eleven rows people are shown. */
const shownRows = 11;

export function fitCommand(): Command {
	const command = new Command('fit')
		.description('Fits a battery profile to pulses and rests (HPPC, GITT), or to discharges at several rates: open-circuit voltage, resistance, two RC pairs.')
		.argument('<measurement>', "a cycler's CSV, or the folder of a project")
		.option('-o, --out <FILE>', 'writes the profile as JSON')
		.option('--save', 'keeps the profile in the data folder')
		.option('--name <NAME>', 'what the profile is called (default: the name of the file)')
		.option('--rates <C,…>', 'only the discharges at these rates, of a file that has several', listOption(numberOption('--rates', { above: 0, unit: 'C' })))
		.option('--temperature <C>', 'at which it was measured, in °C', numberOption('--temperature', { min: -100, max: 200, unit: '°C' }))
		.option('--plot <FILE>', 'draws what the model leaves over, .svg or .png')
		.option('--overwrite', 'replaces files that are already there');
	return addBatteryOptions(addMeasurementOptions(command)).action(async (path: string, options: FitFlags) => {
		const out = options.out === undefined ? undefined : resolve(options.out);
		if (out !== undefined) requireFree(out, options.overwrite);
		const name = options.name ?? nameFrom(options.out ?? path);
		const fit = await withToolbox('battery', options, async () => {
			const found = fitProfile(await readMeasurement(path, options, options.rates), { name, temperatureC: options.temperature });
			if (options.save) await (await openProfiles(options)).save(found.profile, { replace: options.overwrite });
			return found;
		});
		if (out !== undefined) await writeAtomically(out, Buffer.from(writeProfile(fit.profile)));
		if (options.plot !== undefined)
			await writePicture({ out: resolve(options.plot), overwrite: options.overwrite }, () => Promise.resolve(deviationSvg(`${name}: fitted to ${path}`, fit.residual.runs)));
		print({ file: out, plot: options.plot === undefined ? undefined : resolve(options.plot), ...plain(fit) }, options.json, () => human(fit, out));
	});
}

const nameFrom = (path: string): string => basename(path, extname(path)) || basename(resolve(path));

/** SI units; `ci` is half the width of the 95 % interval of confidence. */
function plain({ profile, found, residual, notes }: Fit) {
	const { capacityC } = found.fit;
	return {
		profile: { id: profile.id, name: profile.name },
		kind: found.kind,
		capacityC,
		cutoffV: found.fit.cutoffV,
		...(found.kind === 'pulses' ? ofPulses(found.fit) : ofRates(found.fit)),
		residual: { rmsV: residual.rmsV, maxV: residual.maxV, rows: residual.rows },
		notes,
	};
}

function ofPulses({ levels, timeConstantS, capacityC }: PulseFit) {
	const at = (usedC: number) => ({ usedC, stateOfCharge: 1 - usedC / capacityC });
	return {
		ocv: levels.map(({ usedC, openCircuitV, restV, restS }) => ({ ...at(usedC), openCircuitV: openCircuitV.value, ci: openCircuitV.ci, restV, restS })),
		r0: levels.map(({ usedC, seriesOhm, onsetOhm }) => ({ ...at(usedC), resistanceOhm: seriesOhm.value, ci: seriesOhm.ci, onsetOhm })),
		pairs: timeConstantS.map(({ value: timeConstant, ci }, pair) => ({
			timeConstantS: timeConstant,
			ci,
			rows: levels.map(({ usedC, pairOhm }) => ({
				...at(usedC),
				resistanceOhm: pairOhm[pair].value,
				ci: pairOhm[pair].ci,
				capacitanceF: pairOhm[pair].value > 0 ? timeConstant / pairOhm[pair].value : null,
			})),
		})),
	};
}

function ofRates({ usedC, openCircuitV, rates, resistanceRatio, capacityC }: RateFit) {
	return {
		resistanceRatio,
		ocv: Array.from(usedC, (used, k) => ({ usedC: used, stateOfCharge: 1 - used / capacityC, openCircuitV: openCircuitV[k] })),
		rates: rates.map(({ currentA, rateC, chargeC, resistanceOhm }) => ({ currentA, rateC, chargeC, resistanceOhm: Array.from(resistanceOhm) })),
	};
}

function human({ profile, found, residual, notes }: Fit, out: string | undefined): string {
	const { capacityC, cutoffV } = found.fit;
	return [
		`${profile.name}: ${Number((capacityC / ampereHour).toPrecision(5))} Ah down to ${si(cutoffV, 'V')}`,
		found.kind === 'pulses' ? pulseTable(found.fit) : rateTable(found.fit),
		`The model lies ${roughly(residual.rmsV)} (RMS) beside the ${residual.rows} rows it was fitted to, ${roughly(Math.abs(residual.maxV))} at most.`,
		...notes.map((note) => `Note: ${note}.`),
		...(out === undefined ? [] : [out]),
	].join('\n');
}

/** V, with as many digits as a deviation deserves. */
const roughly = (v: number): string => si(Number(v.toPrecision(3)), 'V');

function pulseTable({ levels, timeConstantS, capacityC }: PulseFit): string {
	const rows = levels.map(({ usedC, openCircuitV, seriesOhm, pairOhm }) => [
		`${(100 * (1 - usedC / capacityC)).toFixed(1)} %`,
		...[{ ...openCircuitV, unit: 'V' }, ...[seriesOhm, ...pairOhm].map((ohm) => ({ ...ohm, unit: 'Ω' }))].map(({ value, ci, unit }) => si(value, unit, ci)),
	]);
	const taus = timeConstantS.map(({ value, ci }, k) => `τ${k + 1} = ${si(value, 's', ci)} (${duration(Number(value.toPrecision(3)))})`).join(', ');
	return `${table([['charge left', 'open circuit', 'R0', 'R1', 'R2'], ...rows])}\n${taus}; all ± are 95 % intervals of confidence.`;
}

function rateTable({ usedC, openCircuitV, rates, capacityC, resistanceRatio }: RateFit): string {
	const rows = Array.from({ length: shownRows }, (_, k) => {
		const row = Math.round((k / (shownRows - 1)) * (usedC.length - 1));
		return [`${(100 * (1 - usedC[row] / capacityC)).toFixed(0)} %`, si(openCircuitV[row], 'V'), ...rates.map(({ resistanceOhm }) => si(resistanceOhm[row], 'Ω'))];
	});
	return `${table([['charge left', 'open circuit', ...rates.map(({ currentA }) => `R at ${si(currentA, 'A')}`)], ...rows])}\nAt the beginning the resistance at the gentlest current is ${resistanceRatio.toFixed(3)} times that at the fastest.`;
}
