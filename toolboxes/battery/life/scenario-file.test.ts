import { describe, expect, it } from 'vitest';
import { parseScenarios, type WaveformSource } from './scenario-file.ts';
import { waveformOf } from './waveform.ts';

const waveform = waveformOf(Float32Array.of(0.001, 0.002), 10);
const asked: WaveformSource[] = [];
const read = (text: string) =>
	parseScenarios(text, 'loads.yaml', async (source) => {
		asked.push(source);
		return waveform;
	});

describe('a file of scenarios', () => {
	it('holds phases, recordings and traces', async () => {
		asked.length = 0;
		const load = await read(`
scenarios:
  - name: normal
    weight: 9
    phases:
      - { name: sleep, current: 2 µA, duration: 9.9 s }
      - { name: send, current: 8 mA, duration: 100 ms, peak: 20 mA, peakDuration: 2 ms }
      - { name: radio, power: 30 mW, duration: 1 s }
  - name: update
    perDay: 0.1
    recording: project/003
    from: 1.5 s
    to: 4
  - { name: alarm, perDay: 2, replay: alarm.csv }
`);
		expect(load).toEqual({
			scenarios: [
				{
					name: 'normal',
					weight: 9,
					perDay: undefined,
					load: {
						phases: [
							{ name: 'sleep', durationS: 9.9, currentA: 2e-6 },
							{ name: 'send', durationS: 0.1, currentA: 0.008, peakA: 0.02, peakS: 0.002 },
							{ name: 'radio', durationS: 1, powerW: 0.03 },
						],
					},
				},
				{ name: 'update', weight: undefined, perDay: 0.1, load: { waveform } },
				{ name: 'alarm', weight: undefined, perDay: 2, load: { waveform } },
			],
		});
		expect(asked).toEqual([
			{ recording: 'project/003', replay: undefined, device: undefined, from: 1.5, to: 4 },
			{ recording: undefined, replay: 'alarm.csv', device: undefined, from: undefined, to: undefined },
		]);
	});

	it.each([
		['scenarios:\n  - {name: a', /loads.yaml is no YAML/],
		['scenarios: []', /loads.yaml: scenarios/],
		['scenarios:\n  - {name: a, wieght: 2}', /scenarios.0.wieght is not a known key/],
		['scenarios:\n  - {name: a}', /scenarios\[0\] has no load/],
		['scenarios:\n  - {name: a, recording: p, replay: r}', /recording and replay/],
		['scenarios:\n  - {name: a, phases: [{name: b, current: 2 mV, duration: 1 s}]}', /scenarios\[0\].phases\[0\].current is "2 mV"/],
		['scenarios:\n  - {name: a, phases: [{name: b, current: 2 mA}]}', /duration/],
	])('%j is refused with its place', async (text, message) => {
		await expect(read(text)).rejects.toThrow(message);
		await expect(read(text)).rejects.toThrow(expect.objectContaining({ code: 'INVALID_VALUE' }));
	});
});
