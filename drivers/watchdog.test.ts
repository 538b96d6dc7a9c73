import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ArcInstrument } from './arc/instrument.ts';
import { realClock } from './clock.ts';
import { models } from './models.ts';
import { openSerialLink } from './serial-link.ts';
import { Bench } from './simulator/bench.ts';
import { SimulatedDevice } from './simulator/device.ts';
import { parseLoad } from './simulator/loads/catalogue.ts';
import { openPseudoTerminal } from './simulator/pty.ts';
import { SimulatedRunner } from './simulator/runner.ts';
import { SimulatedTime } from './simulator/time.ts';

/** A process that switches an output on, says so, and does nothing more. */
const engine = (path: string, end: string) => `
import { ArcInstrument } from './drivers/arc/instrument.ts';
import { realClock } from './drivers/clock.ts';
import { openSerialLink } from './drivers/serial-link.ts';
import { outputGuard } from './drivers/watchdog.ts';
const path = ${JSON.stringify(path)};
const instrument = await ArcInstrument.open(await openSerialLink(path), realClock, { guard: outputGuard(path) });
await instrument.set({ mainVoltage: 3.3, main: true });
console.log('on');
${end}`;

async function run(end: string) {
	const bench = new Bench({ model: models.arc, seed: 0, noise: true, load: parseLoad('resistor:330') });
	const runner = new SimulatedRunner(new SimulatedDevice({ model: models.arc, bench }), new SimulatedTime(realClock));
	const terminal = await openPseudoTerminal(runner);
	const child = spawn(process.execPath, ['--input-type=module', '-e', engine(terminal.path, end)], {
		cwd: fileURLToPath(new URL('..', import.meta.url)),
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	await once(child.stdout, 'data');
	const main = () => bench.controls.main;
	return { runner, terminal, child, main };
}

describe('the watchdog', () => {
	it('switches the output off within a second when its process is killed', async () => {
		const { runner, terminal, child, main } = await run('setInterval(() => {}, 1000);');
		expect(main()).toBe(true);
		child.kill('SIGKILL');
		await expect.poll(main, { timeout: 1000, interval: 10 }).toBe(false);
		await terminal.close();
		runner.close();
	});

	it('leaves the output alone when it was to be kept, and does not keep its process alive', async () => {
		const { runner, terminal, child, main } = await run('await instrument.close({ keepOutput: true });');
		const [code] = await once(child, 'exit');
		expect(code).toBe(0);
		// Whoever opens the port next finds the output on.
		const next = await ArcInstrument.open(await openSerialLink(terminal.path), realClock);
		expect(next.settings.main).toBe(true);
		expect(main()).toBe(true);
		await next.close();
		expect(main()).toBe(false);
		await terminal.close();
		runner.close();
	});
});
