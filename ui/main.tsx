/** Starts the page. The connection opens before React draws, so that the first frame waits for nothing. */

import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import 'uplot/dist/uPlot.min.css';
import { createTheme, MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { createRoot } from 'react-dom/client';
import { adoptToken } from './api.ts';
import { App } from './app.tsx';
import { Bench } from './bench.ts';

adoptToken();
const bench = new Bench();
void bench.start();

const theme = createTheme({ primaryColor: 'cyan', primaryShade: 9, fontFamily: 'system-ui, "Segoe UI", Roboto, sans-serif', cursorType: 'pointer', defaultRadius: 'md' });

createRoot(document.getElementById('root') as HTMLElement).render(
	<MantineProvider theme={theme} defaultColorScheme="auto">
		<Notifications position="bottom-right" />
		<App bench={bench} />
	</MantineProvider>,
);
