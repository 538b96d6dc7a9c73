/**
 * The scripting server as scripts meet it, over TCP from a thread of its own: latency of a getter; chunks of 40 000 samples against plain JSON.stringify of the
 * same numbers; 100 clients on a running recording of two Aces at full rate; one answer of 10⁸ samples, and the same as binary frames over WebSocket.
 */

import { realClock } from '../drivers/clock.ts';
import { parseLoad } from '../drivers/simulator/loads/catalogue.ts';
import { createSimulator } from '../drivers/simulator/simulator.ts';
import { JsonNumbers } from '../engine/formats/json-numbers.ts';
import { ScriptingEngine } from '../toolboxes/automation/testing.ts';
import { WebSocketEngine } from '../toolboxes/automation/web-socket-testing.ts';
import { type Bench, type BenchOptions, figure, median, type Reporter } from './harness.ts';
import { chunkSamples, longInfo, recordLong, signalChunk } from './long-recording.ts';
import { type LoadResult, load } from './script-load.ts';

const chunk = 40_000;
const getters = 20_000;
const chunks = 300;
const clients = 100;
const pollS = Number(process.env.MICROJOULE_SCRIPTING_SECONDS ?? 60);
const longSamples = Number(process.env.MICROJOULE_SCRIPTING_SAMPLES ?? 1e8);
const recordedS = 40;
const MB = 1e6;

export const bench: Bench = {
	brief: 'scripting over TCP: latency, chunks of samples against JSON.stringify, 100 polling clients, 10⁸ samples in one answer and in binary frames',
	async run(report, options) {
		await requests(report, options);
		await polling(report);
		await stream(report, options);
	},
};

/** Two Aces, sensors on their outputs, noise on. */
function open(clock?: typeof realClock): Promise<ScriptingEngine> {
	return ScriptingEngine.open({
		clock,
		devices: (time) =>
			['Ace 1', 'Ace 2'].map((name) => ({
				simulator: createSimulator({ kind: 'ace', load: parseLoad('sensor'), clock: time, name }),
				name,
				settings: { mainVoltage: 3.3, main: true },
			})),
	});
}

const quantile = ({ latenciesMs }: LoadResult, q: number) => latenciesMs[Math.min(latenciesMs.length - 1, Math.floor(latenciesMs.length * q))];

/** On a virtual clock that stands: the device costs nothing meanwhile. */
async function requests(report: Reporter, { rounds }: BenchOptions): Promise<void> {
	await using engine = await open();
	const { id } = engine.bench.devices()[0];
	const { port } = engine.tcp;
	{
		using client = await engine.client();
		await client.do('project_start_recording', { project_id: 1 });
		await engine.pass(recordedS);
		await client.do('project_stop_recording', { project_id: 1 });
	}
	const p50: number[] = [];
	const p99: number[] = [];
	for (let round = -1; round < rounds; round++) {
		const result = await load(port, { type: 'latency', cmd: 'arc_get_main_voltage', data: { device_id: id }, requests: getters });
		if (round < 0) continue;
		p50.push(quantile(result, 0.5));
		p99.push(quantile(result, 0.99));
	}
	report.figure(figure('scripting', 'getter, p50', 'ms', p50));
	report.figure(figure('scripting', 'getter, p99', 'ms', p99));

	const data = { recording_id: 1, device_id: id, channel: 'mc' };
	const of = await engine.bench.reading('001', async (reader) => reader.channel(id, 'mc').count);
	// Chunks from all over the recording; the power's values hardly repeat, those of the current do.
	const chunksOf = (channel: string) =>
		engine.bench.reading('001', (reader) => Promise.all(Array.from({ length: 20 }, (_, n) => reader.read(reader.channel(id, channel), n * chunk, (n + 1) * chunk))));
	const [current, power] = [await chunksOf('mc'), await chunksOf('mp')];
	const plainly = current.map((samples) => Array.from(samples));
	const writer = new JsonNumbers(chunk);
	const chunksPerS = <T>(list: readonly T[], work: (each: T) => unknown) => {
		const from = performance.now();
		for (const each of list) work(each);
		return (1000 * list.length) / (performance.now() - from);
	};
	const written: number[] = [];
	const writtenPower: number[] = [];
	const rates: number[] = [];
	const bytes: number[] = [];
	const plain: number[] = [];
	for (let round = -1; round < rounds; round++) {
		const result = await load(port, { type: 'chunks', data, samples: chunk, of, requests: chunks });
		const stringified = chunksPerS(plainly, (samples) => JSON.stringify(samples));
		const text = chunksPerS([...current, ...current], (samples) => writer.numbers(samples));
		const textOfPower = chunksPerS([...power, ...power], (samples) => writer.numbers(samples));
		if (round < 0) continue;
		rates.push(chunks / result.seconds);
		bytes.push(result.bytes / MB / result.seconds);
		plain.push(stringified);
		written.push(text);
		writtenPower.push(textOfPower);
	}
	writer.free();
	report.figure(figure('scripting', `chunks of ${chunk} samples`, 'chunks/s', rates, { 'JSON.stringify': plain }));
	report.figure(figure('scripting', 'the same in text', 'MB/s', bytes));
	report.figure(figure('scripting', 'their text alone, no file or socket', 'chunks/s', written, { 'JSON.stringify': plain }));
	report.figure(figure('scripting', 'the same of power samples', 'chunks/s', writtenPower, { 'JSON.stringify': plain }));
	report.figure(figure('scripting', 'JSON.stringify alone', 'chunks/s', plain));
	report.note(
		`JSON.stringify writes ${(JSON.stringify(plainly[0]).length / chunk).toFixed(1)} bytes a sample, the server ${((bytes[0] * MB) / rates[0] / chunk).toFixed(1)}; the server's figures contain file, socket and client.`,
	);
}

async function polling(report: Reporter): Promise<void> {
	await using engine = await open(realClock);
	const { id: recording } = await engine.bench.startRecording({});
	const devices = engine.bench.devices().map(({ id }) => id);
	const resident: number[] = [];
	const watch = setInterval(() => resident.push(process.memoryUsage().rss), 250);
	const result = await load(engine.tcp.port, { type: 'poll', clients, recording: Number(recording), devices, seconds: pollS, hz: 10 });
	clearInterval(watch);
	const summary = await engine.bench.stopRecording();
	report.figure(figure('scripting', `${clients} clients for ${pollS} s`, 'requests/s', [result.latenciesMs.length / result.seconds]));
	report.figure(figure('scripting', 'their answers, p50', 'ms', [quantile(result, 0.5)]));
	report.figure(figure('scripting', 'their answers, p99', 'ms', [quantile(result, 0.99)]));
	report.figure(figure('scripting', 'errors', '1', [result.errors.length]));
	report.figure(figure('scripting', 'samples lost', '1', [summary.lost]));
	// The load's own thread is part of the process.
	report.figure(figure('scripting', 'resident memory, at most', 'MB', [Math.max(...resident) / MB]));
	const third = Math.floor(resident.length / 3);
	report.figure(figure('scripting', 'the same, last third to second third', '1', [median(resident.slice(-third)) / median(resident.slice(third, 2 * third))]));
	for (const error of new Set(result.errors)) report.note(error);
	report.note(
		`Recorded ${summary.duration.toFixed(1)} s of two simulated Aces, mc, mv and mp at 50 kS/s each; devices, server and clients share ${process.version} and this machine.`,
	);
}

async function stream(report: Reporter, { rounds }: BenchOptions): Promise<void> {
	await using opened = await WebSocketEngine.over(await open());
	const { engine, server } = opened;
	const scratch = new Float32Array(chunkSamples);
	const id = await engine.bench.projects.change(async (project) => {
		const added = await project.addRecording();
		const next = (index: number) => {
			signalChunk(index, scratch);
			return scratch;
		};
		await recordLong(added.folder, longSamples, next, {}, added.id);
		return added.id;
	});
	const [{ device, id: channel }] = longInfo().channels;
	global.gc?.();
	const before = process.memoryUsage().rss;
	let most = before;
	const watch = setInterval(() => {
		most = Math.max(most, process.memoryUsage().rss);
	}, 50);
	const result = await load(engine.tcp.port, { type: 'stream', data: { recording_id: Number(id), device_id: device, channel, index: 0, count: longSamples } });
	clearInterval(watch);
	report.figure(figure('scripting', `one answer of ${longSamples.toExponential().replace('e+', 'e')} samples`, 'Msamples/s', [longSamples / 1e6 / result.seconds]));
	report.figure(figure('scripting', 'the same in text', 'MB/s', [result.bytes / MB / result.seconds]));
	report.figure(figure('scripting', 'memory above the start, at most', 'MB', [(most - before) / MB]));
	const data = { recording_id: Number(id), channels: [{ device_id: device, channel }] };
	const rates: number[] = [];
	for (let round = 0; round < rounds; round++) {
		const { seconds, errors } = await load(server.port, { type: 'subscription', data, samples: longSamples });
		for (const error of errors) report.note(error);
		rates.push(longSamples / 1e6 / seconds);
	}
	report.figure(figure('scripting', 'the same recording in binary frames over WebSocket', 'Msamples/s', rates));
}
