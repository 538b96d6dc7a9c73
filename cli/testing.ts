/**
 * For tests of the program: runs the real one in processes of its own, reads what it prints, and cleans up. It never waits a fixed time:
 * a test waits for a line, an end, or a condition.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

/** What to do when the tests of a file are over: they may run side by side. */
const cleanup: (() => unknown)[] = [];
afterAll(async () => {
	for (const clean of cleanup.splice(0).reverse()) await clean();
});

const main = fileURLToPath(new URL('./main.ts', import.meta.url));

export interface Ended {
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

export interface Started {
	readonly process: ChildProcess;
	/** Resolves with the first line of standard output that matches; rejects when the program ends before. */
	line(pattern?: RegExp): Promise<string>;
	readonly ended: Promise<Ended>;
}

/** Starts the program. What still runs when the tests are over is killed. */
export function start(args: readonly string[], cwd?: string): Started {
	const child = spawn(process.execPath, [main, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
	let stdout = '';
	let stderr = '';
	const listeners = new Set<() => void>();
	child.stdout.setEncoding('utf8').on('data', (text: string) => {
		stdout += text;
		for (const listener of listeners) listener();
	});
	child.stderr.setEncoding('utf8').on('data', (text: string) => {
		stderr += text;
	});
	const ended = new Promise<Ended>((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })));
	cleanup.push(async () => {
		if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
		await ended;
	});
	return {
		process: child,
		ended,
		line: (pattern = /./) =>
			new Promise((resolve, reject) => {
				const look = () => {
					const whole = stdout.slice(0, stdout.lastIndexOf('\n') + 1).split('\n');
					const found = whole.find((line) => pattern.test(line));
					if (found !== undefined) resolve(found);
				};
				listeners.add(look);
				look();
				ended.then(({ code }) => reject(new Error(`The program ended with ${code}: ${stderr}`)));
			}),
	};
}

export function run(args: readonly string[], cwd?: string): Promise<Ended> {
	return start(args, cwd).ended;
}

/** The JSON that a command prints; fails with what it said otherwise. */
// biome-ignore lint/suspicious/noExplicitAny: tests look at any shape
export async function json(args: readonly string[], cwd?: string): Promise<any> {
	const { code, stdout, stderr } = await run([...args, '--json'], cwd);
	if (code !== 0) throw new Error(`microjoule ${args.join(' ')} ended with ${code}: ${stderr}`);
	return JSON.parse(stdout);
}

/** A folder that is gone after the tests. */
export function temporaryFolder(): string {
	const folder = mkdtempSync(join(tmpdir(), 'microjoule-cli-'));
	cleanup.push(() => rmSync(folder, { recursive: true, force: true }));
	return folder;
}

/** A simulated instrument in a process of its own; the path of its pseudo-terminal. */
export async function simulate(...args: string[]): Promise<string> {
	return start(['simulate', ...args]).line();
}

/** Resolves when it is so; rejects after `timeoutS`. Returns how long it took, in s. */
export async function until(what: string, isSo: () => boolean, timeoutS = 25): Promise<number> {
	const from = performance.now();
	const passedS = () => (performance.now() - from) / 1000;
	while (!isSo()) {
		if (passedS() > timeoutS) throw new Error(`Not within ${timeoutS} s: ${what}.`);
		await new Promise((resolve) => setTimeout(resolve, 10));
	}
	return passedS();
}

/** The serial number of a simulated Arc of the default seed. */
export const arcId = 'arc-SIM0000000000000000000000000ARC1';
