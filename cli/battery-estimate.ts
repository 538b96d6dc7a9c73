/** `microjoule battery estimate`: how long a battery lasts under a load, what ends it, and what would help. */

import { resolve } from 'node:path';
import { Command } from 'commander';
import { MicrojouleError } from '../drivers/errors.ts';
import { type CurvePanel, drawCurves } from '../engine/formats/plot/curves.ts';
import { writePicture } from '../engine/formats/plot/plot.ts';
import { estimateLife } from '../toolboxes/battery/life/estimate.ts';
import type { Load } from '../toolboxes/battery/life/load.ts';
import { chargeOf, durationOf, quantityOf, shareOf, temperatureOf } from '../toolboxes/battery/life/quantities.ts';
import type { IdealCell, LifeEstimate, Sensitivity } from '../toolboxes/battery/life/request.ts';
import type { TemperatureStretch } from '../toolboxes/battery/life/temperatures.ts';
import { inWords } from '../toolboxes/battery/life/words.ts';
import type { BatteryProfile, Uncertainty } from '../toolboxes/battery/profile/profile.ts';
import { type LoadFlags, loadOf, phaseOption } from './battery-load.ts';
import { addBatteryOptions, type BatteryFlags, openProfiles } from './battery-profiles.ts';
import { si, table } from './format.ts';
import { listOption, numberOption } from './options.ts';
import { print } from './program.ts';
import { withToolbox } from './toolbox.ts';

interface Options extends BatteryFlags, LoadFlags {
	readonly profile?: string;
	readonly capacity?: number;
	readonly cellVoltage?: number;
	readonly temperature?: number | TemperatureStretch[];
	readonly series?: number;
	readonly parallel?: number;
	readonly cutoff?: number;
	readonly margin?: number;
	readonly selfDischarge?: number;
	readonly soc?: number;
	readonly shelfLife?: number;
	readonly spread?: Uncertainty;
	readonly cells?: number;
	readonly seed?: number;
	readonly capacitor?: number[];
	readonly plot?: string;
	readonly overwrite?: boolean;
}

export function estimateCommand(): Command {
	const command = new Command('estimate')
		.description('How long a battery lasts under a load, what ends it and what would help. The load repeats until the voltage at its worst peak falls below the cut-off.')
		.option('--profile <NAME>', 'which cell, by the name or id of its profile')
		.option('--capacity <CHARGE>', 'in place of a profile an ideal cell of 3350mAh, 2.6Ah or 810C', (text) => chargeOf(text, '--capacity'))
		.option('--cell-voltage <V>', 'V of the ideal cell', numberOption('--cell-voltage', { above: 0, unit: 'V' }))
		.option('--phase <NAME=A:S>', 'a phase of the cycle, once or several times: sleep=2u:9.9s, send=8mA:100ms:20mA@2ms (with a peak), radio=30mW:1s (a power)', phaseOption)
		.option('--recording <PROJECT/ID>', 'the current of a recording, or of its window --from, --to, over and over')
		.option('--device <ID>', 'which device, where several have the channel')
		.option('--from <S>', 'beginning of the window, in s', numberOption('--from', { unit: 's' }))
		.option('--to <S>', 'end of the window, in s, exclusive', numberOption('--to', { unit: 's' }))
		.option('--replay <FILE>', 'the current of a measured trace, over and over')
		.option('--scenario <FILE>', 'several loads, weighted or so many times a day, YAML')
		.option('--temperature <°C>', 'such as 20, or a schedule: -10:25%,20:75% or -10:8h,20:16h', (text) => temperatureOf(text, '--temperature'))
		.option('--series <N>', 'cells in series', numberOption('--series', { min: 1, integer: true }))
		.option('--parallel <N>', 'strings in parallel', numberOption('--parallel', { min: 1, integer: true }))
		.option('--cutoff <V>', 'lowest voltage that the device bears (default: that of the profile)', numberOption('--cutoff', { min: 0, unit: 'V' }))
		.option('--margin <SHARE>', 'share of the capacity to keep in reserve, such as 10%', share('--margin'))
		.option('--self-discharge <SHARE>', 'share of the capacity lost in a year at 20 °C, such as 1% (default: that of the profile)', share('--self-discharge'))
		.option('--soc <SHARE>', 'how full it is at the beginning, such as 80%', share('--soc'))
		.option('--shelf-life <TIME>', 'it lasts no longer, whatever the load: 10y', (text) => durationOf(text, '--shelf-life'))
		.option('--spread <WHAT=SD,…>', 'standard deviations from cell to cell: capacity=5%,resistance=10%,voltage=20mV (default: those of the profile)', spreadOption)
		.option('--cells <N>', 'cells drawn for the spread (default 1000)', numberOption('--cells', { integer: true, min: 20 }))
		.option('--seed <N>', 'same seed, same cells (default 0)', numberOption('--seed', { integer: true, min: 0, max: Number.MAX_SAFE_INTEGER }))
		.option(
			'--capacitor <F,…>',
			'capacitors to try across the battery (default 100u,470u)',
			listOption((text) => quantityOf(text, 'F', '--capacitor')),
		)
		.option('--plot <FILE>', 'also draws the course of voltage and charge, .svg or .png')
		.option('--overwrite', 'replaces a plot that is already there');
	return addBatteryOptions(command).action(async (options: Options) => {
		requireOneCell(options);
		const load = await loadOf(options);
		await withToolbox('battery', options, () => run(options, load));
	});
}

async function run(options: Options, load: Load): Promise<void> {
	const { temperature, series, parallel, cutoff, margin, selfDischarge, soc, shelfLife, spread, cells, seed, capacitor, plot, overwrite } = options;
	const cell = await cellOf(options);
	const estimate = estimateLife({
		cell,
		load,
		temperature,
		series,
		parallel,
		cutoffV: cutoff,
		margin,
		selfDischargePerYear: selfDischarge,
		stateOfCharge: soc,
		shelfLifeS: shelfLife,
		spread,
		samples: cells,
		seed,
		capacitorsF: capacitor,
	});
	const name = 'tables' in cell ? cell.name : `an ideal cell of ${charge(cell.capacityC)}`;
	if (plot !== undefined) await writePicture({ out: resolve(plot), overwrite }, () => drawn(estimate, name));
	print({ cell: name, ...estimate, ...(plot === undefined ? {} : { plot: resolve(plot) }) }, options.json, () => human(estimate, name, options));
}

function requireOneCell({ profile, capacity, cellVoltage }: Options): void {
	if ((profile === undefined) === (capacity === undefined))
		throw new MicrojouleError(
			'INVALID_VALUE',
			`${profile === undefined ? 'No battery is named' : '--profile and --capacity exclude each other'}: give --profile NAME or --capacity CHARGE.`,
		);
	if (capacity === undefined && cellVoltage !== undefined)
		throw new MicrojouleError('INVALID_VALUE', '--cell-voltage belongs to an ideal cell; a profile has its own voltages.', { cellVoltage });
}

async function cellOf({ profile, capacity, cellVoltage, ...options }: Options): Promise<BatteryProfile | IdealCell> {
	if (capacity !== undefined) return { capacityC: capacity, voltageV: cellVoltage };
	return await (await openProfiles(options)).get(profile as string);
}

function share(option: string): (text: string) => number {
	return (text) => shareOf(text, option);
}

function spreadOption(text: string): Uncertainty {
	const keys: Readonly<Record<string, keyof Uncertainty>> = { capacity: 'capacity', resistance: 'resistance', voltage: 'openCircuitV' };
	return Object.fromEntries(
		text.split(',').map((part) => {
			const [name, value = ''] = part.split('=').map((each) => each.trim());
			if (!Object.hasOwn(keys, name))
				throw new MicrojouleError('INVALID_VALUE', `--spread is "${text}"; it must name capacity, resistance or voltage: capacity=5%,resistance=10%,voltage=20mV.`, {
					value: text,
				});
			return [keys[name], name === 'voltage' ? quantityOf(value, 'V', '--spread voltage') : shareOf(value, `--spread ${name}`)];
		}),
	);
}

const charge = (chargeC: number): string => `${Number((chargeC / 3.6).toPrecision(4))} mAh`;
const percent = (part: number): string => `${Number((100 * part).toPrecision(3))} %`;
const signed = (value: number, text: (magnitude: number) => string): string => `${value < 0 ? '−' : '+'}${text(Math.abs(value))}`;
/** Less is not worth a figure. */
const noGain = 1e-4;

function human(estimate: LifeEstimate, name: string, { margin, recording, replay, from = 0 }: Options): string {
	const { life, lifeS, endedBy, peak, cutoffV, leftC, capacityC, deliveredC, selfDischargedC, meanA, spread, sensitivities, notes } = estimate;
	const place = recording ?? replay;
	const where = [peak.name, peak.scenario].filter(Boolean).join(' of ') + (place === undefined ? '' : ` at ${si(from + peak.atS, 's')}`);
	const endings = {
		'cut-off under peak': `the voltage at the worst peak is down to ${cutoffV === undefined ? 'nothing' : si(cutoffV, 'V')}`,
		capacity: 'the charge is used up',
		margin: `only the margin of ${percent(margin ?? 0)} is left`,
		shelf: 'the shelf life is over',
	};
	const like = (seconds: number) => inWords(seconds, lifeS);
	const facts: string[][] = [
		['mean current', si(meanA, 'A')],
		['worst peak', `${si(peak.currentA, 'A')} in ${where}${Number.isNaN(peak.startV) ? '' : `: ${peak.startV.toFixed(3)} V at the start, ${peak.endV.toFixed(3)} V at the end`}`],
		['drawn', `${charge(deliveredC)} of ${charge(capacityC)}`],
		['self-discharged', charge(selfDischargedC)],
		['left behind', `${charge(leftC)}, ${percent(leftC / capacityC)}`],
	];
	if (spread) facts.push(['of 100 cells', `95 last ${like(spread.p5S)}, 50 last ${like(spread.p50S)}, 5 last ${like(spread.p95S)}`]);
	const width = Math.max(...facts.map(([what]) => what.length));
	const helps = sensitivities.map((each) => {
		const gain = each.gainS / (each.lifeS - each.gainS);
		return [helpText(each), like(each.lifeS), ...(Math.abs(gain) < noGain ? ['none', ''] : [signed(each.gainS, (s) => inWords(s)), signed(gain, percent)])];
	});
	return [
		`${name} lasts ${life}: then ${endings[endedBy]}.`,
		...facts.map(([what, text]) => `${what.padEnd(width)}  ${text}`),
		...(helps.length > 0 ? ['', table([['with', 'life', 'gain', ''], ...helps])] : []),
		...(notes.length > 0 ? ['', ...notes.map((note) => `! ${note}`)] : []),
	].join('\n');
}

function helpText({ of, change, name, scenario, peakA }: Sensitivity): string {
	if (of === 'capacitor') return `${si(change, 'F')} across it: peak ${si(peakA, 'A')}`;
	return [`${percent(Math.abs(change))} less ${of}`, name && `in ${name}`, scenario && `of ${scenario}`].filter(Boolean).join(' ');
}

const dayS = 86_400;

function drawn({ curve, life }: LifeEstimate, name: string): string {
	const x = curve.timeS.map((time) => time / dayS);
	const line = (of: string, y: readonly number[]) => ({ name: of, x, y });
	const voltages = curve.openCircuitV.some((v) => Number.isFinite(v));
	const panels: CurvePanel[] = [
		...(voltages ? [{ label: 'voltage', unit: 'V', lines: [line('without a load', curve.openCircuitV), line('at the worst peak', curve.loadedV)] }] : []),
		{
			label: 'state of charge',
			unit: '%',
			lines: [
				line(
					'state of charge',
					curve.stateOfCharge.map((left) => 100 * left),
				),
			],
		},
	];
	return drawCurves(panels, { title: `${name}: ${life}`, x: { label: 'time in days', unit: '' } });
}
