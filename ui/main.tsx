/** Starts the page. The connection opens before React draws, so that the first frame waits for nothing. */

import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import 'uplot/dist/uPlot.min.css';
import { Notifications } from '@mantine/notifications';
import { createRoot } from 'react-dom/client';
import { adoptToken } from './api.ts';
import { App } from './app.tsx';
import { Page, PageContext } from './page.ts';
import { Themed } from './settings/theme.tsx';

adoptToken();
const page = new Page();
void page.bench.start();
// For the browser's console, and for tests that read what is drawn.
Object.assign(globalThis, { microjoule: page });

createRoot(document.getElementById('root') as HTMLElement).render(
	<Themed preferences={page.preferences}>
		<Notifications position="bottom-right" />
		<PageContext value={page}>
			<App />
		</PageContext>
	</Themed>,
);
