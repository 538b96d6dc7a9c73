/**
 * The models we know: channels, rates, ranges and limits of the Otii Arc and the Otii Ace, as data.
 *
 * Sources: channels, rates and the Arc's current accuracy are published figures. Where no figure of the real instrument is known
 * (voltage accuracy, noise, quantisation of the Ace, its upper ranges) the figure is a model, ours, and `docs/reference/devices.md`
 * says so.
 */

import type { Channel, InstrumentKind, Range } from './instrument.ts';
import type { SettingLimits } from './settings.ts';

export interface Model {
	readonly kind: InstrumentKind;
	readonly title: string;
	readonly channels: readonly Channel[];
	readonly limits: SettingLimits;
	/** Automatic ranging of the main current: up above `upA`, down below `downA` in magnitude; samples within `settleS` after a switch are settling. */
	readonly autoRange: { readonly upA: number; readonly downA: number; readonly settleS: number };
}

const range = (name: Range['name'], span: number, gain: number, offset: number, noise: number, step: number): Range => ({ name, span, gain, offset, noise, step });

const arcCurrent = [range('fine', 0.019, 0.001, 50e-9, 0.6e-6, 5e-9), range('middle', 2.7, 0.001, 150e-6, 55e-6, 82e-6), range('coarse', 5, 0.001, 150e-6, 0.5e-3, 1.5e-3)];
const arcVoltage = [range('fine', 5, 0.001, 1.5e-3, 0.5e-3, 1e-3)];
const aceCurrent = [range('fine', 0.025, 0.0005, 25e-9, 100e-9, 1e-9), range('middle', 0.25, 0.0005, 2.5e-6, 3e-6, 20e-9), range('coarse', 5, 0.001, 150e-6, 60e-6, 0.4e-6)];
const aceVoltage = [range('fine', 25, 0.0005, 1e-3, 0.3e-3, 0.1e-3)];

const arcAutoRange = { upA: 0.019, downA: 0.017, settleS: 0.001 };
const aceAutoRange = { upA: 0.025, downA: 0.0225, settleS: 0.0002 };

const arcFast = [4000];
const slow = [1000];
const aceRates = [1000, 2000, 5000, 10_000, 25_000, 50_000];

const analog = (id: string, label: string, unit: Channel['unit'], rates: readonly number[], ranges: readonly Range[] = [], more: Partial<Channel> = {}): Channel => ({
	id,
	label,
	unit,
	kind: 'analog',
	rates,
	defaultRate: rates[rates.length - 1],
	ranges,
	...more,
});

/** The channels both models have; `fast` are the rates of the main current and power, `other` those of the remaining analog channels. */
function commonChannels(fast: readonly number[], other: readonly number[], current: readonly Range[], voltage: readonly Range[], settleS: number): Channel[] {
	return [
		analog('mc', 'Main current', 'A', fast, current, { rail: { voltage: 'mv', power: 'mp' }, brings: ['mp'], settleS }),
		analog('mv', 'Main voltage', 'V', other, voltage),
		analog('mp', 'Main power', 'W', fast),
		analog('ac', 'ADC current', 'A', other, [], { rail: { voltage: 'av', power: 'ap' }, brings: ['ap'] }),
		analog('av', 'ADC voltage', 'V', other, voltage),
		analog('ap', 'ADC power', 'W', other),
		analog('sp', 'Sense+ voltage', 'V', other, voltage),
		analog('sn', 'Sense- voltage', 'V', other, voltage),
		analog('vb', 'VBUS', 'V', slow),
		analog('vj', 'DC jack voltage', 'V', slow),
		analog('tp', 'Temperature', '°C', slow),
		{ id: 'i1', label: 'GPI1', unit: '', kind: 'digital', rates: slow, defaultRate: 1000, ranges: [] },
		{ id: 'i2', label: 'GPI2', unit: '', kind: 'digital', rates: slow, defaultRate: 1000, ranges: [] },
		{ id: 'rx', label: 'UART logs', unit: '', kind: 'log', rates: [], defaultRate: 0, ranges: [] },
	];
}

export const models: Readonly<Record<InstrumentKind, Model>> = {
	arc: {
		kind: 'arc',
		title: 'Otii Arc',
		channels: commonChannels(arcFast, slow, arcCurrent, arcVoltage, arcAutoRange.settleS),
		limits: { maxVoltage: 5, minCurrent: -5, maxCurrent: 5, maxExpansionSupply: 5, expansionSupplyChoices: [0, 5] },
		autoRange: arcAutoRange,
	},
	ace: {
		kind: 'ace',
		title: 'Otii Ace',
		channels: [
			...commonChannels(aceRates, aceRates, aceCurrent, aceVoltage, aceAutoRange.settleS),
			analog('mc1', 'Main current, fine range', 'A', aceRates, aceCurrent),
			analog('mc2', 'Main current, middle range', 'A', aceRates, aceCurrent),
			analog('mc3', 'Main current, coarse range', 'A', aceRates, aceCurrent),
			analog('vpwr', 'Supply voltage', 'V', slow),
			analog('tm', 'Main temperature', '°C', slow),
		],
		limits: { maxVoltage: 25, minCurrent: -5, maxCurrent: 5, maxExpansionSupply: 15 },
		autoRange: aceAutoRange,
	},
};
