/**
 * The safety watchdog, as the engine sees it: a process of its own that switches outputs off when this one dies without a word. Closing
 * the port does not do that on a real Arc, and a killed process can do nothing any more.
 *
 * One watchdog serves all ports of this process. It is started when the first port is armed, and holds the other end of a pipe that the
 * operating system closes when this process ends, however it ends. It never touches a port before that.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MicrojouleError, messageOf } from './errors.ts';

const startTimeoutMs = 10_000;

interface Watchdog {
	readonly process: ChildProcess;
	send(line: string): void;
	/** Resolves when the watchdog has confirmed the line. */
	confirmed(line: string): Promise<void>;
}

let watchdog: Watchdog | undefined;

/** Resolves when the watchdog watches over `path`: only then may its output be switched on. */
export async function armWatchdog(path: string): Promise<void> {
	watchdog ??= startWatchdog();
	const line = `arm ${path}`;
	const confirmed = watchdog.confirmed(line);
	watchdog.send(line);
	await confirmed;
}

/** The output of `path` is off, or is to be kept on. */
export async function disarmWatchdog(path: string): Promise<void> {
	if (!watchdog) return;
	const line = `disarm ${path}`;
	const confirmed = watchdog.confirmed(line);
	watchdog.send(line);
	await confirmed;
}

/** A guard of one path, in the form the driver takes. */
export function outputGuard(path: string): { arm(): Promise<void>; disarm(): Promise<void> } {
	return { arm: () => armWatchdog(path), disarm: () => disarmWatchdog(path) };
}

function startWatchdog(): Watchdog {
	// `.ts` from the sources, `.js` from the built package.
	const script = fileURLToPath(new URL(`./watchdog-process${extname(import.meta.url)}`, import.meta.url));
	// Detached: a session of its own, so that Ctrl-C in our terminal, or its closing, does not reach it.
	const child = spawn(process.execPath, [script], { detached: true, stdio: ['pipe', 'pipe', 'ignore'], windowsHide: true });
	const waiting = new Map<string, Set<(error?: Error) => void>>();
	const fail = (error: Error) => {
		if (watchdog?.process === child) watchdog = undefined;
		for (const settle of [...waiting.values()].flatMap((set) => [...set])) settle(error);
		waiting.clear();
	};
	child.on('error', fail);
	child.on('exit', (code) => fail(new Error(`it ended with code ${code}`)));
	child.stdin.on('error', fail);
	let text = '';
	child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
		const lines = (text + chunk).split('\n');
		text = lines.pop() ?? '';
		for (const line of lines) {
			for (const settle of waiting.get(line) ?? []) settle();
			waiting.delete(line);
		}
	});
	// It must not keep this process alive: its purpose begins when this process ends.
	const hold = (held: boolean) => {
		for (const handle of [child, child.stdin, child.stdout] as unknown as { ref?(): void; unref?(): void }[]) held ? handle.ref?.() : handle.unref?.();
	};
	hold(false);
	return {
		process: child,
		send: (line) => child.stdin.write(`${line}\n`),
		confirmed: (line) =>
			new Promise((resolve, reject) => {
				hold(true);
				const settles = waiting.get(line) ?? new Set();
				waiting.set(line, settles);
				const timer = setTimeout(() => settle(new Error('it did not answer')), startTimeoutMs);
				const settle = (error?: Error) => {
					clearTimeout(timer);
					settles.delete(settle);
					if (waiting.size === 0 || [...waiting.values()].every((set) => set.size === 0)) hold(false);
					if (error)
						reject(
							new MicrojouleError(
								'INTERNAL',
								`The safety watchdog failed: ${messageOf(error)}. The output was not switched on; --keep-output does without the watchdog.`,
								{},
								error,
							),
						);
					else resolve();
				};
				settles.add(settle);
			}),
	};
}
