import { afterAll, expect, test } from 'vitest';
import { segments } from './segments.ts';
import { statistics } from './statistics.ts';
import { arcChannel, recorded, temporaryFolder } from './testing.ts';
import { view } from './view.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());

test('a channel that the project shifts lies elsewhere in views, statistics and events, and keeps its charge and energy', async () => {
	const samples = Float32Array.from({ length: 4000 }, (_, n) => (n >= 1000 && n < 1400 ? 0.01 : 0));
	const power = samples.map((current) => current * 3);
	const reader = await recorded(folder.path, [
		{ ...arcChannel('mc', 4000), samples },
		{ ...arcChannel('mp', 4000), samples: power },
	]);
	const whole = await statistics(reader, { channel: 'mc' });
	const channel = reader.channel(undefined, 'mc');
	channel.offset = -0.2;

	const shifted = await statistics(reader, { channel: 'mc' });
	expect(shifted).toMatchObject({ charge: whole.charge, energy: whole.energy, samples: 4000 });
	expect([shifted.from, shifted.to]).toEqual([expect.closeTo(-0.2, 9), expect.closeTo(0.8, 9)]);

	const pulse = await statistics(reader, { channel: 'mc', from: 0.05, to: 0.15 });
	expect(pulse.average).toBeCloseTo(0.01, 9);
	expect(pulse.energy).toBeCloseTo(0.003, 9);

	const { t, max } = await view(reader, channel, 0, 0.2, 800);
	expect(t[0]).toBeCloseTo(0, 9);
	expect(t[max.indexOf(Math.fround(0.01))]).toBeCloseTo(0.05, 9);

	for await (const segment of segments(reader, channel, { threshold: 0.005 })) expect(segment.start).toBeCloseTo(0.05, 9);
	reader.close();
});
