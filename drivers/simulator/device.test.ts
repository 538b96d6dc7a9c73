import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFrame } from '../arc/frame.ts';
import { cleanupPayload, getPayload, parameter, prepareStopPayload, sampleRateWord, setPayload, streamPayload, wireIds } from '../arc/protocol.ts';
import vectors from '../arc/vectors.json' with { type: 'json' };
import { models } from '../models.ts';
import { Bench, type BenchControls, type BenchOutput } from './bench.ts';
import { type DeviceBench, SimulatedDevice, type SimulatedDeviceOptions } from './device.ts';
import { parseLoad } from './loads/catalogue.ts';

interface Vector {
	readonly name: string;
	readonly section: number;
	readonly host?: string;
	readonly device?: string;
	readonly stream?: string;
	readonly setup?: readonly (readonly number[])[];
	readonly rejectValue?: string;
	readonly samples?: { readonly mc: readonly number[]; readonly mv: readonly number[] };
	readonly text?: string;
}
const all = vectors as readonly Vector[];
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const bytesOf = (text = '') => Uint8Array.from(Buffer.from(text, 'hex'));
const vector = (name: string) => all.find((candidate) => candidate.name === name) as Vector;

/** A bench that says what it is told: current and voltage of each coming millisecond, in order. */
class ScriptedBench implements DeviceBench {
	readonly controls = new Bench({ model: models.arc, seed: 0, noise: false, load: parseLoad('resistor:330') }).controls as BenchControls;
	script: { mc: readonly number[]; mv: readonly number[]; text?: string }[] = [];
	starts = 0;
	heard = '';

	advance(ms: number, samplesPerMs: number): BenchOutput {
		const output: BenchOutput = {
			current: new Float32Array(ms * samplesPerMs),
			voltage: new Float32Array(ms * samplesPerMs),
			gpi: new Uint8Array(ms),
			uart: [],
			overCurrent: -1,
			ranges: new Uint8Array(ms * samplesPerMs),
		};
		for (let index = 0; index < ms; index++) {
			const next = this.script.shift();
			if (!next) continue;
			for (let sample = 0; sample < samplesPerMs; sample++) {
				output.current[index * samplesPerMs + sample] = next.mc[Math.floor((sample * next.mc.length) / samplesPerMs)];
				output.voltage[index * samplesPerMs + sample] = next.mv[Math.floor((sample * next.mv.length) / samplesPerMs)];
			}
			if (next.text) output.uart.push({ ms: index, bytes: new TextEncoder().encode(next.text) });
		}
		return output;
	}
	startMeasurement(): void {
		this.starts++;
	}
	uartIn(bytes: Uint8Array): void {
		this.heard += new TextDecoder().decode(bytes);
	}
	slow(): number {
		return 24.5;
	}
	calibrate(): void {}
}

function drain(device: SimulatedDevice): Uint8Array {
	const bytes = new Uint8Array(device.output.byteLength);
	device.output.read(bytes, 0, bytes.length);
	return bytes;
}

function scripted(options: Partial<SimulatedDeviceOptions> = {}): { device: SimulatedDevice; bench: ScriptedBench } {
	const bench = new ScriptedBench();
	return { bench, device: new SimulatedDevice({ model: models.arc, bench, ...options }) };
}

const real = (seed = 1, options: Partial<SimulatedDeviceOptions> & { kind?: 'arc' | 'ace'; load?: string } = {}) => {
	const model = models[options.kind ?? 'arc'];
	return new SimulatedDevice({ model, bench: new Bench({ model, seed, noise: true, load: parseLoad(options.load ?? 'tracker') }), ...options });
};

const send = (device: SimulatedDevice, ...payloads: Uint8Array[]) => {
	for (const payload of payloads) device.receive(encodeFrame(payload));
};

/** Splits a stream of frames, and fails on anything that is not one. */
function framesOf(bytes: Uint8Array): Uint8Array[] {
	const frames: Uint8Array[] = [];
	let at = 0;
	while (at < bytes.length) {
		expect(hex(bytes.subarray(at, at + 4))).toBe('a32cb57f');
		const end = at + 8 + (bytes[at + 4] | (bytes[at + 5] << 8));
		const payload = bytes.slice(at + 8, end);
		expect(hex(encodeFrame(payload))).toBe(hex(bytes.subarray(at, end)));
		frames.push(payload);
		at = end;
	}
	return frames;
}
const counters = (bytes: Uint8Array) =>
	framesOf(bytes)
		.filter((payload) => hex(payload.subarray(0, 4)) === '69832aff')
		.map((payload) => Buffer.from(payload).readUInt32LE(4));

/** A SET that is listed without its answer is acknowledged by the pattern of the others. */
function answerTo({ host = '', device: reply }: Vector): string {
	if (reply) return reply;
	return host.slice(24, 32) === '66000000' ? hex(encodeFrame(bytesOf(`0e0399ff${host.slice(16, 24)}00000000${host.slice(40, 48)}`))) : '';
}

describe('published captures', () => {
	it('answers one continuous session byte by byte', () => {
		const { device } = scripted();
		for (const entry of all) {
			if (!entry.host || entry.section > 8 || entry.setup) continue;
			device.receive(bytesOf(entry.host));
			expect(hex(drain(device)), entry.name).toBe(answerTo(entry));
		}
	});

	it.each(all.filter(({ host }) => host).map((entry) => [entry.name, entry] as const))('%s', (_name, entry) => {
		const { host, setup = [], rejectValue } = entry;
		const { device } = scripted({ rejectValue: rejectValue === 'clamp' ? 'clamp' : 'revert' });
		for (const [command, value] of setup) send(device, setPayload(1, command, value));
		drain(device);
		device.receive(bytesOf(host));
		expect(hex(drain(device))).toBe(answerTo(entry));
	});

	it('sends the packed frames of an Arc', () => {
		const { device, bench } = scripted();
		for (const name of ['start: mc on', 'start: mv on', 'start: mp on', 'start: cleanup']) device.receive(bytesOf(vector(name).host));
		expect(bench.starts).toBe(1);
		const expected = ['packed frame, counter 1', 'packed frame, counter 2'].map(vector);
		bench.script = expected.map(({ samples }) => samples as { mc: number[]; mv: number[] });
		device.advance(2);
		expect(hex(drain(device))).toBe(expected.map((entry) => entry.device).join(''));
		for (const name of ['stop: prepare', 'stop: mc off', 'stop: mv off', 'stop: mp off', 'stop: cleanup']) device.receive(bytesOf(vector(name).host));
		device.advance(100);
		expect(drain(device).length).toBe(0);
	});

	it('sends the packed frame of an Ace at 50 kHz', () => {
		const { device, bench } = scripted({ model: models.ace });
		send(device, streamPayload(1, wireIds.mc, true), streamPayload(2, wireIds.mv, true), cleanupPayload(3));
		bench.script = [vector('Ace, mc, mv and mp at 50 kHz').samples as { mc: number[]; mv: number[] }];
		device.advance(1);
		expect(hex(drain(device))).toBe(vector('Ace, mc, mv and mp at 50 kHz').device);
	});

	it('sends UART text after the frame of its millisecond', () => {
		const { device, bench } = scripted();
		send(device, setPayload(1, parameter.uart, 1), streamPayload(2, wireIds.rx, true), streamPayload(3, wireIds.mv, true), cleanupPayload(4));
		drain(device);
		bench.script = [
			{ mc: [0], mv: [1] },
			{ mc: [0], mv: [1], text: 'boot ok\n' },
			{ mc: [0], mv: [1] },
		];
		device.advance(3);
		const frames = framesOf(drain(device));
		expect(frames.map((frame) => frame.length)).toEqual([28, 28, 16, 28]);
		expect(hex(encodeFrame(frames[2]))).toBe(vector('UART text boot ok').device);
	});

	it('reads a good frame behind a bad one and junk', () => {
		const { device } = scripted();
		device.receive(bytesOf(vector('framing: bad sum, two junk bytes, good frame').stream));
		expect(hex(drain(device))).toBe(vector('set main voltage 3.3 V').device);
	});
});

describe('a simulated device', () => {
	it('sends baseline samples of all channels six times a second once rx is enabled', () => {
		const device = real();
		device.advance(500);
		expect(device.output.byteLength).toBe(0);
		device.receive(bytesOf(vector('open: enable rx').host));
		device.advance(1000);
		const frames = framesOf(drain(device));
		expect(frames.length).toBe(6);
		expect(frames[0].length).toBe(144);
		const ids = Array.from({ length: 12 }, (_, index) => frames[0][index * 12 + 4]);
		expect(ids).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 0x10, 0x11, 0x14, 0x16]);
	});

	it('sends hardware-shaped envelopes when asked to', () => {
		const { device } = scripted({ envelope: true });
		send(device, streamPayload(1, wireIds.rx, true));
		device.advance(200);
		const [payload] = framesOf(drain(device));
		expect(payload.length).toBe(180);
		expect(hex(payload.subarray(0, 4))).toBe('cef22fff');
	});

	it('acknowledges everything when asked to, and delays rejections', () => {
		const { device } = scripted({ ackAll: true, errorDelayMs: 1500 });
		send(device, streamPayload(7, wireIds.rx, true), setPayload(8, parameter.mainVoltage, 5_400_000));
		expect(framesOf(drain(device)).map(hex)).toEqual(['0e0399ff0700000000000000']);
		device.advance(1499);
		expect(framesOf(drain(device)).some((payload) => hex(payload).startsWith('0e0399ff08'))).toBe(false);
		device.advance(1);
		expect(framesOf(drain(device)).some((payload) => hex(payload).startsWith('0e0399ff080000009bffffff'))).toBe(true);
	});

	it('says whether a channel pattern without cleanup is streamed, after a lag', () => {
		const { device } = scripted();
		send(device, streamPayload(1, wireIds.mc, true));
		device.advance(30);
		expect(counters(drain(device)).length).toBe(10);
	});

	it('knows the ceilings of its ranges and supplies', () => {
		const limit = (options: Partial<SimulatedDeviceOptions>, high: number, microvolts: number) => {
			const { device } = scripted(options);
			send(device, setPayload(1, parameter.range, high), setPayload(2, parameter.mainVoltage, microvolts));
			return Buffer.from(framesOf(drain(device))[1]).readInt32LE(8);
		};
		expect([limit({}, 0, 3_750_000), limit({}, 0, 3_750_001), limit({}, 1, 4_200_000), limit({}, 1, 4_200_001)]).toEqual([0, -101, 0, -101]);
		expect([limit({ supply: 'dc' }, 0, 5_000_000), limit({ supply: 'dc' }, 0, 5_000_001)]).toEqual([0, -101]);
		expect([limit({ model: models.ace }, 0, 25_000_000), limit({ model: models.ace }, 0, 25_000_001)]).toEqual([0, -101]);
	});

	it('takes a sample rate a channel on an Ace, none on an Arc', () => {
		const { device, bench } = scripted({ model: models.ace });
		send(device, setPayload(1, parameter.sampleRate, sampleRateWord(wireIds.mc, 5000)), setPayload(2, parameter.sampleRate, sampleRateWord(wireIds.mv, 1000)));
		send(device, setPayload(3, parameter.sampleRate, sampleRateWord(wireIds.mp, 2000)), getPayload(4, parameter.sampleRateOf + wireIds.mc));
		send(device, setPayload(5, parameter.sampleRate, sampleRateWord(wireIds.mc, 7)));
		const replies = framesOf(drain(device)).map((payload) => Buffer.from(payload));
		expect(replies.map((reply) => reply.readInt32LE(8))).toEqual([0, 0, 0, 0, -101]);
		expect(replies[3].readUInt32LE(12)).toBe(5000);
		send(device, streamPayload(6, wireIds.mc, true), streamPayload(7, wireIds.mv, true), cleanupPayload(8));
		bench.script = [{ mc: [1, 2, 3, 4, 5], mv: [2] }];
		device.advance(1);
		const [frame] = framesOf(drain(device));
		const floats = (at: number, count: number) => Array.from({ length: count }, (_, index) => Buffer.from(frame).readFloatLE(at + 4 * index));
		expect(floats(16, 5)).toEqual([1, 2, 3, 4, 5]);
		expect(floats(8 + 28 + 8, 1)).toEqual([2]);
		// 2.5 samples of the current each: (1 + 2 + 3 / 2) · 2 / 2.5 and (3 / 2 + 4 + 5) · 2 / 2.5.
		expect(floats(8 + 28 + 12 + 8, 2).map((value) => Math.round(value * 1e6) / 1e6)).toEqual([3.6, 8.4]);
		const arc = scripted().device;
		send(arc, setPayload(1, parameter.sampleRate, sampleRateWord(wireIds.mc, 4000)));
		expect(hex(drain(arc)).slice(16)).toBe('0e0399ff01000000fdffffff');
	});

	it('streams every channel of an Ace at its highest rate in 1728-byte payloads', () => {
		const device = real(1, { kind: 'ace' });
		for (const name of ['mc', 'mv', 'ac', 'av', 'sn', 'sp', 'mp', 'ap', 'vb', 'vj', 'tp', 'gpi']) send(device, streamPayload(1, wireIds[name], true));
		send(device, cleanupPayload(1));
		device.advance(3);
		expect(framesOf(drain(device)).map((payload) => payload.length)).toEqual([1728, 1728, 1728]);
	});

	it('reads a cut-off output as off', () => {
		const device = real(1, { load: 'resistor:1' });
		send(device, setPayload(1, parameter.currentLimitMode, 0), setPayload(2, parameter.maxCurrent, 100), setPayload(3, parameter.main, 1));
		device.advance(50);
		drain(device);
		send(device, getPayload(4, parameter.main));
		expect(hex(drain(device)).slice(16)).toBe('0e0399ff040000000000000000000000');
	});

	it('never keeps bytes of a false length from being read', () => {
		const { device } = scripted();
		device.receive(bytesOf('a32cb57fff3f0000'));
		send(device, getPayload(9, parameter.name));
		expect(device.output.byteLength).toBe(0);
		device.advance(100);
		expect(framesOf(drain(device)).length).toBe(1);
	});

	it('drops whole frames, replies never, when nobody reads', () => {
		const device = real(1, { maxBacklogBytes: 100_000 });
		send(device, streamPayload(1, wireIds.mc, true), streamPayload(1, wireIds.rx, true), cleanupPayload(2));
		const part = new Uint8Array(50);
		device.advance(10);
		device.output.read(part, 0, 50);
		device.advance(5000);
		send(device, getPayload(3, parameter.name));
		expect(device.output.byteLength).toBeLessThan(104_700); // and baseline samples of 5 s
		const rest = drain(device);
		device.advance(3);
		const bytes = new Uint8Array([...part, ...rest, ...drain(device)]);
		const seen = counters(bytes);
		expect(seen[0]).toBe(1);
		expect(seen.at(-1)).toBe(5013);
		expect(seen.length + device.droppedFrames).toBe(5013);
		expect(framesOf(bytes).some((payload) => hex(payload).endsWith('417263'))).toBe(true);
	});

	it('drops the oldest baseline frames first, and keeps every reply', () => {
		const { device } = scripted();
		send(device, streamPayload(1, wireIds.rx, true), getPayload(2, parameter.name));
		device.advance(120_000);
		send(device, getPayload(3, parameter.name));
		const frames = framesOf(drain(device));
		expect(frames.filter((payload) => payload.length === 15).length).toBe(2);
		expect(frames.length - 2).toBe(Math.floor(32_768 / 152));
	});
});

describe('laws', () => {
	const session = [
		streamPayload(1, wireIds.rx, true),
		setPayload(2, parameter.uart, 1),
		setPayload(3, parameter.main, 1),
		setPayload(4, parameter.mainVoltage, 3_600_000),
		getPayload(5, parameter.name),
		streamPayload(6, wireIds.mc, true),
		streamPayload(7, wireIds.mv, true),
		streamPayload(8, wireIds.gpi, true),
		cleanupPayload(9),
		prepareStopPayload(10),
		streamPayload(11, wireIds.mv, false),
		getPayload(12, parameter.main),
	].map(encodeFrame);

	it('the same seed and commands give the same bytes, however time and bytes are cut', () => {
		const run = (cuts: readonly number[], splits: readonly number[]) => {
			const device = real(5);
			let cut = 0;
			const wait = (ms: number) => {
				let left = ms;
				while (left > 0) {
					const step = Math.min(left, cuts.length > 0 ? cuts[cut++ % cuts.length] : left);
					device.advance(step);
					left -= step;
				}
			};
			const digest = createHash('sha256');
			session.forEach((frame, index) => {
				let at = 0;
				while (at < frame.length) {
					const count = splits.length > 0 ? splits[(index + at) % splits.length] : frame.length;
					device.receive(frame.subarray(at, at + count));
					at += count;
				}
				wait(37 * (index + 1));
				digest.update(drain(device));
			});
			return digest.digest('hex');
		};
		const whole = run([], []);
		fc.assert(
			fc.property(
				fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 }),
				fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 8 }),
				(cuts, splits) => {
					expect(run(cuts, splits)).toBe(whole);
				},
			),
			{ numRuns: 12 },
		);
	});

	it('no bytes from a host break it', () => {
		fc.assert(
			fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 10 }), fc.nat(200), (chunks, ms) => {
				const { device } = scripted();
				for (const chunk of chunks) {
					device.receive(chunk);
					device.receive(session[3].subarray(0, chunk.length % 24));
					device.advance(ms);
				}
				framesOf(drain(device));
			}),
			{ numRuns: 50 },
		);
	});
});
