/**
 * The promise that everything rests on: at no time two engines whose gate is open on one licence. Three computers do what people and networks do,
 * at random, with clocks that disagree; after every step, and at every opening of a gate, the gates are looked at.
 */

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MicrojouleError } from '../../drivers/errors.ts';
import { password, type TestComputer, TestWorld } from './testing.ts';

const names = ['office', 'home', 'lab'] as const;
const at = fc.integer({ min: 0, max: 2 });
const step = fc.oneof(
	{ weight: 8, arbitrary: fc.record({ do: fc.constant('reserve' as const), at }) },
	{ weight: 8, arbitrary: fc.record({ do: fc.constantFrom('return', 'cut', 'mend', 'mend', 'restart', 'deaf', 'script', 'hang up' as const), at }) },
	{ weight: 4, arbitrary: fc.record({ do: fc.constant('portal return' as const), at: fc.constant(0) }) },
	{ weight: 2, arbitrary: fc.record({ do: fc.constantFrom('minutes', 'hours', 'a day' as const), at: fc.constant(0) }) },
);

it('never has two open gates on one licence', async () => {
	let opened = 0;
	await fc.assert(
		fc.asyncProperty(fc.array(step, { minLength: 15, maxLength: 40 }), fc.array(fc.integer({ min: -540, max: 540 }), { minLength: 3, maxLength: 3 }), async (steps, offsetsS) => {
			await using world = await TestWorld.open();
			const anna = await world.user('Anna');
			const licence = await world.bench.licence(anna);
			const computers: TestComputer[] = [];
			const scripts = new Map<TestComputer, Disposable[]>();
			for (const [index, name] of names.entries()) {
				const computer = await world.computer(name);
				computer.clocks.wall += offsetsS[index] * 1000;
				await (await computer.start()).login('anna', password);
				computers.push(computer);
			}
			const act: Record<string, (computer: TestComputer) => Promise<unknown> | unknown> = {
				reserve: async ({ engine }) => {
					using connection = engine.connection();
					await connection.reserve(licence);
				},
				return: ({ engine }) => engine.returnNow(licence),
				cut: ({ network }) => network.cut(),
				mend: async (computer) => {
					computer.network.deaf = false;
					computer.network.mend();
					computer.clocks.pass(45); // the longest pause before it tries again
					await computer.settle();
				},
				restart: async (computer) => {
					await computer.stop();
					await computer.start();
				},
				// The request arrives, and the network breaks before the answer does.
				deaf: async (computer) => {
					computer.network.deaf = true;
					const attempt = Promise.resolve(act.reserve(computer));
					attempt.catch(() => {}); // it may fail before it is waited for
					await world.bench.licences.list(anna.id);
					computer.network.cut();
					computer.network.deaf = false;
					await attempt;
				},
				script: async (computer) => {
					const connection = computer.engine.connection();
					scripts.set(computer, [...(scripts.get(computer) ?? []), connection]);
					await connection.reserve(licence, { ttl: 90 });
				},
				'hang up': (computer) => {
					for (const connection of scripts.get(computer) ?? []) connection[Symbol.dispose]();
				},
				'portal return': () => world.bench.licences.return(licence, anna),
				minutes: () => world.pass(120),
				hours: () => world.pass(5 * 3600),
				'a day': () => world.pass(24.4 * 3600),
			};
			for (const { do: what, at } of steps) {
				await (async () => act[what](computers[at]))().catch((error: unknown) => {
					if (!(error instanceof MicrojouleError) || error.code === 'INTERNAL') throw error;
				});
				world.check();
				opened += computers.flatMap((computer) => computer.openLicences()).length;
			}
		}),
		{ numRuns: 4, seed: 1 },
	);
	expect(opened).toBeGreaterThan(20);
}, 180_000);
