/**
 * A serial port binding without an operating system: simulated devices behind the interface that SerialPortStream drives, so that the code
 * above a real port runs on it unchanged. Its errors read as those of the real binding do: an unknown path, a port that is locked, a read
 * cancelled by closing, a device that was unplugged. It owns the list of ports; it never looks into a byte.
 */

import type { BindingInterface, BindingPortInterface, OpenOptions, PortInfo, PortStatus, SetOptions, UpdateOptions } from '@serialport/bindings-cpp';
import type { RunnerPort, SimulatedRunner } from './runner.ts';

/** USB ids of the Arc. */
const VENDOR = '0fce';
const PRODUCT = 'd1e6';

interface Registered {
	readonly runner: SimulatedRunner;
	port: MemoryPort | undefined;
}

export class MemoryBinding implements BindingInterface<MemoryPort> {
	readonly #ports = new Map<string, Registered>();

	/** Makes a device reachable under `path`, for instance `sim:arc`. */
	add(path: string, runner: SimulatedRunner): void {
		this.#ports.set(path, { runner, port: undefined });
	}

	/** Takes a path off the list; an open port dies. */
	remove(path: string): void {
		this.#ports.get(path)?.port?.unplugged();
		this.#ports.delete(path);
	}

	async list(): Promise<PortInfo[]> {
		return [...this.#ports]
			.filter(([, { runner }]) => runner.plugged)
			.map(([path, { runner }]) => ({
				path,
				manufacturer: 'Microjoule simulator',
				serialNumber: runner.device.identity.serial,
				pnpId: undefined,
				locationId: undefined,
				vendorId: VENDOR,
				productId: PRODUCT,
			}));
	}

	async open(options: OpenOptions): Promise<MemoryPort> {
		if (!options?.path) throw new TypeError('"path" is not a valid port');
		if (!options.baudRate) throw new TypeError('"baudRate" is not a valid baudRate');
		const registered = this.#ports.get(options.path);
		if (!registered?.runner.plugged) throw new Error(`Error: No such file or directory, cannot open ${options.path}`);
		// A device has one wire: a second opening is refused whatever `lock` says.
		if (registered.port?.isOpen) throw new Error('Error Resource temporarily unavailable Cannot lock port');
		registered.port = new MemoryPort(registered.runner, {
			dataBits: 8,
			lock: true,
			stopBits: 1,
			parity: 'none',
			rtscts: false,
			xon: false,
			xoff: false,
			xany: false,
			hupcl: true,
			...options,
		});
		return registered.port;
	}
}

interface PendingRead {
	readonly buffer: Buffer;
	readonly offset: number;
	readonly length: number;
	readonly resolve: (result: { buffer: Buffer; bytesRead: number }) => void;
	readonly reject: (error: Error) => void;
}

export class MemoryPort implements BindingPortInterface, RunnerPort {
	readonly openOptions: Required<OpenOptions>;
	isOpen = true;
	/** Modem lines as last set. */
	lines: SetOptions = {};
	readonly #runner: SimulatedRunner;
	#baudRate: number;
	#pending: PendingRead | undefined;
	#dead = false;

	constructor(runner: SimulatedRunner, openOptions: Required<OpenOptions>) {
		this.openOptions = openOptions;
		this.#runner = runner;
		this.#baudRate = openOptions.baudRate;
		runner.connect(this);
	}

	async close(): Promise<void> {
		this.#mustBeOpen();
		this.isOpen = false;
		if (!this.#dead) this.#runner.disconnect();
		this.#fail(Object.assign(new Error('Port is not open'), { canceled: true }));
	}

	read(buffer: Buffer, offset: number, length: number): Promise<{ buffer: Buffer; bytesRead: number }> {
		if (!this.isOpen) return Promise.reject(Object.assign(new Error('Port is not open'), { canceled: true }));
		if (this.#dead) return Promise.reject(unpluggedError());
		if (this.#runner.pending > 0) return Promise.resolve({ buffer, bytesRead: this.#runner.read(buffer, offset, length) });
		return new Promise((resolve, reject) => {
			this.#pending = { buffer, offset, length, resolve, reject };
		});
	}

	async write(buffer: Buffer): Promise<void> {
		this.#mustBeOpen();
		if (this.#dead) throw unpluggedError();
		// A host that asks and never reads is throttled, as a device with a full buffer would do.
		while (this.#runner.congested) {
			await new Promise((resolve) => setImmediate(resolve));
			if (!this.isOpen || this.#dead) throw Object.assign(new Error('Port is not open'), { canceled: true });
		}
		this.#runner.receive(buffer);
	}

	async update({ baudRate }: UpdateOptions): Promise<void> {
		this.#mustBeOpen();
		this.#baudRate = baudRate;
	}

	async set(options: SetOptions): Promise<void> {
		this.#mustBeOpen();
		this.lines = options;
	}

	async get(): Promise<PortStatus> {
		this.#mustBeOpen();
		return { cts: false, dsr: false, dcd: false };
	}

	async getBaudRate(): Promise<{ baudRate: number }> {
		this.#mustBeOpen();
		return { baudRate: this.#baudRate };
	}

	async flush(): Promise<void> {
		this.#mustBeOpen();
		this.#runner.flush();
	}

	async drain(): Promise<void> {
		this.#mustBeOpen();
	}

	/** The runner has output. */
	readable(): void {
		const pending = this.#pending;
		if (!pending || this.#runner.pending === 0) return;
		this.#pending = undefined;
		pending.resolve({ buffer: pending.buffer, bytesRead: this.#runner.read(pending.buffer, pending.offset, pending.length) });
	}

	unplugged(): void {
		if (this.#dead) return;
		this.#dead = true;
		this.#runner.disconnect();
		this.#fail(unpluggedError());
	}

	#fail(error: Error): void {
		const pending = this.#pending;
		this.#pending = undefined;
		pending?.reject(error);
	}

	#mustBeOpen(): void {
		if (!this.isOpen) throw new Error('Port is not open');
	}
}

/** What the real binding reports when a USB device vanishes. */
function unpluggedError(): Error {
	return Object.assign(new Error('ENXIO: no such device or address, read'), { code: 'ENXIO', disconnect: true });
}
