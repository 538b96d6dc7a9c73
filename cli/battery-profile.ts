/** `microjoule battery profile`: discharges cells and makes a profile of each. */

import { join } from 'node:path';
import { Command } from 'commander';
import { MicrojouleError } from '../drivers/errors.ts';
import { type RunPlan, readPlan } from '../toolboxes/battery/cycler/plan.ts';
import { readScript } from '../toolboxes/battery/cycler/script.ts';
import type { OverallExits } from '../toolboxes/battery/cycler/step.ts';
import { chargeOf, durationOf, quantityOf } from '../toolboxes/battery/life/quantities.ts';
import { lowHigh, Profiler, runsFolder } from '../toolboxes/battery/profiler/profiler.ts';
import type { Run, StartRun } from '../toolboxes/battery/schemas.ts';
import { openProfiles } from './battery-profiles.ts';
import { addRunOptions, limitsOf, openRunBench, type RunFlags, watch } from './battery-run.ts';
import { dataFolder } from './licensing-access.ts';
import { numberOption } from './options.ts';
import { print } from './program.ts';
import { withToolbox } from './toolbox.ts';

type Phase = StartRun['low'];

interface Options extends RunFlags {
	readonly low?: Phase;
	readonly high?: Phase;
	readonly until?: OverallExits;
	readonly script?: string;
	readonly name?: string;
	readonly manufacturer?: string;
	readonly model?: string;
	readonly size?: string;
	readonly capacity?: number;
	readonly temperature?: number;
	readonly save?: string;
}

export function profileCommand(): Command {
	const command = new Command('profile')
		.description('Discharges a cell by a low and a high load in turn, or by a script of steps, and makes a profile of it. Takes days; can be stopped and resumed.')
		.option('--low <LOAD:TIME>', 'the low load: current=250u:60s, power=1mW:60s or resistance=10k:60s', phaseOption('--low'))
		.option('--high <LOAD:TIME>', 'the high load, such as current=10m:2ms', phaseOption('--high'))
		.option('--until <EXIT>', 'what ends it: voltage=2.0 (under load), ocv=2.2 (at the end of the low load), iterations=1000, charge=225mAh; repeatable', exitOption)
		.option('--script <FILE>', 'steps in place of --low and --high, YAML')
		.option('--name <NAME>', 'what the profile is called')
		.option('--manufacturer <TEXT>', 'noted in the profile')
		.option('--model <TEXT>', 'noted in the profile')
		.option('--size <TEXT>', 'noted in the profile')
		.option('--capacity <CHARGE>', 'what is printed on the cell, such as 225mAh: for an estimate of how long it takes', (text) => chargeOf(text, '--capacity'))
		.option('--temperature <°C>', 'noted in the profile', numberOption('--temperature', { unit: '°C' }))
		.option('--save <RUN>', 'makes the profile of what a run that was stopped has measured so far');
	return addRunOptions(command).action(async (options: Options) => {
		const asked = (options.save ?? options.resume) ? undefined : await planOf(options);
		const result = await withToolbox('battery', options, async (gate) => {
			await using cleanup = new AsyncDisposableStack();
			const folder = runsFolder(dataFolder(options.data));
			const planned = options.save !== undefined ? [] : options.resume === undefined ? undefined : readPlan(join(folder, options.resume)).devices;
			const { bench, clock, devices } = await openRunBench(options, cleanup, planned);
			const profiles = await openProfiles(options);
			const profiler = cleanup.use(new Profiler({ bench, clock, gate, profiles, folder }));
			if (options.save !== undefined) return resultOf(profiler, await profiler.save(options.save));
			const begun = asked ? await profiler.profile({ ...asked, devices }) : await profiler.resume(options.resume as string);
			if (!options.json) console.error(`microjoule: run ${begun.id}`);
			const ended = await watch('profile', profiler, begun.id, options.json);
			return resultOf(profiler, ended);
		});
		print(result, options.json, ({ profiles }) => profiles.map(({ id, name }) => `${name}  ${id}`).join('\n'));
	});
}

async function planOf(options: Options): Promise<Omit<RunPlan, 'kind' | 'devices'>> {
	const { low, high, script: file, name, manufacturer, model, size, capacity: nominalCapacityC, temperature: temperatureC, until = {}, record = false } = options;
	const fromFile = file === undefined ? undefined : await readScript(file);
	if (fromFile && (low || high)) throw new MicrojouleError('INVALID_VALUE', '--script and --low, --high exclude each other; give one of them.', { file });
	if (!fromFile && !(low && high)) throw new MicrojouleError('INVALID_VALUE', 'What is to be done is not said: give --low and --high, or --script.', {});
	const called = name ?? fromFile?.name;
	if (called === undefined) throw new MicrojouleError('INVALID_VALUE', 'The profile has no name: give --name.', {});
	return {
		name: called,
		script: fromFile ? { ...fromFile.script, until: { ...fromFile.script.until, ...until } } : lowHigh(low as Phase, high as Phase, until),
		...(fromFile ? {} : { stepNames: ['low', 'high'] }),
		limits: { ...fromFile?.limits, ...limitsOf(options) },
		cell: { manufacturer, model, size, nominalCapacityC },
		temperatureC,
		record,
	};
}

function resultOf(profiler: Profiler, run: Run) {
	const profiles = profiler.outcomes(run.id).flatMap(({ journal }) => {
		const saved = journal.lines.findLast((line) => line.type === 'saved');
		return saved ? [{ id: saved.id, name: saved.name }] : [];
	});
	return { run, profiles };
}

/** `current=250u:60s`. */
function phaseOption(option: string): (text: string) => Phase {
	return (text) => {
		const [, mode, value, time] = /^(current|power|resistance)=([^:]+):(.+)$/.exec(text) ?? [];
		if (time === undefined)
			throw new MicrojouleError('INVALID_VALUE', `${option} is "${text}"; write current=250u:60s, power=1mW:60s or resistance=10k:60s.`, { option, value: text });
		const units = { current: 'A', power: 'W', resistance: 'Ω' } as const;
		return { mode: mode as Phase['mode'], value: quantityOf(value, units[mode as Phase['mode']], option), time: durationOf(time, option) };
	};
}

function exitOption(text: string, before: OverallExits = {}): OverallExits {
	const [exit, value] = text.split('=');
	switch (exit) {
		case 'voltage':
			return { ...before, cutoffV: quantityOf(value, 'V', '--until voltage') };
		case 'ocv':
			return { ...before, openCircuitV: quantityOf(value, 'V', '--until ocv') };
		case 'charge':
			return { ...before, chargeC: chargeOf(value, '--until charge') };
		case 'iterations':
			return { ...before, iterations: numberOption('--until iterations', { integer: true, min: 1 })(value ?? '') };
	}
	throw new MicrojouleError('INVALID_VALUE', `--until is "${text}"; write voltage=2.0, ocv=2.2, charge=225mAh or iterations=1000.`, { option: '--until', value: text });
}
