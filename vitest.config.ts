import { defineConfig } from 'vitest/config';

export default defineConfig({
	test: {
		include: ['{drivers,engine,toolboxes,cli,ui,bench,tools}/**/*.test.ts', '*.test.ts'],
		testTimeout: 30_000,
		pool: 'forks',
	},
});
