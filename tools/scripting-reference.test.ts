import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { subscriptionCommands } from '../toolboxes/automation/commands/subscription.ts';
import { capabilities } from '../toolboxes/automation/greeting.ts';
import { encodeSampleFrame, sampleFrameHeaderBytes, sampleFrameMagic } from '../toolboxes/automation/subscriptions/sample-frame.ts';
import { clientTypes, commands, pageFile, typesFile, withGeneratedParts } from './scripting-reference.ts';

const page = readFileSync(pageFile, 'utf8');

describe('the reference of scripting', () => {
	it('is what the command table says (else: node tools/scripting-reference.ts)', () => expect(page).toBe(withGeneratedParts(page)));

	it('has every command once, and every capability', () => {
		for (const { name } of [...commands, ...subscriptionCommands]) expect([name, page.split(`| \`${name}\``).length]).toEqual([name, 2]);
		for (const capability of capabilities.capabilities) expect(page).toContain(`\`${capability}\``);
	});

	it('describes every key of a subscription', () => {
		const described = [...(page.split('| key of `subscribe` |')[1].split('\n\n')[0] ?? '').matchAll(/^\| (.*?) \|/gm)].flatMap(([, keys]) =>
			[...keys.matchAll(/`(\w+)`/g)].map(([, key]) => key),
		);
		expect(described.toSorted()).toEqual(Object.keys(subscriptionCommands[0].request.properties).toSorted());
	});

	it('describes the bytes of a frame as they are', () => {
		const rows = [...page.split('### Binary frames')[1].matchAll(/^\| (\d+) \| (\w+)(?: × N)? \|/gm)].map(([, offset, type]) => ({ offset: Number(offset), type }));
		const sizes: Record<string, number> = { u16: 2, u32: 4, f64: 8, f32: 4 };
		for (const [index, { offset, type }] of rows.entries()) if (index + 1 < rows.length) expect(offset + sizes[type]).toBe(rows[index + 1].offset);
		expect(rows.at(-1)).toEqual({ offset: sampleFrameHeaderBytes, type: 'f32' });
		expect(page).toContain(`0x${sampleFrameMagic.toString(16).toUpperCase()}`);
		const values = { subscription: 3, place: 2, rateHz: 500, index: 1e10, missing: 7, lost: 9, values: Float32Array.of(1.5) };
		const view = new DataView(encodeSampleFrame({ ...values, restarted: true }).buffer);
		const read: Record<string, (at: number) => number> = {
			u16: (at) => view.getUint16(at, true),
			u32: (at) => view.getUint32(at, true),
			f64: (at) => view.getFloat64(at, true),
			f32: (at) => view.getFloat32(at, true),
		};
		expect(rows.map(({ offset, type }) => read[type](offset))).toEqual([sampleFrameMagic, 3, 2, 3, 1, 500, 1e10, 7, 9, 1.5]);
	});
});

it('the types of the client library are what the command table says (else: node tools/scripting-reference.ts)', () => expect(readFileSync(typesFile, 'utf8')).toBe(clientTypes()));
