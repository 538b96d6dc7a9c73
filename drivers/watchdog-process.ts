/**
 * The safety watchdog itself: reads `arm PATH` and `disarm PATH` lines from its standard input, confirms each, and when the input ends,
 * switches the output of every armed path off and exits. It ignores the signals that end its parent. It must stay small: it is what
 * still works when everything else has failed.
 */

import { autoDetect } from '@serialport/bindings-cpp';
import { encodeFrame } from './arc/frame.ts';
import { parameter, setPayload, wakePayload } from './arc/protocol.ts';

/** The dying process may still hold the port's lock. */
const retryMs = 20;
const giveUpMs = 3000;

const armed = new Set<string>();
let text = '';

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGPIPE'] as const) {
	try {
		process.on(signal, () => {});
	} catch {
		// Not every platform knows every signal.
	}
}
// Nobody may be left to read the confirmations.
process.stdout.on('error', () => {});

process.stdin.setEncoding('utf8');
process.stdin.on('data', (chunk: string) => {
	const lines = (text + chunk).split('\n');
	text = lines.pop() ?? '';
	for (const line of lines) {
		const [command, path] = [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)];
		if (command === 'arm') armed.add(path);
		else if (command === 'disarm') armed.delete(path);
		else continue;
		process.stdout.write(`${line}\n`);
	}
});
let over = false;
const parentGone = () => {
	if (over) return;
	over = true;
	Promise.all([...armed].map(switchOff)).finally(() => process.exit(0));
};
process.stdin.on('end', parentGone);
process.stdin.on('close', parentGone);
process.stdin.on('error', parentGone);

async function switchOff(path: string): Promise<void> {
	const until = Date.now() + giveUpMs;
	for (;;) {
		try {
			const port = await autoDetect().open({ path, baudRate: 9600, lock: true, hupcl: false });
			// Once as the session stands, and once more behind a wake, in case the device had forgotten it.
			const off = encodeFrame(setPayload(1, parameter.main, 0));
			await port.write(Buffer.concat([off, encodeFrame(wakePayload()), off]));
			await port.drain();
			await port.close();
			return;
		} catch (error) {
			// A path that is gone has nothing left to switch off.
			if (/no such file/i.test(String(error)) || Date.now() > until) return;
			await new Promise((resolve) => setTimeout(resolve, retryMs));
		}
	}
}
