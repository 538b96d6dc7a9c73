import { describe, expect, it } from 'vitest';
import { Random } from '../drivers/simulator/random.ts';
import { damages, fullDisk, kills } from './torture.ts';

describe('a recording survives', () => {
	it('SIGKILL at any moment', async () => {
		expect((await kills(4, new Random(1))).failures).toEqual([]);
	});

	it('a cut or a flipped bit anywhere in any of its files', async () => {
		expect((await damages(64, new Random(2))).failures).toEqual([]);
		expect((await damages(16, new Random(3), false)).failures).toEqual([]);
	});

	it('a disk without room, and says how much time that cost', async ({ skip }) => {
		const { failures, skipped } = await fullDisk();
		if (typeof skipped === 'string') skip(skipped);
		expect(failures).toEqual([]);
	});
});
