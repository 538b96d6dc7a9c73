import { describe, expect, it } from 'vitest';
import { compared } from './compare.ts';
import type { ChannelStatistics } from './statistics.ts';

function figures(average: number, more: Partial<ChannelStatistics> = {}): ChannelStatistics {
	return {
		device: 'arc-1',
		channel: 'mc',
		unit: 'A',
		rate: 1000,
		from: 0,
		to: 1,
		duration: 1,
		validDuration: 1,
		samples: 1000,
		lost: 0,
		min: average,
		max: average,
		average,
		rms: average,
		standardDeviation: 0,
		charge: average,
		uncertainty: { average: 0.1, charge: 0.2 },
		saturated: 0,
		settling: 0,
		...more,
	};
}

describe('recordings side by side', () => {
	it('state differences from the first, with a bound of their uncertainty', () => {
		const { mc } = compared([
			{ id: 'a', channels: { mc: figures(2) } },
			{ id: 'b', channels: { mc: figures(1, { uncertainty: { average: null, charge: 0.3 } }) } },
		]);
		expect(mc[0].difference).toBeUndefined();
		expect(mc[1].difference?.average).toEqual({ absolute: -1, relative: -0.5, uncertainty: null });
		expect(mc[1].difference?.charge).toEqual({ absolute: -1, relative: -0.5, uncertainty: 0.5 });
		expect(mc[1].difference?.max).toEqual({ absolute: -1, relative: -0.5 });
		expect(mc[1].difference?.energy).toBeUndefined();
	});

	it('have no share of nothing, and no difference from what is no number', () => {
		const { mc } = compared([
			{ id: 'a', channels: { mc: figures(0, { max: Number.NaN }) } },
			{ id: 'b', channels: { mc: figures(-1) } },
		]);
		expect(mc[1].difference?.average?.relative).toBeNull();
		expect(mc[1].difference?.max).toBeUndefined();
	});

	it('are compared by channel; what one does not have is missing there', () => {
		const result = compared([
			{ id: 'a', channels: { mc: figures(1) } },
			{ id: 'b', channels: { mv: figures(3) } },
			{ id: 'c', channels: { mc: figures(2), mv: figures(4) } },
		]);
		expect(result.mc.map(({ recording, difference }) => [recording, difference?.average?.absolute])).toEqual([
			['a', undefined],
			['c', 1],
		]);
		expect(result.mv.map(({ recording }) => recording)).toEqual(['b', 'c']);
	});
});
