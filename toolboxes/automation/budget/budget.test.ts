import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { arcChannel, device, recorded, temporaryFolder } from '../../../engine/recording/testing.ts';
import { parseBudget } from './budget-file.ts';
import { estimate, judgePhase } from './judge.ts';
import { findMoment } from './moments.ts';
import { measurePhase } from './phases.ts';
import { parseQuantity, parseShare, quantityText } from './quantity.ts';
import { junitXml, markdown } from './report.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
	folder = temporaryFolder();
});
afterEach(() => folder.remove());

/** Ten seconds at 100 S/s and 2 V: 1 mA, and 10 mA in [2, 3) and [6, 7); lines and edges there. */
const sample = () =>
	recorded(
		`${folder.path}/r`,
		[
			{ ...arcChannel('mc', 100), samples: Array.from({ length: 1000 }, (_, k) => ([2, 6].includes(Math.floor(k / 100)) ? 0.01 : 0.001)) },
			{ ...arcChannel('mv', 100), samples: Array.from({ length: 1000 }, () => 2) },
		],
		[
			{ device, type: 'edge', channel: 'i1', level: 0, time: 0 },
			{ device, type: 'log', channel: 'rx', text: 'boot 1.2\r', time: 0.5 },
			{ device, type: 'log', channel: 'rx', text: 'Connecting...', time: 2 },
			{ device, type: 'edge', channel: 'i1', level: 1, time: 2 },
			{ device, type: 'edge', channel: 'i1', level: 0, time: 3 },
			{ device, type: 'log', channel: 'rx', text: 'Connecting...', time: 6 },
			{ device, type: 'edge', channel: 'i1', level: 1, time: 6 },
			{ device, type: 'edge', channel: 'i1', level: 0, time: 7 },
		],
	);

const budget = (phases: string, more = '') => parseBudget(`name: test\nstop: { time: 1 s }\n${more}\nphases:\n${phases}`);

describe('quantities', () => {
	it('reads what people write, and refuses the rest by name', () => {
		expect(parseQuantity('3.5 mJ', 'J', 'x')).toBeCloseTo(0.0035, 12);
		expect(parseQuantity('12µA', 'A', 'x')).toBeCloseTo(12e-6, 15);
		expect(parseQuantity(0.5, 'J', 'x')).toBe(0.5);
		expect(parseQuantity('2 min', 's', 'x')).toBe(120);
		expect(parseShare('5 %', 'x')).toBe(0.05);
		for (const wrong of ['', '5 V', 'many J', '1e999 J', 'J']) expect(() => parseQuantity(wrong, 'J', 'limits.energy')).toThrow(/limits\.energy/);
		expect(() => parseShare('5', 'x')).toThrow(/percentage/);
		expect(quantityText(0.0035, 'J')).toBe('3.5 mJ');
	});
});

describe('a budget file', () => {
	it.each([
		['no phases', 'name: a\nstop: {time: 1}', /phases/],
		['an unknown key', 'name: a\nstop: {time: 1}\nphases: [{name: p}]\nphase: 1', /phase is not a known key/],
		['an unknown key further down', 'name: a\nstop: {time: 1}\nphases: [{name: p, limits: {enrgy: {max: 1}}}]', /phases\.0\.limits\.enrgy is not a known key/],
		['a missing stop', 'name: a\nphases: [{name: p}]', /the file .*stop/],
		['a value of the wrong kind', 'name: a\nstop: {time: 1}\nrepetitions: many\nphases: [{name: p}]', /repetitions must be integer/],
		['a quantity that is a list', 'name: a\nstop: {time: 1}\nphases: [{name: p, limits: {energy: {max: [1]}}}]', /max must be string or must be number/],
		['a setting that there is not', 'name: a\nsettings: {voltage: 3 V}\nstop: {time: 1}\nphases: [{name: p}]', /settings\.voltage is not a setting.*mainVoltage/],
		['two kinds of moment', 'name: a\nstop: {time: 1, log: x}\nphases: [{name: p}]', /log and time/],
		['no moment', 'name: a\nstop: {count: 2}\nphases: [{name: p}]', /nothing/],
		['two phases of one name', 'name: a\nstop: {time: 1}\nphases: [{name: p}, {name: p}]', /two phases/],
		['limits the wrong way round', 'name: a\nstop: {time: 1}\nphases: [{name: p, limits: {energy: {min: 2 J, max: 1 J}}}]', /above max/],
		['a limit in the wrong unit', 'name: a\nstop: {time: 1}\nphases: [{name: p, limits: {energy: {max: 1 A}}}]', /limits\.energy\.max/],
		['no YAML', 'name: [', /YAML/],
	])('with %s is refused, and the place is named', (_, text, message) => expect(() => parseBudget(text)).toThrow(message));
});

it('takes settings in their units', () => {
	const { settings } = budget('  - { name: p }', 'settings: { mainVoltage: 3300 mV, adcShunt: 100 mΩ, uartBaudRate: 9600, uart: true, range: high }');
	expect(settings).toEqual({ mainVoltage: 3.3, adcShunt: 0.1, uartBaudRate: 9600, uart: true, range: 'high' });
});

describe('phases', () => {
	it('are cut between lines, edges, crossings and times', async () => {
		using reader = await sample();
		const moments = (from: string) => budget(`  - { name: p, from: ${from} }`).phases[0].from as NonNullable<ReturnType<typeof budget>['phases'][0]['from']>;
		const find = (from: string, after?: number) => findMoment(reader, device, moments(from), after);
		expect(await find('{ log: Connecting... }')).toBe(2);
		expect(await find('{ log: Connecting... }', 2)).toBe(6);
		expect(await find('{ log: Connecting..., count: 2, plus: 100 ms }')).toBeCloseTo(6.1, 9);
		expect(await find('{ log: boot }')).toBeUndefined();
		expect(await find('{ log: /^boot \\d/ }')).toBe(0.5);
		expect(await find('{ edge: i1, to: low }')).toBe(3);
		expect(await find('{ edge: i1, count: 3 }')).toBe(6);
		expect(await find('{ above: 5 mA }')).toBe(2);
		expect(await find('{ below: 5 mA }')).toBe(3);
		expect(await find('{ above: 5 mA }', 2.5)).toBe(6);
		expect(await find('{ time: 4 s }')).toBe(4);
		expect(await find('{ time: 11 s }')).toBeUndefined();
	});

	it('are measured with energy, charge, average, peak and duration', async () => {
		using reader = await sample();
		const [cycle, pulses, rest] = budget(
			'  - { name: cycle, from: { log: Connecting... }, to: { log: Connecting... } }\n  - { name: pulses, every: true, from: { edge: i1, to: high }, to: { edge: i1, to: low } }\n  - { name: never, from: { log: Never } }',
		).phases;
		const [measured] = await measurePhase(reader, device, cycle, 10);
		expect(measured).toMatchObject({ from: 2, to: 6, lost: 0 });
		// 1 s at 10 mA and 3 s at 1 mA, at 2 V
		expect(measured.figures.energy).toBeCloseTo(0.026, 7);
		expect(measured.figures.charge).toBeCloseTo(0.013, 7);
		expect(measured.figures.average).toBeCloseTo(0.00325, 8);
		expect(measured.figures.peak).toBeCloseTo(0.01, 8);
		expect(measured.figures.duration).toBe(4);
		expect((await measurePhase(reader, device, pulses, 10)).map(({ from, to }) => [from, to])).toEqual([
			[2, 3],
			[6, 7],
		]);
		await expect(measurePhase(reader, device, rest, 10)).rejects.toThrow(/phase never does not begin.*"Never"/);
	});
});

describe('the verdict', () => {
	it('knows Student: three values', () => {
		const { mean, halfWidth } = estimate([1, 2, 3]);
		expect(mean).toBe(2);
		expect(halfWidth).toBeCloseTo((4.303 * 1) / Math.sqrt(3), 9);
		expect(estimate([5]).halfWidth).toBeNull();
	});

	const occurrence = (energy: number) => ({ from: 0, to: 1, lost: 0, figures: { energy, charge: 1, average: 1, peak: 1, duration: 1 } });
	const [phase] = budget('  - { name: "a <b>", limits: { energy: { min: 1 J, max: 2 J } }, baseline: { energy: 10 %, charge: 0.5 C, peak: 1 A } }').phases;

	it('compares the mean with limits and baseline', () => {
		const verdict = judgePhase(phase, [[occurrence(1.9)], [occurrence(2.3)]], { 'a <b>': { energy: 1.9, charge: 0.4 } });
		expect(verdict.checks.map(({ figure, kind, passed }) => [figure, kind, passed])).toEqual([
			['energy', 'max', false],
			['energy', 'min', true],
			['energy', 'baseline', false],
			['charge', 'baseline', false],
		]);
		expect(verdict.checks[2].limit).toBeCloseTo(2.09, 9);
		expect(verdict.withoutBaseline).toEqual(['peak']);
	});

	it('is JUnit XML that parses, with every character in its place', async () => {
		const verdict = judgePhase(phase, [[occurrence(2.1)]], {});
		const result = {
			budget: 'R&D "x" \u0007',
			version: '1',
			startedAt: '2026-01-01T00:00:00.000Z',
			durationS: 1.5,
			device: { name: 'Arc', serial: '1', kind: 'arc', simulated: true },
			repetitions: 1,
			phases: [verdict],
			recordings: [],
			passed: false,
		};
		const text = junitXml(result);
		expect(text).not.toContain('\u0007');
		const tags = [...text.matchAll(/<(\/?)([a-z]+)([^<>]*?)(\/?)>/g)];
		const open: string[] = [];
		for (const [, closing, name, , empty] of tags) {
			if (closing) expect(open.pop()).toBe(name);
			else if (!empty) open.push(name);
		}
		expect(open).toEqual([]);
		expect(tags.filter(([, closing, name]) => !closing && name === 'testcase')).toHaveLength(2);
		expect(text).toContain('failures="1"');
		expect(text).toContain('a &lt;b&gt;: energy 2.1 J, at most 2 J (+5.00 %)');
		expect(markdown(result, 'plot.svg')).toMatch(/over budget[\s\S]*\*\*over\*\*[\s\S]*!\[.*\]\(plot\.svg\)/);
	});
});
