import { expect, it } from 'vitest';
import { fuzzWebSocket } from './fuzz-web-socket.ts';

it('the WebSocket of scripting answers whatever it is sent', async () => {
	const { failures, answers, frames, hungUp } = await fuzzWebSocket(10_000, 7);
	expect(failures).toEqual([]);
	expect(frames).toBeGreaterThan(10);
	expect(hungUp).toBeGreaterThan(0);
	for (const kind of ['response', 'Invalid command', 'Invalid key type', 'Invalid key value', 'Missing key in request', 'Not able to parse request'])
		expect(answers[kind], kind).toBeGreaterThan(10);
}, 60_000);
