import { expect, it } from 'vitest';
import { matcher, recordedRow, stampOf } from './log-row.ts';

it('writes times to the millisecond', () => {
	expect([0, 0.0004, 0.9996, 61.5, 3599.9999, 3661.001, -1.25].map(stampOf)).toEqual(['0:00.000', '0:00.000', '0:01.000', '1:01.500', '1:00:00.000', '1:01:01.001', '−0:01.250']);
});

it('finds plain text in whatever case, and expressions between slashes', () => {
	expect(['TX 12', 'tx', 'RX'].filter(matcher('tx') as never)).toEqual(['TX 12', 'tx']);
	expect(['TX 12', 'TX x'].filter(matcher('/tx \\d+$/i') as never)).toEqual(['TX 12']);
	expect(matcher('/(/')).toBeUndefined();
	expect(matcher('a/b/')?.('A/B/')).toBe(true);
});

it('says what an event was', () => {
	const row = recordedRow({ type: 'gap', device: 'a', time: 2, duration: 0.012, reason: 'checksum' }, 'k', '001', 10, () => 'Arc');
	expect(row).toMatchObject({ timeS: 12, stamp: '0:02.000', source: 'Arc', text: '12 ms of samples damaged on the way' });
});
