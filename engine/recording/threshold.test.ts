import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { histogram } from './histogram.ts';
import { arcChannel, between, device, recorded, temporaryFolder } from './testing.ts';
import { thresholdOf } from './threshold.ts';

let folder: ReturnType<typeof temporaryFolder>;
let runs = 0;
beforeEach(() => {
	folder = temporaryFolder();
});
afterEach(() => folder.remove());

/** A sleep with pulses in it, both with noise. */
function pulses(sleepA: number, pulseA: number, share: number, noise: number): Float32Array {
	let state = 1;
	const random = () => {
		state = (state * 48_271) % 2_147_483_647;
		return state / 2_147_483_647;
	};
	const wobble = () => 1 + noise * (random() + random() + random() - 1.5);
	return Float32Array.from({ length: 20_000 }, (_, k) => (k % 1000 < 1000 * share ? pulseA : sleepA) * wobble());
}

async function suggested(samples: Float32Array): Promise<number | null> {
	using reader = await recorded(`${folder.path}/${runs++}`, [{ ...arcChannel('mc', 1000), samples }]);
	return thresholdOf(await histogram(reader, reader.channel(device, 'mc'), undefined, undefined, 140, undefined, 'logarithmic'));
}

describe('a threshold', () => {
	it('lies between sleep and pulses, however rare they are and however far apart', async () => {
		await fc.assert(
			fc.asyncProperty(between(1e-6, 1e-5), between(20, 5000), between(0.002, 0.9), between(0.01, 0.3), async (sleepA, ratio, share, noise) => {
				const pulseA = sleepA * ratio;
				const threshold = (await suggested(pulses(sleepA, pulseA, share, noise))) as number;
				expect(threshold).toBeGreaterThan(sleepA * (1 + 1.5 * noise));
				expect(threshold).toBeLessThan(pulseA * (1 - 1.5 * noise));
			}),
			{ numRuns: 100 },
		);
	});

	it('is not made up where all values form one group', async () => {
		expect(await suggested(pulses(1e-3, 1e-3, 0, 0.3))).toBeNull();
		expect(await suggested(Float32Array.from({ length: 1000 }, () => 2))).toBeNull();
		expect(await suggested(Float32Array.from({ length: 1000 }, () => -1))).toBeNull();
		expect(await suggested(Float32Array.from({ length: 1000 }, () => Number.NaN))).toBeNull();
	});
});
