/**
 * The whole path of a sample at speed: link → cutting → decoding in workers → time axis → columns, summaries and checksums on disk.
 *
 * `throughput` plays a pre-generated Ace stream (mc, mv, mp at 50 kHz) as fast as it is taken; its clock stops when every sample has been
 * handed to the operating system; `throughput, durable` goes on until all is synced to the disk itself. `real time` runs 32 simulated Aces
 * on the in-memory binding, generators included, in this one process.
 */

import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { ArcInstrument } from '../drivers/arc/instrument.ts';
import { realClock } from '../drivers/clock.ts';
import type { Instrument } from '../drivers/instrument.ts';
import { openSerialLink } from '../drivers/serial-link.ts';
import { parseLoad } from '../drivers/simulator/loads/catalogue.ts';
import { MemoryBinding } from '../drivers/simulator/memory-binding.ts';
import { createSimulator } from '../drivers/simulator/simulator.ts';
import { LiveHub } from '../engine/acquisition/live.ts';
import { Measurement } from '../engine/acquisition/measurement.ts';
import { Recorder } from '../engine/acquisition/recorder.ts';
import { DecodePool } from '../engine/decode/pool.ts';
import { BlockLink } from './block-link.ts';
import { type Bench, figure, median, type Reporter } from './harness.ts';

const samples = Number(process.env.MICROJOULE_INGEST_SAMPLES ?? 500e6);
const samplesPerFrame = 150;
const runs = 3;
const blockMs = 12_800;
const devices = 32;
const realTimeS = Number(process.env.MICROJOULE_INGEST_SECONDS ?? 60);

const plan = { channels: [{ id: 'mc' }, { id: 'mv' }, { id: 'mp' }] };

export const bench: Bench = {
	brief: 'an Ace stream through link, decode, acquisition and recording to disk; 32 simulated Aces in real time',
	async run(report) {
		await throughput(report);
		await realTime(report);
	},
};

async function throughput(report: Reporter): Promise<void> {
	await once(samples / 20); // warm-up
	const results = [];
	for (let run = 0; run < runs; run++) results.push(await once(samples));
	const diskMBs = await diskRate();
	report.figure(
		figure(
			'ingest',
			'throughput',
			'Msamples/s',
			results.map((result) => result.rate),
		),
	);
	report.figure(
		figure(
			'ingest',
			'throughput, durable',
			'Msamples/s',
			results.map((result) => result.durableRate),
		),
	);
	report.figure(figure('ingest', 'written and synced by a plain loop, the same disk', 'MB/s', [diskMBs]));
	report.figure(
		figure(
			'ingest',
			'resident memory, largest',
			'MB',
			results.map((result) => result.memoryMB),
		),
	);
	report.figure(
		figure(
			'ingest',
			'resident memory, last third / first third',
			'1',
			results.map((result) => result.growth),
		),
	);
	report.figure(
		figure(
			'ingest',
			'lost samples',
			'1',
			results.map((result) => result.lost),
		),
	);
	report.note(`${samples / 1e6} M samples a run; renumbering the block took ${results.map((result) => result.patchingS.toFixed(2)).join(', ')} s and is not counted.`);
}

async function once(wanted: number): Promise<{ rate: number; durableRate: number; memoryMB: number; growth: number; lost: number; patchingS: number }> {
	const folder = await mkdtemp(join(tmpdir(), 'microjoule-ingest-'));
	const frames = Math.round(wanted / samplesPerFrame);
	const link = new BlockLink(blockMs);
	link.frames = frames + 1000; // some remain when the recording ends
	const resident: number[] = [];
	const sampler = setInterval(() => resident.push(process.memoryUsage.rss() / 1e6), 50);
	const decoder = new DecodePool();
	const instrument = await ArcInstrument.open(link, realClock);
	try {
		let recorder: Recorder | undefined;
		let startedAt = 0;
		resident.length = 0;
		const measurement = await Measurement.start([{ instrument, plan }], decoder, realClock, [], async (parts) => {
			recorder = await Recorder.create(parts, { folder: join(folder, 'recording'), id: 'ingest', name: 'ingest', durationS: frames / 1000 });
			startedAt = performance.now();
			recorder.begin();
		});
		await recorder?.complete;
		const elapsedS = (performance.now() - startedAt) / 1000 - link.patchingS;
		await measurement.stop();
		await recorder?.close();
		const durableS = (performance.now() - startedAt) / 1000 - link.patchingS;
		const third = Math.floor(resident.length / 3);
		const growth = median(resident.slice(-third)) / median(resident.slice(0, third));
		const { lostFrames } = measurement.devices[0].stream.statistics;
		const recorded = frames * samplesPerFrame;
		return {
			rate: recorded / elapsedS / 1e6,
			durableRate: recorded / durableS / 1e6,
			memoryMB: Math.max(...resident),
			growth,
			lost: lostFrames * samplesPerFrame,
			patchingS: link.patchingS,
		};
	} finally {
		clearInterval(sampler);
		await instrument.close();
		await decoder.close();
		await rm(folder, { recursive: true, force: true });
	}
}

/** What this disk takes: 512 MB in 1 MB writes, then a sync. */
async function diskRate(): Promise<number> {
	const folder = await mkdtemp(join(tmpdir(), 'microjoule-disk-'));
	const file = await open(join(folder, 'plain'), 'w');
	const block = new Uint8Array(1 << 20).fill(1);
	const start = performance.now();
	for (let i = 0; i < 512; i++) await file.write(block);
	await file.sync();
	const elapsedS = (performance.now() - start) / 1000;
	await file.close();
	await rm(folder, { recursive: true, force: true });
	return (512 * block.length) / 1e6 / elapsedS;
}

async function realTime(report: Reporter): Promise<void> {
	const folder = await mkdtemp(join(tmpdir(), 'microjoule-ingest-'));
	const binding = new MemoryBinding();
	const loads = ['sensor', 'ble', 'tracker', 'resistor:330'];
	const simulators = Array.from({ length: devices }, (_, index) =>
		createSimulator({ kind: 'ace', load: parseLoad(loads[index % loads.length]), name: `ace ${index}`, seed: index }),
	);
	const decoder = new DecodePool();
	const instruments: Instrument[] = [];
	try {
		for (const [index, simulator] of simulators.entries()) {
			const path = simulator.attachMemory(binding, `sim:ace${index}`);
			instruments.push(await ArcInstrument.open(await openSerialLink(path, { binding }), realClock, { simulated: true }));
		}
		await Promise.all(instruments.map((instrument) => instrument.set({ mainVoltage: 4, main: true })));
		let recorder: Recorder | undefined;
		const delay = monitorEventLoopDelay({ resolution: 1 });
		const measurement = await Measurement.start(
			instruments.map((instrument) => ({ instrument, plan })),
			decoder,
			realClock,
			[new LiveHub()],
			async (parts) => {
				recorder = await Recorder.create(parts, { folder: join(folder, 'recording'), id: 'real-time', name: 'real time', durationS: realTimeS });
				recorder.begin();
			},
		);
		delay.enable();
		const cpu = process.cpuUsage();
		await recorder?.complete;
		const { user, system } = process.cpuUsage(cpu);
		delay.disable();
		const residentMB = process.memoryUsage.rss() / 1e6;
		await measurement.stop();
		await recorder?.close();
		const lost = measurement.devices.reduce((sum, { stream }) => sum + stream.statistics.lostFrames, 0) * samplesPerFrame;
		report.figure(figure('ingest', `${devices} Aces in real time for ${realTimeS} s: lost samples`, '1', [lost]));
		report.figure(figure('ingest', `${devices} Aces in real time: event-loop delay p99 (resolution 1 ms, included)`, 'ms', [delay.percentile(99) / 1e6]));
		report.figure(figure('ingest', `${devices} Aces in real time: event-loop delay, largest`, 'ms', [delay.max / 1e6]));
		report.figure(figure('ingest', `${devices} Aces in real time: processor time, all threads`, 'cores', [(user + system) / 1e6 / realTimeS]));
		report.figure(figure('ingest', `${devices} Aces in real time: resident memory at the end`, 'MB', [residentMB]));
	} finally {
		for (const instrument of instruments) await instrument.close();
		for (const simulator of simulators) await simulator.close();
		await decoder.close();
		await rm(folder, { recursive: true, force: true });
	}
}
