import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Journal, type Progress, readJournal, type StepResult } from './journal.ts';
import { resumePoint, stepResults } from './resume.ts';

const script = { steps: [{ kind: 'rest', exits: { durationS: 1 } } as const, { kind: 'rest', exits: { durationS: 1 } } as const], until: { iterations: 9 } };
const step = (iteration: number, index: number, endedBy = 'duration'): StepResult => {
	const n = (iteration - 1) * 2 + index;
	return { iteration, step: index, elapsedS: n + 1, durationS: 1, voltageV: 3, currentA: 0.01, fromC: n / 100, toC: (n + 1) / 100, fromJ: n / 30, toJ: (n + 1) / 30, endedBy };
};
const progress = (iteration: number, index: number, elapsedS: number): Progress => ({
	iteration,
	step: index,
	elapsedS,
	stepS: elapsedS % 1,
	chargeC: elapsedS / 100,
	energyJ: elapsedS / 30,
	fromC: Math.floor(elapsedS) / 100,
	fromJ: Math.floor(elapsedS) / 30,
	voltageV: 3,
	currentA: 0.01,
});

async function written(lines = 5) {
	const folder = mkdtempSync(join(tmpdir(), 'microjoule-journal-'));
	onTestFinished(() => rmSync(folder, { recursive: true }));
	using journal = await Journal.open(folder);
	journal.append({ type: 'start', at: '2026-01-01T00:00:00.000Z', restV: 3 });
	for (let n = 0; n < lines; n++) {
		journal.progress(progress(1 + (n >> 1), n & 1, n + 0.5));
		journal.append({ type: 'step', ...step(1 + (n >> 1), n & 1) });
	}
	return folder;
}

it('a journal that was cut at any byte is read up to its last whole line, and goes on there', async () => {
	const folder = await written();
	const file = join(folder, 'journal.jsonl');
	const whole = readFileSync(file);
	const ends = [...whole.keys()].filter((at) => whole[at] === 10).map((at) => at + 1);
	for (let length = 0; length <= whole.length; length++) {
		writeFileSync(file, whole);
		truncateSync(file, length);
		expect(readJournal(folder).lines).toHaveLength(ends.filter((end) => end <= length).length);
	}
	truncateSync(file, whole.length - 3);
	{
		using journal = await Journal.open(folder);
		journal.append({ type: 'step', ...step(3, 0) });
	}
	expect(readFileSync(file)).toEqual(whole);
});

it('a damaged byte costs what follows it, and nothing is made up', async () => {
	const folder = await written();
	const file = join(folder, 'journal.jsonl');
	const bytes = readFileSync(file);
	const third = bytes.indexOf(10, bytes.indexOf(10) + 1) + 1;
	bytes[third + 40] ^= 1;
	writeFileSync(file, bytes);
	expect(readJournal(folder).lines).toHaveLength(2);
	appendFileSync(file, 'and more that is none of ours\n');
	expect(readJournal(folder).lines).toHaveLength(2);
});

it('of the two slots of progress one is always whole', async () => {
	const folder = await written(4);
	const file = join(folder, 'progress');
	{
		using journal = await Journal.open(folder);
		journal.progress(progress(3, 0, 4.25));
		journal.progress(progress(3, 0, 4.5));
	}
	const whole = readFileSync(file);
	for (const slot of [0, 1]) {
		const torn = Buffer.from(whole);
		torn.fill('x', slot * 512 + 20, slot * 512 + 300);
		writeFileSync(file, torn);
		expect([4.25, 4.5]).toContain(readJournal(folder).progress?.elapsedS);
	}
	writeFileSync(file, whole);
	expect(readJournal(folder).progress?.elapsedS).toBe(4.5);
});

it('a run goes on with the iteration, or within the step, that was interrupted', async () => {
	const folder = await written(4);
	{
		using journal = await Journal.open(folder);
		journal.append({ type: 'step', ...step(3, 0) });
		journal.progress(progress(3, 1, 5.75));
	}
	const content = readJournal(folder);
	expect(resumePoint(script, content, 'iteration')).toMatchObject({ iteration: 3, step: 0, chargeC: 0.0575, elapsedS: 5.75, currentA: 0.01, ended: false });
	expect(resumePoint(script, content, 'iteration').begun).toBeUndefined();
	expect(resumePoint(script, content, 'step')).toMatchObject({ iteration: 3, step: 1, chargeC: 0.0575, begun: { stepS: 0.75, fromC: 0.05 } });
	// What is begun again replaces what was.
	const again = [...content.lines, { type: 'start', at: '', restV: 3, iteration: 3, step: 0 } as const, { type: 'step', ...step(3, 0) } as const];
	expect(stepResults(again).map(({ iteration, step: index }) => [iteration, index])).toEqual([
		[1, 0],
		[1, 1],
		[2, 0],
		[2, 1],
		[3, 0],
	]);
	expect(resumePoint(script, undefined, 'step')).toMatchObject({ iteration: 1, step: 0, chargeC: 0 });
});
