/** Starts the portal's pages. The session is asked for before React draws. */

import './styles.ts';
import { createTheme, type MantineColorsTuple, MantineProvider } from '@mantine/core';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { loadSession } from './session.ts';

void loadSession();

/** Greys that keep the edges of fields visible (3:1) on the page's backgrounds; the same for the dark scheme, and for small text (4.5:1), are below. */
const gray: MantineColorsTuple = ['#f6f8fa', '#eef1f4', '#e3e7eb', '#d3d9df', '#8b96a1', '#7d8893', '#68737e', '#4d5761', '#343c44', '#20262c'];

const theme = createTheme({
	primaryColor: 'cyan',
	primaryShade: { light: 9, dark: 9 },
	colors: { gray },
	fontFamily: 'system-ui, "Segoe UI", Roboto, sans-serif',
	cursorType: 'pointer',
	defaultRadius: 'md',
	respectReducedMotion: true,
});

createRoot(document.getElementById('root') as HTMLElement).render(
	<MantineProvider
		theme={theme}
		defaultColorScheme="auto"
		cssVariablesResolver={() => ({
			variables: {},
			light: { '--mantine-color-dimmed': '#5a656f', '--mantine-color-error': '#c01f1f' },
			dark: { '--mantine-color-dimmed': '#a3adb7', '--mantine-color-error': '#ff9b9b', '--mantine-color-dark-4': '#6b747d' },
		})}
	>
		<App />
	</MantineProvider>,
);
