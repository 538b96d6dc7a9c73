import { describe, expect, it } from 'vitest';
import { ArcInstrument } from '../arc/instrument.ts';
import { TestSink } from '../arc/testing.ts';
import { VirtualClock } from '../clock.ts';
import type { Instrument, InstrumentKind } from '../instrument.ts';
import { openSerialLink } from '../serial-link.ts';
import { converterEfficiency, converterFigures, converterInputA } from './converter.ts';
import { parseLoad } from './loads/catalogue.ts';
import { MemoryBinding } from './memory-binding.ts';
import { createSimulator } from './simulator.ts';
import { SimulatedTime } from './time.ts';
import { Wire } from './wire.ts';

async function wired({ dcdc = true, noise = true, kind = 'ace' as InstrumentKind } = {}) {
	const clock = new VirtualClock();
	const time = new SimulatedTime(clock);
	const wire = new Wire(dcdc);
	const binding = new MemoryBinding();
	const open = async (name: string, seed: number, ends: { load: Wire } | { feed: Wire }) => {
		const simulator = createSimulator({ kind, load: parseLoad('none'), name, seed, noise, clock, time, ...ends });
		const link = await openSerialLink(simulator.attachMemory(binding, `sim:${name}`), { binding });
		return { simulator, instrument: await ArcInstrument.open(link, clock, { name }) };
	};
	const source = await open('Ace_source', 1, { load: wire });
	const sink = await open('Ace_sink', 2, { feed: wire });
	const close = async () => {
		for (const { instrument, simulator } of [source, sink]) {
			await instrument.close();
			await simulator.close();
		}
	};
	return { clock, source: source.instrument, sink: sink.instrument, close };
}

/** Mean of each channel over the frames from `fromFrame` on. */
function means(sink: TestSink, fromFrame: number): Record<string, number> {
	const sums: Record<string, { sum: number; count: number }> = {};
	let frame = 0;
	for (const { buffer, layout, frames } of sink.batches) {
		const view = new DataView(buffer.bytes.buffer, buffer.bytes.byteOffset);
		for (let k = 0; k < frames; k++, frame++) {
			if (frame < fromFrame) continue;
			for (const { id, offset, count } of layout.channels) {
				sums[id] ??= { sum: 0, count: 0 };
				for (let n = 0; n < count; n++) sums[id].sum += view.getFloat32(k * layout.frameBytes + offset + 4 * n, true);
				sums[id].count += count;
			}
		}
	}
	return Object.fromEntries(Object.entries(sums).map(([id, { sum, count }]) => [id, sum / count]));
}

const channels = ['mc', 'mv', 'mp'].map((id) => ({ id, rate: 1000 }));
const settleMs = 50;

async function measured(clock: VirtualClock, ...instruments: Instrument[]) {
	const sinks = instruments.map(() => new TestSink());
	await Promise.all(
		instruments.map((instrument, index) => instrument.start({ channels: instrument.identity.kind === 'ace' ? channels : [{ id: 'mc' }, { id: 'mv' }] }, sinks[index])),
	);
	await clock.delay(0.3);
	await Promise.all(instruments.map((instrument) => instrument.stop()));
	return sinks;
}

describe('the converter', () => {
	it('has the efficiency of its figures', () => {
		// By hand: 3.1 V in, 3.3 V × 0.1 A out.
		const powerW = 3.3 * 0.1 * 1.03 + 3.1 * 6e-6;
		const inputA = (3.1 - Math.sqrt(3.1 ** 2 - 4 * 0.2 * powerW)) / 0.4;
		expect(converterInputA(3.1, 0.1)).toBeCloseTo(inputA, 12);
		expect(converterEfficiency(3.1, 0.1)).toBeCloseTo((3.3 * 0.1) / (3.1 * inputA), 12);
		expect(converterInputA(3.1, 0)).toBeCloseTo(converterFigures.quiescentA, 9);
	});

	it('is off outside its input range and when asked for more than it can deliver', () => {
		for (const inputV of [0, 0.69, 5.6]) expect(converterEfficiency(inputV, 0.01)).toBe(0);
		expect(converterInputA(1, 0.4)).toBeUndefined();
		expect(converterEfficiency(1, 0.2)).toBeGreaterThan(0.75);
	});
});

describe('two instruments on one wire', () => {
	it('measure the stated efficiency of the converter within their accuracy', async () => {
		const { clock, source, sink, close } = await wired();
		await source.set({ powerRegulation: 'voltage', mainVoltage: 3.1, maxCurrent: 5, main: true });
		await sink.set({ powerRegulation: 'current', mainCurrent: 0, maxCurrent: 0.001, main: true });
		for (const volts of [3.1, 2.05, 1]) {
			await source.set({ mainVoltage: volts });
			for (const amps of [100e-6, 1e-3, 15e-3, 200e-3]) {
				await sink.set({ mainCurrent: -amps });
				const [input, output] = (await measured(clock, source, sink)).map((each) => means(each, settleMs));
				const efficiency = -output.mp / input.mp;
				// The driver sends whole µA.
				const stated = converterEfficiency(volts, Math.round(amps * 1e6) / 1e6);
				// Gain and offset of two ammeters and two voltmeters, as shares of what is measured.
				const bound = ammeter(amps) / amps + ammeter(input.mc) / input.mc + (0.0005 * 3.3 + 1e-3) / 3.3 + (0.0005 * volts + 1e-3) / volts + 1e-4;
				expect(Math.abs(efficiency / stated - 1), `${volts} V, ${amps} A`).toBeLessThan(bound);
			}
		}
		await close();
	});

	it('agree on what flows, to the sample, when neither errs', async () => {
		for (const dcdc of [false, true]) {
			const { clock, source, sink, close } = await wired({ dcdc, noise: false });
			await source.set({ powerRegulation: 'voltage', mainVoltage: 2.5, main: true });
			await sink.set({ powerRegulation: 'current', mainCurrent: -0.05, main: true });
			const [input, output] = (await measured(clock, source, sink)).map((each) => means(each, settleMs));
			expect(output.mc).toBeCloseTo(-0.05, 7);
			expect(output.mv).toBeCloseTo(dcdc ? 3.3 : 2.5, 6);
			expect(input.mc).toBeCloseTo(dcdc ? (converterInputA(2.5, 0.05) as number) : 0.05, 7);
			await close();
		}
	});

	it('carry nothing while the sink does not sink, and nothing backwards', async () => {
		const { clock, source, sink, close } = await wired({ dcdc: false, noise: false });
		await source.set({ powerRegulation: 'voltage', mainVoltage: 2.5, main: true });
		for (const change of [
			{ main: false },
			{ main: true, powerRegulation: 'voltage' as const, mainVoltage: 4 },
			{ main: true, powerRegulation: 'current' as const, mainCurrent: 0 },
		]) {
			await sink.set(change);
			const [input] = (await measured(clock, source, sink)).map((each) => means(each, settleMs));
			expect(input.mc).toBe(0);
		}
		expect(await sink.value('mv')).toBeCloseTo(2.5, 6);
		await close();
	});

	it('lose no charge when the source cannot keep up', async () => {
		const { clock, source, sink, close } = await wired({ dcdc: false, noise: false, kind: 'arc' });
		await source.set({ powerRegulation: 'voltage', mainVoltage: 2.5, maxCurrent: 0.1, currentLimitMode: 'limit', main: true });
		await sink.set({ powerRegulation: 'current', mainCurrent: -0.2, main: true });
		const [input, output] = (await measured(clock, source, sink)).map((each) => means(each, settleMs));
		expect(input.mc).toBeCloseTo(0.1, 3);
		expect(output.mc).toBeCloseTo(-0.1, 3);
		await close();
	});

	it('say the same bytes on the virtual clock every time', async () => {
		const runs = [];
		for (let run = 0; run < 2; run++) {
			const { clock, source, sink, close } = await wired();
			await source.set({ powerRegulation: 'voltage', mainVoltage: 1.5, main: true });
			await sink.set({ powerRegulation: 'current', mainCurrent: -0.01, main: true });
			const sinks = await measured(clock, source, sink);
			runs.push(sinks.map((each) => [each.counters.length, Buffer.from(each.last).toString('hex')]));
			await close();
		}
		expect(runs[1]).toEqual(runs[0]);
	});
});

/** Accuracy of an Ace's main current, A. */
function ammeter(amps: number): number {
	return amps <= 0.025 ? 0.0005 * amps + 25e-9 : amps <= 0.25 ? 0.0005 * amps + 2.5e-6 : 0.001 * amps + 150e-6;
}
