import { expect, it } from 'vitest';
import { fuzz } from './fuzz-scripting.ts';

it('the scripting server answers whatever it is sent', async () => {
	const { failures, answers } = await fuzz(20_000, 7);
	expect(failures).toEqual([]);
	for (const kind of ['response', 'Invalid command', 'Invalid key type', 'Invalid key value', 'Missing key in request', 'Not able to parse request', 'Device not connected'])
		expect(answers[kind], kind).toBeGreaterThan(10);
});
