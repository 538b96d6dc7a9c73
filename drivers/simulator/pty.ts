/**
 * A simulated device on a pseudo-terminal: a real path that any program opens as it would a serial port. Unix only.
 *
 *     runner ──► queue (bounded, the device's) ──► block ──► master │ slave ◄──► host
 *
 * The terminal is raw before anybody can open it, and one slave descriptor of our own stays open for as long as the device lives, so hosts may
 * come and go. The operating system takes about 4 to 12 kB. Node's own stream would block the whole process on the rest, so the master is
 * written to directly, without blocking, and tried again a moment later while the device's own queue holds, bounds and drops. Whether a host
 * has the port open cannot be seen from here: the runner is connected throughout.
 */

import type { EventEmitter } from 'node:events';
import { writeSync } from 'node:fs';
import type { Duplex } from 'node:stream';
import { MicrojouleError, messageOf } from '../errors.ts';
import type { RunnerPort, SimulatedRunner } from './runner.ts';

export interface PseudoTerminal {
	/** What a host opens: `/dev/pts/7`. */
	readonly path: string;
	/** The device goes; a host that has the port open sees it hang up. Idempotent. */
	close(): Promise<void>;
}

/** What a pseudo-terminal needs of a runner. */
export type TerminalEnd = Pick<SimulatedRunner, 'connect' | 'disconnect' | 'receive' | 'read' | 'pending' | 'congested'>;

/** What is used of node-pty's terminal beyond its typed interface. */
interface OpenTerminal {
	readonly _pty: string;
	/** The master's descriptor; node-pty has set it non-blocking. */
	readonly _fd: number;
	readonly master: Duplex & EventEmitter;
	readonly slave: Duplex & EventEmitter;
}

const BLOCK_BYTES = 32_768;

/** Throws NOT_SUPPORTED where there are no pseudo-terminals. */
export async function openPseudoTerminal(runner: TerminalEnd): Promise<PseudoTerminal> {
	let terminal: OpenTerminal;
	try {
		const { default: pty } = await import('@lydell/node-pty');
		// `open` is missing in the package's types.
		terminal = (pty as unknown as { open(options: { encoding: null }): OpenTerminal }).open({ encoding: null });
	} catch (error) {
		throw new MicrojouleError('NOT_SUPPORTED', `This machine has no pseudo-terminals (${messageOf(error)}); reach the simulated device in this process instead.`, {}, error);
	}
	const path = terminal._pty;
	const { master, slave } = terminal;
	// Opening the slave through the serial binding is the one way to make it raw without a subprocess: Node's own raw mode leaves \n → \r\n
	// on. Unlocked, since locks belong to hosts.
	const { autoDetect } = await import('@serialport/bindings-cpp');
	const keeper = await autoDetect().open({ path, baudRate: 115_200, lock: false, hupcl: false });
	// The slave stream that came with the terminal would read the host's replies away.
	slave.on('error', () => {});
	slave.destroy();

	const block = Buffer.allocUnsafe(BLOCK_BYTES);
	let from = 0;
	let to = 0;
	let refusals = 0;
	let retry: NodeJS.Timeout | undefined;
	let closing: Promise<void> | undefined;
	const pump = (): void => {
		if (retry || closing) return;
		for (;;) {
			if (from === to) {
				from = 0;
				to = runner.read(block, 0, block.length);
				if (to === 0) break;
			}
			try {
				from += writeSync(terminal._fd, block, from, to - from);
				refusals = 0;
			} catch (error) {
				const { code } = error as NodeJS.ErrnoException;
				if (code !== 'EAGAIN' && code !== 'EINTR') {
					void close();
					return;
				}
				// A host that is there reads on within a millisecond; where none is, there is no hurry.
				retry = setTimeout(again, refusals++ < 100 ? 1 : 20);
				break;
			}
		}
		if (runner.congested) master.pause();
		else if (master.isPaused()) master.resume();
	};
	const again = (): void => {
		retry = undefined;
		pump();
	};
	const close = (): Promise<void> => {
		closing ??= (async () => {
			clearTimeout(retry);
			runner.disconnect();
			await keeper.close().catch(() => {});
			await new Promise<void>((resolve) => {
				master.once('close', () => resolve());
				master.destroy();
			});
		})();
		return closing;
	};
	const port: RunnerPort = { readable: pump, unplugged: () => void close() };
	master.on('data', (chunk: Buffer) => {
		if (!closing) runner.receive(chunk);
	});
	// The terminal's own handler looks for listeners of its own before it throws; an error here only means that the far end has gone.
	master.on('error', () => void close());
	runner.connect(port);
	return { path, close };
}
