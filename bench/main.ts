/** `node bench/main.ts NAME… [--json] [--rounds N]`, `--list`: runs the benchmarks of this folder by name. */

import { readdir } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { MicrojouleError, messageOf } from '../drivers/errors.ts';
import { type Bench, createReporter, describeMachine } from './harness.ts';

const usage = 'Usage: npm run bench -- NAME… [--json] [--rounds N]   or   npm run bench -- --list';

/** Files of this folder that export a benchmark. */
async function benches(): Promise<Map<string, Bench>> {
	const found = new Map<string, Bench>();
	for (const file of (await readdir(import.meta.dirname)).sort()) {
		if (!file.endsWith('.ts') || file.endsWith('.test.ts') || file === 'main.ts' || file === 'harness.ts') continue;
		const { bench } = (await import(new URL(file, import.meta.url).href)) as { bench?: Bench };
		if (bench) found.set(file.slice(0, -'.ts'.length), bench);
	}
	return found;
}

async function main(): Promise<void> {
	const { values, positionals } = parseArgs({
		allowPositionals: true,
		options: {
			json: { type: 'boolean', default: false },
			list: { type: 'boolean', default: false },
			rounds: { type: 'string', default: '5' },
			help: { type: 'boolean', default: false },
		},
	});
	const rounds = Number(values.rounds);
	if (!Number.isInteger(rounds) || rounds < 3) throw new MicrojouleError('INVALID_VALUE', `--rounds is ${values.rounds}; it must be a whole number of at least 3.`);
	const all = await benches();
	if (values.list) {
		for (const [name, { brief }] of all) console.log(values.json ? JSON.stringify({ bench: name, brief }) : `${name.padEnd(16)}${brief}`);
		return;
	}
	if (values.help || positionals.length === 0) {
		console.log(`${usage}\nBenchmarks: ${[...all.keys()].join(', ')}`);
		process.exitCode = values.help ? 0 : 2;
		return;
	}
	for (const name of positionals) if (!all.has(name)) throw new MicrojouleError('NOT_FOUND', `There is no benchmark ${name}. Benchmarks: ${[...all.keys()].join(', ')}.`);
	const machine = describeMachine();
	console.log(
		values.json
			? JSON.stringify(machine)
			: Object.entries(machine)
					.map(([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
					.join('\n'),
	);
	for (const name of positionals) await all.get(name)?.run(createReporter(values.json), { rounds });
}

try {
	await main();
} catch (error) {
	console.error(messageOf(error));
	process.exitCode = error instanceof MicrojouleError ? 2 : 1;
}
