import { defineConfig } from 'vitest/config';

export default defineConfig({
	test: {
		include: ['{drivers,engine,toolboxes,cli,ui,bench,tools}/**/*.test.ts', '*.test.ts'],
		testTimeout: 60_000,
		// A busy machine must not fail a test: what does not come within this does not come.
		expect: { poll: { timeout: 15_000 } },
		pool: 'forks',
	},
});
