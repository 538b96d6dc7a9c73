/**
 * Light, dark and high contrast. High contrast is the dark scheme with pure black and white: every control has an outline, and the chart's traces have
 * pure colours, thick lines and symbols (`chart/contrast.ts`).
 */

import { type CSSVariablesResolver, createTheme, type MantineColorsTuple, MantineProvider, type MantineThemeOverride, type VariantColorsResolver } from '@mantine/core';
import { useColorScheme } from '@mantine/hooks';
import { type ReactNode, useLayoutEffect } from 'react';
import { type Store, useStore } from '../store.ts';
import type { PreferencesState } from './preferences.ts';
import './contrast.css';

const plain: MantineThemeOverride = {
	primaryColor: 'cyan',
	primaryShade: 9,
	fontFamily: 'system-ui, "Segoe UI", Roboto, sans-serif',
	cursorType: 'pointer',
	respectReducedMotion: true,
	components: {
		NavLink: { styles: { description: { opacity: 1 } } },
		Notification: { defaultProps: { closeButtonProps: { 'aria-label': 'Close' } }, styles: { description: { color: 'var(--mantine-color-text)' } } },
		// The least that a finger hits.
		Button: { vars: (_theme: unknown, { size }: { size?: string }) => (size === 'compact-xs' ? { root: { '--button-height': '24px' } } : {}) },
	},
	defaultRadius: 'md',
};

const white = '#ffffff';
const black = '#000000';
/** Mantine's dark scheme: text, text, quiet text, placeholders, borders, hovered, ground of fields, of the page, and deeper. */
const darks: MantineColorsTuple = [white, white, white, '#d0d0d0', white, '#333333', black, black, black, black];

/** White is readable on it. */
const reds = Array<string>(10).fill('#d00000') as unknown as MantineColorsTuple;

/** Filled stays filled, black on a bright colour; everything else is white on black with an outline. */
const outlined: VariantColorsResolver = ({ variant, color }) => {
	if (variant === 'filled') return { background: color === 'red' ? '#ff5050' : '#ffff00', hover: white, color: black, border: `2px solid ${white}` };
	const border = variant === 'subtle' || variant === 'transparent' ? '2px solid transparent' : `2px solid ${white}`;
	return { background: black, hover: '#333333', color: white, border, hoverColor: white };
};

const contrast: MantineThemeOverride = {
	...plain,
	primaryColor: 'yellow',
	primaryShade: 4,
	autoContrast: true,
	colors: { dark: darks, red: reds },
	variantColorResolver: outlined,
};

/** Words are read everywhere, 4.5 to 1: quiet ones, coloured ones on a tint of their colour, white ones on a colour under the pointer. */
const quiet: CSSVariablesResolver = ({ colors }) => {
	const hovered = variables(colors, (name) => ({ [`${name}-filled-hover`]: `color-mix(in srgb, var(${name}-filled) 85%, #000)` }));
	return {
		variables: {},
		light: {
			...hovered,
			...variables(colors, (name) => ({ [`${name}-light-color`]: `color-mix(in srgb, var(${name}-9) 62%, #000)` })),
			'--mantine-color-dimmed': '#555e68',
			'--mantine-color-placeholder': '#6b747e',
		},
		dark: {
			...hovered,
			...variables(colors, (name) => ({ [`${name}-light-color`]: `color-mix(in srgb, var(${name}-3) 80%, #fff)` })),
			'--mantine-color-dimmed': '#b8bec6',
			'--mantine-color-placeholder': '#9aa2ab',
		},
	};
};
const loud: CSSVariablesResolver = () => ({ variables: {}, light: {}, dark: { '--mantine-color-dimmed': white, '--mantine-color-placeholder': '#d0d0d0' } });

function variables(colors: object, of: (name: string) => Record<string, string>): Record<string, string> {
	return Object.assign({}, ...Object.keys(colors).map((color) => of(`--mantine-color-${color}`)));
}

const plainTheme = createTheme(plain);
const contrastTheme = createTheme(contrast);

export function Themed({ preferences, children }: { readonly preferences: Store<PreferencesState>; readonly children: ReactNode }) {
	const { theme } = useStore(preferences);
	const system = useColorScheme('light', { getInitialValueInEffect: false });
	const strong = theme === 'contrast';
	const scheme = strong ? 'dark' : theme === 'system' ? system : theme;
	useLayoutEffect(() => void document.documentElement.toggleAttribute('data-contrast', strong), [strong]);
	return (
		<MantineProvider theme={strong ? contrastTheme : plainTheme} forceColorScheme={scheme} cssVariablesResolver={strong ? loud : quiet}>
			{children}
		</MantineProvider>
	);
}
