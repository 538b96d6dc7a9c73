/** A budget's result as other programs read it: JUnit XML as Jenkins and GitLab take it, JSON, and a Markdown summary. */

import { figureNames, figures as units } from './budget-file.ts';
import type { Check, PhaseVerdict } from './judge.ts';
import { quantityText } from './quantity.ts';

export interface BudgetResult {
	readonly budget: string;
	readonly version: string;
	/** ISO 8601. */
	readonly startedAt: string;
	/** By this computer's clock, also where the device has a virtual one. */
	readonly durationS: number;
	readonly device: { readonly name: string; readonly serial: string; readonly kind: string; readonly simulated: boolean };
	readonly repetitions: number;
	readonly phases: readonly PhaseVerdict[];
	/** Folders of the recordings, in order. */
	readonly recordings: readonly string[];
	readonly passed: boolean;
}

export function checkText({ figure, kind, limit, measured, baseline }: Check): string {
	const unit = units[figure];
	const share = limit === 0 ? '' : ` (${measured > limit ? '+' : ''}${(((measured - limit) / Math.abs(limit)) * 100).toFixed(2)} %)`;
	const rule = kind === 'max' ? 'at most' : kind === 'min' ? 'at least' : `baseline ${quantityText(baseline ?? null, unit)}, at most`;
	return `${figure} ${quantityText(measured, unit)}, ${rule} ${quantityText(limit, unit)}${share}`;
}

export function junitXml(result: BudgetResult): string {
	const cases = result.phases.flatMap((phase) => phase.checks.map((check) => ({ phase, check })));
	const failures = cases.filter(({ check }) => !check.passed).length;
	const counts = `tests="${cases.length}" failures="${failures}" errors="0" skipped="0" time="${result.durationS.toFixed(3)}"`;
	const property = (name: string, value: string | number) => `      <property name="${xml(name)}" value="${xml(String(value))}"/>`;
	const lines = [
		'<?xml version="1.0" encoding="UTF-8"?>',
		`<testsuites name="Microjoule" ${counts}>`,
		`  <testsuite name="${xml(result.budget)}" ${counts} timestamp="${result.startedAt.replace(/\.\d+Z$/, '')}">`,
		'    <properties>',
		property('device', result.device.name),
		property('serial', result.device.serial),
		property('simulated', String(result.device.simulated)),
		property('repetitions', result.repetitions),
		property('microjoule', result.version),
		...result.phases.flatMap((phase) => figureNames.map((figure) => property(`${phase.phase}.${figure} (${units[figure]})`, phase.figures[figure].mean))),
		'    </properties>',
		...cases.map(({ phase, check }) => {
			const head = `    <testcase classname="${xml(`${result.budget}.${phase.phase}`)}" name="${xml(`${check.figure} ${check.kind}`)}" time="${phase.figures.duration.mean.toFixed(3)}"`;
			if (check.passed) return `${head}/>`;
			const text = xml(`${phase.phase}: ${checkText(check)}`);
			return `${head}>\n      <failure message="${text}" type="budget">${text}</failure>\n    </testcase>`;
		}),
		'  </testsuite>',
		'</testsuites>',
		'',
	];
	return lines.join('\n');
}

/** `plot`: the picture's file name beside the summary. */
export function markdown(result: BudgetResult, plot?: string): string {
	const rows = result.phases.flatMap((phase) =>
		figureNames.map((figure) => {
			const { mean, halfWidth } = phase.figures[figure];
			const unit = units[figure];
			const checks = phase.checks.filter((check) => check.figure === figure);
			const verdict = checks.length === 0 ? '' : checks.every(({ passed }) => passed) ? 'pass' : '**over**';
			const limits = checks.map(({ kind, limit }) => `${kind === 'min' ? '≥' : '≤'} ${quantityText(limit, unit)}${kind === 'baseline' ? ' (baseline)' : ''}`).join(', ');
			return `| ${cell(phase.phase)} | ${figure} | ${quantityText(mean, unit)} | ${halfWidth === null ? '' : `± ${quantityText(halfWidth, unit)}`} | ${limits} | ${verdict} |`;
		}),
	);
	const lost = result.phases.reduce((sum, phase) => sum + phase.lost, 0);
	return [
		`# ${result.budget}: ${result.passed ? 'within budget' : 'over budget'}`,
		'',
		`${result.device.name}${result.device.simulated ? ' (simulated)' : ''}, ${result.repetitions} repetition${result.repetitions === 1 ? '' : 's'}, ${result.startedAt}, Microjoule ${result.version}.${lost > 0 ? ` **${lost} samples were lost.**` : ' No sample was lost.'}`,
		'',
		'| phase | figure | mean | 95 % | limit | |',
		'|---|---|---|---|---|---|',
		...rows,
		...(plot === undefined ? [] : ['', `![The first recording](${plot})`]),
		'',
	].join('\n');
}

function cell(text: string): string {
	return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

function xml(text: string): string {
	// XML 1.0 has no place for most control characters, escaped or not.
	// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
	return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '').replace(/[&<>"']/g, (character) => entities[character]);
}
