/** The readers in other languages that the documentation shows, run where their interpreter is present. */

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { statistics } from './statistics.ts';
import { arcChannel, device, recorded, temporaryFolder } from './testing.ts';

const examples = fileURLToPath(new URL('../../examples/', import.meta.url));
const has = (command: string, args: string[]) => spawnSync(command, args).status === 0;
const numpy = has('python3', ['-c', 'import numpy']);
const octave = has('octave', ['--eval', 'exit(exist("jsondecode") == 0)']);

interface Figures {
	readonly count: number;
	readonly lost: number;
	readonly average: number;
	readonly integral: number;
}

describe('a recording read without us', () => {
	const folder = temporaryFolder();
	const samples = Float32Array.from({ length: 5000 }, (_, n) => (n % 700 < 5 ? Number.NaN : Math.sin(n / 50) / 1000));
	let expected: Figures;

	beforeAll(async () => {
		const reader = await recorded(folder.path, [{ ...arcChannel('mc', 4000), samples }]);
		const { samples: valid, lost, average, charge = Number.NaN } = await statistics(reader, { channel: 'mc' });
		expected = { count: valid + lost, lost, average, integral: charge };
		reader.close();
	});
	afterAll(() => folder.remove());

	const check = ({ count, lost, average, integral }: Figures) => {
		expect({ count, lost }).toEqual({ count: expected.count, lost: expected.lost });
		expect(average).toBeCloseTo(expected.average, 12);
		expect(integral).toBeCloseTo(expected.integral, 12);
	};

	test.skipIf(!numpy)('by Python with numpy (skipped where there is none)', () => {
		const { stdout, stderr } = spawnSync('python3', [`${examples}read_recording.py`, folder.path], { encoding: 'utf8' });
		expect(stderr).toBe('');
		check((JSON.parse(stdout) as { channels: Record<string, Figures> }).channels[`${device}.mc`]);
	});

	test.skipIf(!octave)('by Octave (skipped where there is none)', () => {
		const { stdout } = spawnSync('octave', ['--quiet', '--path', examples, '--eval', `read_recording('${folder.path}');`], { encoding: 'utf8' });
		const figures = JSON.parse(stdout) as Figures | Figures[];
		check(Array.isArray(figures) ? figures[0] : figures);
	});
});
