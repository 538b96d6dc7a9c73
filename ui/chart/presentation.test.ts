import { describe, expect, it } from 'vitest';
import type { ProjectStatus, RecordingSummary } from '../types.ts';
import { shiftsTo } from './alignment.ts';
import { concerns, conditionOf } from './conditions.ts';
import { freeName, placed } from './named-selections.ts';
import { type Choice, presentRecordings } from './presentation.ts';

const channel = (device: string, id: string, label: string, unit = 'A') => ({ device, id, label, unit, rate: 1000, count: 10_000 });
const recording = (id: string, duration: number, channels = [channel('arc-1', 'mc', 'Main current'), channel('arc-1', 'mv', 'Main voltage', 'V')]): RecordingSummary => ({
	id,
	name: `Run ${id}`,
	start: '2026-01-01T00:00:00Z',
	duration,
	finished: true,
	lost: 0,
	channels,
});
const project = (more: Partial<ProjectStatus>): ProjectStatus =>
	({ folder: '', name: '', unsaved: false, readOnly: null, undoable: null, redoable: null, recordings: [], selections: [], ...more }) as ProjectStatus;
const choice: Choice = { recordings: ['a', 'b'], devices: [], channels: ['mc', 'mv', 'mp'], stacked: false, alignment: {}, difference: false };

describe('recordings in the chart', () => {
	it('lie over each other, moved by the project and by the alignment', () => {
		const { tracks, panes, extent } = presentRecordings([recording('a', 10), recording('b', 20)], [], project({ recordings: [{ id: 'b', offset: 2 }] }), {
			...choice,
			alignment: { b: -5 },
		});
		expect(panes.map(({ id }) => id)).toEqual(['mc', 'mv']);
		expect(tracks.map(({ key, shiftS }) => [key, shiftS])).toEqual([
			['a arc-1.mc', 0],
			['b arc-1.mc', -3],
			['a arc-1.mv', 0],
			['b arc-1.mv', -3],
		]);
		expect(new Set(tracks.map(({ color }) => color)).size).toBe(4);
		expect(extent).toEqual({ from: -3, to: 17 });
	});

	it('have a difference of the first and the second, in a pane of its own', () => {
		const { tracks, panes } = presentRecordings([recording('a', 10), recording('b', 20)], [], null, { ...choice, difference: true });
		expect(panes.map(({ id, label }) => [id, label])).toEqual([
			['mc', 'Main current'],
			['mv', 'Main voltage'],
			['mc-difference', 'Main current, difference'],
			['mv-difference', 'Main voltage, difference'],
		]);
		expect(tracks.at(-2)?.origin).toEqual({ kind: 'difference', of: ['a arc-1.mc', 'b arc-1.mc'] });
		expect(presentRecordings([recording('a', 10)], [], null, { ...choice, recordings: ['a'], difference: true }).panes).toHaveLength(2);
	});

	it('that have none of the chosen channels show what they have', () => {
		const imported = recording('a', 1, [channel('import', 'i_load', 'Load current')]);
		expect(presentRecordings([imported], [], null, choice).panes.map(({ id }) => id)).toEqual(['i_load']);
	});
});

it('brings moments of recordings to where the first one has it', () => {
	expect(
		shiftsTo(
			[2, 5, 1],
			[
				{ id: 'a', offsetS: 0 },
				{ id: 'b', offsetS: 1 },
				{ id: 'c', offsetS: 0 },
			],
		),
	).toEqual({ b: -4, c: 1 });
});

it('places named selections of what is shown', () => {
	const { tracks } = presentRecordings([recording('a', 10)], [], null, { ...choice, alignment: { a: 3 } });
	const selections = [
		{ name: 'Selection 1', from: 1, to: 2, recording: 'a', color: '#ff0000' },
		{ name: 'hidden', from: 1, to: 2, recording: 'a', hidden: true },
		{ name: 'elsewhere', from: 1, to: 2, recording: 'b' },
		{ name: 'everywhere', from: 1, to: 2 },
	];
	expect(placed(selections, tracks).map(({ name, from }) => [name, from])).toEqual([
		['Selection 1', 4],
		['everywhere', 1],
	]);
	expect(placed(selections, [])).toEqual([]);
	expect(freeName(selections)).toBe('Selection 2');
});

it('makes conditions of events', () => {
	const settleS = () => 0.001;
	const range = conditionOf('arc-1', { type: 'range', time: 2, channel: 'mc', range: 'middle' }, settleS)!;
	expect(range).toEqual({ kind: 'range', device: 'arc-1', channel: 'mc', from: 2, to: 2.001, text: 'middle range, 1 ms to settle' });
	expect(concerns(range, 'arc-1', 'mc')).toBe(true);
	expect(concerns(range, 'arc-1', 'mv')).toBe(false);
	// What a measurement begins in is no switch.
	expect(conditionOf('arc-1', { type: 'range', time: 0, channel: 'mc', range: 'fine' }, settleS)).toBeUndefined();
	const fault = conditionOf('arc-1', { type: 'fault', time: 3, fault: 'over-current', message: 'Over-current: 6 A.' }, settleS)!;
	expect(fault).toMatchObject({ kind: 'fault', from: 3, to: 3, text: 'Over-current: 6 A.' });
	expect(concerns(fault, 'arc-1', 'mv')).toBe(true);
	expect(conditionOf('arc-1', { type: 'gap', time: 1, duration: 0.5, reason: 'lost' }, settleS)).toMatchObject({ kind: 'gap', to: 1.5 });
	expect(conditionOf('arc-1', { type: 'log', time: 1, channel: 'rx', text: 'hello' }, settleS)).toBeUndefined();
});
