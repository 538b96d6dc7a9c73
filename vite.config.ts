/** Builds the dashboard, `ui/`, to `dist/ui`, which the server serves as it is; and in the same way the pages of the licence portal. */

import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig, type InlineConfig } from 'vite';

// cssTarget: lowered for older browsers, light-dark() would no longer follow the scheme that Mantine sets at run time.
export default defineConfig({
	root: 'ui',
	plugins: [react()],
	build: { outDir: '../dist/ui', emptyOutDir: true, target: 'es2022', cssTarget: ['chrome123', 'firefox120', 'safari17.5'], chunkSizeWarningLimit: 1000 },
});

/** What differs for the portal's pages. Their icon stays a file: the portal's content security policy admits nothing inline. */
export const portalPages = {
	configFile: fileURLToPath(import.meta.url),
	root: fileURLToPath(new URL('./toolboxes/licensing/portal/pages/', import.meta.url)),
	build: { outDir: fileURLToPath(new URL('./dist/portal/', import.meta.url)), assetsInlineLimit: 0 },
} satisfies InlineConfig;
