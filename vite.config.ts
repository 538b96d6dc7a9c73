/** Builds the dashboard, `ui/`, to `dist/ui`, which the server serves as it is. */

import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
	root: 'ui',
	plugins: [react()],
	build: { outDir: '../dist/ui', emptyOutDir: true, target: 'es2022', chunkSizeWarningLimit: 1000 },
});
