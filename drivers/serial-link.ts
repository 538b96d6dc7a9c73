/**
 * A link over a serial port: the stream of `serialport` on an injected binding (the real one by default, an in-memory one for simulated
 * devices). It owns the open port, and turns the binding's faults into errors that say what to do. It knows no protocol.
 */

import type { BindingInterface } from '@serialport/bindings-cpp';
import { SerialPortStream } from '@serialport/stream';
import { SerialPort } from 'serialport';
import { MicrojouleError, messageOf } from './errors.ts';
import type { Link, LinkHandlers } from './link.ts';

/** The rule that gives the user of a Linux desktop access to an Otii Arc. */
export const udevRule = 'SUBSYSTEM=="tty", ATTRS{idVendor}=="0fce", ATTRS{idProduct}=="d1e6", MODE="0660", TAG+="uaccess"';

/** The device ignores the rate: it is USB. */
const baudRate = 9600;
/**
 * Bytes of a read buffer. The stream takes a fresh one whenever one is used up, so it stays below the size from which the allocator maps
 * new pages, whose first touch costs more than reading. A read returns what is there, at most a few KB from a terminal.
 */
const readBufferBytes = 64 * 1024;

export interface SerialLinkOptions {
	/** Default: the real serial ports of this machine. */
	readonly binding?: BindingInterface;
}

/** Opens the port, DTR and RTS low. Rejects with NO_PORT, PORT_BUSY, PORT_PERMISSION or PORT_FAILED. */
export async function openSerialLink(path: string, options: SerialLinkOptions = {}): Promise<Link> {
	let port: SerialPortStream;
	try {
		port = new SerialPortStream({
			binding: options.binding ?? SerialPort.binding,
			path,
			baudRate,
			dataBits: 8,
			parity: 'none',
			stopBits: 1,
			rtscts: false,
			lock: true,
			autoOpen: false,
			highWaterMark: readBufferBytes,
		});
		await called((done) => port.open(done));
	} catch (error) {
		throw openingError(path, error);
	}
	// A pseudo-terminal has no such lines; the device does not need them either way.
	await called((done) => port.set({ dtr: false, rts: false }, done)).catch(() => {});
	return new SerialLink(path, port);
}

class SerialLink implements Link {
	readonly path: string;
	readonly #port: SerialPortStream;
	#closed = false;
	#closing: Promise<void> | undefined;
	#fault: Error | undefined;
	#handlers: LinkHandlers | undefined;

	constructor(path: string, port: SerialPortStream) {
		this.path = path;
		this.#port = port;
		port.on('error', (error: Error) => {
			this.#fault ??= error;
		});
		port.on('close', (error?: Error | null) => this.#departed(error ?? undefined));
		port.on('end', () => this.#departed(new Error('the port has ended')));
	}

	open(handlers: LinkHandlers): void {
		this.#handlers = handlers;
		if (this.#closed) {
			handlers.closed(this.#fault);
			return;
		}
		this.#port.on('data', (chunk: Buffer) => handlers.data(chunk));
	}

	write(bytes: Uint8Array): Promise<void> {
		if (this.#closed || this.#closing) return Promise.reject(this.#goneError());
		return new Promise((resolve, reject) => {
			// A port that closes meanwhile may never call back.
			const closed = () => reject(this.#goneError());
			this.#port.once('close', closed);
			this.#port.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), undefined, (error) => {
				this.#port.off('close', closed);
				if (error) reject(new MicrojouleError('PORT_FAILED', `Writing to ${this.path} failed: ${error.message}. Check the cable, then reconnect.`, { port: this.path }, error));
				else resolve();
			});
		});
	}

	async discardInput(): Promise<void> {
		if (this.#closed) return;
		await called((done) => this.#port.flush(done));
		// What the stream has read ahead is only there while it does not flow.
		if (!this.#port.readableFlowing) while (this.#port.read() !== null);
	}

	pause(): void {
		this.#port.pause();
	}

	resume(): void {
		this.#port.resume();
	}

	close(): Promise<void> {
		this.#closing ??= this.#closed ? Promise.resolve() : called((done) => this.#port.close(done)).catch(() => this.#departed());
		return this.#closing;
	}

	#departed(error?: Error): void {
		if (this.#closed) return;
		this.#closed = true;
		this.#fault ??= error;
		this.#handlers?.closed(this.#closing ? undefined : (this.#fault ?? new Error('the port was closed')));
	}

	#goneError(): MicrojouleError {
		return new MicrojouleError('DEVICE_GONE', `The port ${this.path} is closed; reconnect the device and open it again.`, { port: this.path });
	}
}

/** Names what went wrong; the bindings of the three platforms tell it in text only. */
export function openingError(path: string, error: unknown): MicrojouleError {
	const text = messageOf(error);
	const details = { port: path };
	if (/permission denied|EACCES|not permitted/i.test(text))
		return new MicrojouleError(
			'PORT_PERMISSION',
			`You may not open ${path}. On Linux, put this line into /etc/udev/rules.d/70-otii.rules, run \`sudo udevadm control --reload && sudo udevadm trigger\`, and plug the device in again: ${udevRule}`,
			{ ...details, udevRule },
			error,
		);
	if (/cannot lock port|resource (temporarily )?(busy|unavailable)|device or resource busy|EBUSY|access (is )?denied/i.test(text))
		return new MicrojouleError('PORT_BUSY', `The port ${path} is in use by another program, or by this one; close it there first.`, details, error);
	if (/no such (file|device)|file not found|ENOENT|ENXIO|does not exist/i.test(text))
		return new MicrojouleError('NO_PORT', `There is no port ${path}. Plug the device in, or name another; \`microjoule devices\` lists what is there.`, details, error);
	return new MicrojouleError('PORT_FAILED', `The port ${path} could not be opened: ${text.replace(/^Error:? ?/, '')}. Is it a serial port?`, details, error);
}

function called(call: (done: (error: Error | null) => void) => void): Promise<void> {
	return new Promise((resolve, reject) => call((error) => (error ? reject(error) : resolve())));
}
