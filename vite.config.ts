/** Builds the dashboard, `ui/`, to `dist/ui`, which the server serves as it is. */

import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// cssTarget: lowered for older browsers, light-dark() would no longer follow the scheme that Mantine sets at run time.
export default defineConfig({
	root: 'ui',
	plugins: [react()],
	build: { outDir: '../dist/ui', emptyOutDir: true, target: 'es2022', cssTarget: ['chrome123', 'firefox120', 'safari17.5'], chunkSizeWarningLimit: 1000 },
});
