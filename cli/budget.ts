/**
 * `microjoule budget`: energy budgets for test pipelines. `run` measures and judges; its exit code is 0 within the budget, 1 over it, 2 when it
 * could not be measured. `baseline` accepts the figures of the last run as the ones to compare with.
 */

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { type Clock, realClock, VirtualClock } from '../drivers/clock.ts';
import { MicrojouleError, messageOf } from '../drivers/errors.ts';
import type { Instrument, InstrumentKind } from '../drivers/instrument.ts';
import { Bench } from '../engine/acquisition/bench.ts';
import { DecodePool } from '../engine/decode/pool.ts';
import { plot } from '../engine/formats/plot/plot.ts';
import { Project } from '../engine/project/project.ts';
import { writeAtomically } from '../engine/recording/atomic.ts';
import { version } from '../engine/version.ts';
import { type Budget, readBudget } from '../toolboxes/automation/budget/budget-file.ts';
import { type Baseline, baselineOf } from '../toolboxes/automation/budget/judge.ts';
import { type BudgetResult, checkText, junitXml, markdown } from '../toolboxes/automation/budget/report.ts';
import { runBudget } from '../toolboxes/automation/budget/run.ts';
import type { Gate } from '../toolboxes/licensing/gate.ts';
import { passwordFileOption, userOption } from './credentials.ts';
import { openDevice, openPort, openSimulated } from './instruments.ts';
import { addAccessOptions } from './licensing-access.ts';
import { choiceOption, minFreeOption } from './options.ts';
import { print, report } from './program.ts';
import { progressBar } from './progress.ts';
import { onStop } from './signals.ts';
import { addSimulatorOptions, buildSimulator, instrumentKinds, type SimulatorFlags } from './simulators.ts';
import { type ToolboxFlags, withToolbox } from './toolbox.ts';

interface RunOptions extends SimulatorFlags, ToolboxFlags {
	readonly port?: string;
	readonly device?: string;
	readonly sim?: InstrumentKind;
	readonly clock?: 'real' | 'virtual';
	readonly out: string;
	readonly baseline?: string;
	readonly minFree: number;
	readonly json?: boolean;
}

/** Files of a run, in its folder. */
const files = { project: 'project', result: 'result.json', junit: 'junit.xml', summary: 'summary.md', plot: 'plot.svg' };
const defaultOut = 'budget-results';

export function budgetCommand(): Command {
	const runCommand = new Command('run')
		.description('Measures a device by a budget file and says whether it keeps to it. Exit code 0: it does, 1: over budget, 2: it could not be measured.')
		.argument('<budget>', 'the budget, YAML')
		.option('--port <PATH>', 'the serial port of an instrument')
		.option('--device <ID>', 'a plugged-in instrument by id, serial number or name (default: what the budget names)')
		.option('--sim <arc|ace>', 'a simulated instrument', choiceOption('--sim', instrumentKinds))
		.option('--clock <real|virtual>', 'virtual: the simulated instrument runs as fast as this machine allows (default real)', choiceOption('--clock', ['real', 'virtual']))
		.option('--out <DIR>', `folder for recordings, ${files.junit}, ${files.result}, ${files.summary} and ${files.plot}`, defaultOut)
		.option('--baseline <FILE>', 'the figures to compare with (default: BUDGET.baseline.json)')
		.addOption(userOption())
		.addOption(passwordFileOption())
		.addOption(minFreeOption())
		.option('--json', 'machine-readable output, SI units');
	addSimulatorOptions(addAccessOptions(runCommand)).action(async (file: string, options: RunOptions) => {
		try {
			process.exitCode = await run(file, options);
		} catch (error) {
			report(error, options.json === true);
			process.exitCode = 2;
		}
	});
	const baselineCommand = new Command('baseline')
		.description('Accepts the figures of the last run as the baseline.')
		.argument('<budget>', 'the budget, YAML')
		.option('--out <DIR>', 'folder of the run', defaultOut)
		.option('--baseline <FILE>', 'where they are kept (default: BUDGET.baseline.json)')
		.option('--json', 'machine-readable output')
		.action(accept);
	const command = new Command('budget').description('Energy budgets for test pipelines. Needs the Automation Toolbox.');
	for (const sub of [runCommand, baselineCommand]) command.addCommand(sub.exitOverride());
	return command;
}

async function run(file: string, options: RunOptions): Promise<number> {
	const budget = await readBudget(file);
	const baseline = await readBaseline(baselinePath(file, options.baseline));
	checkSource(options, budget);
	const stop = new AbortController();
	const forget = onStop((signal) => stop.abort(new MicrojouleError('NOT_RECORDING', `Stopped by ${signal}.`, { signal })));
	try {
		const result = await withToolbox('automation', options, (gate) => measure(budget, baseline, options, gate, stop.signal));
		print(result, options.json, human);
		return result.passed ? 0 : 1;
	} finally {
		forget();
	}
}

async function measure(budget: Budget, baseline: Baseline, options: RunOptions, gate: Gate, signal: AbortSignal): Promise<BudgetResult> {
	await using cleanup = new AsyncDisposableStack();
	const clock: Clock = options.clock === 'virtual' ? new VirtualClock() : realClock;
	const instrument = await openInstrument(budget, options, clock, cleanup);
	const out = resolve(options.out);
	await mkdir(out, { recursive: true });
	let project: Project;
	try {
		project = cleanup.use(await Project.openOrCreate(join(out, files.project)));
		project.requireWritable();
	} catch (error) {
		await instrument.close();
		throw error;
	}
	const bench = cleanup.use(
		await Bench.create({
			project,
			decoder: cleanup.use(new DecodePool()),
			clock,
			minFreeBytes: options.minFree,
			openPath: (path) => openPort(path),
			discover: async () => [],
		}),
	);
	await bench.add(instrument);
	const startedAt = new Date().toISOString();
	const started = performance.now();
	const progress = progressBar('Repetition', budget.repetitions, options.json);
	const outcome = await runBudget({
		bench,
		budget,
		baseline,
		clock,
		requireLicence: () => gate.require('automation'),
		onRepetition: (done) => progress.update(done),
		signal,
	}).finally(() => progress.stop());
	const { name, serial, kind, simulated } = outcome.device;
	const result: BudgetResult = {
		budget: budget.name,
		version,
		startedAt,
		durationS: (performance.now() - started) / 1000,
		device: { name, serial, kind, simulated },
		repetitions: budget.repetitions,
		phases: outcome.phases,
		recordings: outcome.recordings.map((id) => project.recordingFolder(id)),
		passed: outcome.passed,
	};
	await bench.reading(outcome.recordings[0], (reader) => plot(reader, { out: join(out, files.plot), channels: ['mc'], overwrite: true }));
	const accepted = baselineOf(budget, outcome.phases);
	await writeFile(join(out, files.result), `${JSON.stringify({ ...result, figures: accepted }, null, 2)}\n`);
	await writeFile(join(out, files.junit), junitXml(result));
	await writeFile(join(out, files.summary), markdown(result, files.plot));
	return result;
}

async function openInstrument(budget: Budget, options: RunOptions, clock: Clock, cleanup: AsyncDisposableStack): Promise<Instrument> {
	if (options.sim) {
		const simulator = await buildSimulator(options.sim, options, { clock, name: budget.device });
		cleanup.defer(() => simulator.close());
		return openSimulated(simulator, clock);
	}
	if (options.port !== undefined) return openPort(options.port);
	return openDevice((options.device ?? budget.device) as string);
}

function checkSource({ port, device, sim, clock }: RunOptions, budget: Budget): void {
	const named = Object.entries({ '--port': port, '--device': device, '--sim': sim }).filter(([, value]) => value !== undefined);
	if (named.length > 1) throw new MicrojouleError('INVALID_VALUE', `${named.map(([option]) => option).join(' and ')} exclude each other; name one instrument.`, {});
	if (named.length === 0 && budget.device === undefined)
		throw new MicrojouleError('INVALID_VALUE', 'No instrument is named: give --port, --device or --sim, or "device: NAME" in the budget.', {});
	if (clock === 'virtual' && !sim) throw new MicrojouleError('INVALID_VALUE', '--clock virtual needs --sim: hardware has the time it has.', { clock });
}

function baselinePath(budget: string, given: string | undefined): string {
	return given ?? `${budget.replace(/\.ya?ml$/i, '')}.baseline.json`;
}

async function readBaseline(file: string): Promise<Baseline> {
	let text: string;
	try {
		text = await readFile(file, 'utf8');
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
		throw new MicrojouleError('NOT_FOUND', `The baseline ${file} cannot be read: ${messageOf(error)}`, { file }, error);
	}
	try {
		const { phases } = JSON.parse(text) as { phases?: Baseline };
		if (phases && Object.values(phases).every((figures) => figures && Object.values(figures).every((value) => typeof value === 'number'))) return phases;
	} catch {}
	throw new MicrojouleError('DAMAGED', `The baseline ${file} is not one that \`microjoule budget baseline\` wrote.`, { file });
}

async function accept(budgetFile: string, { out, baseline, json }: { out: string; baseline?: string; json?: boolean }): Promise<void> {
	const budget = await readBudget(budgetFile);
	const source = join(resolve(out), files.result);
	let result: { budget?: string; startedAt?: string; version?: string; device?: unknown; figures?: Baseline };
	try {
		result = JSON.parse(await readFile(source, 'utf8'));
	} catch (error) {
		throw new MicrojouleError('NOT_FOUND', `There is no finished run in ${resolve(out)} (${messageOf(error)}). Run the budget first.`, { file: source }, error);
	}
	if (result.budget !== budget.name || !result.figures)
		throw new MicrojouleError('INVALID_VALUE', `The run in ${resolve(out)} is of the budget ${result.budget}, not of ${budget.name}. Run this one first.`, { file: source });
	const file = baselinePath(budgetFile, baseline);
	const { startedAt, device, figures } = result;
	await writeAtomically(
		resolve(file),
		Buffer.from(`${JSON.stringify({ budget: budget.name, measuredAt: startedAt, version: result.version, device, phases: figures }, null, 2)}\n`),
	);
	print({ file: resolve(file), phases: figures }, json, ({ file: written }) => `The figures of ${startedAt} are the baseline now: ${written}`);
}

function human(result: BudgetResult): string {
	const lines = result.phases.flatMap((phase) => [
		...phase.checks.map((check) => `${check.passed ? 'pass' : 'OVER'}  ${phase.phase}: ${checkText(check)}`),
		...phase.withoutBaseline.map((figure) => `  –   ${phase.phase}: ${figure} has no baseline yet (\`microjoule budget baseline\` accepts this run's)`),
		...(phase.lost > 0 ? [`  !   ${phase.phase}: ${phase.lost} samples were lost`] : []),
	]);
	return [...lines, `${result.budget}: ${result.passed ? 'within budget' : 'over budget'}`].join('\n');
}
