/** The three quantities of a rail that the page shows, each with its pane, and the colours of their traces. */

export interface Quantity {
	readonly channel: 'mc' | 'mv' | 'mp';
	readonly label: string;
	readonly unit: string;
}

export const quantities: readonly Quantity[] = [
	{ channel: 'mc', label: 'Current', unit: 'A' },
	{ channel: 'mv', label: 'Voltage', unit: 'V' },
	{ channel: 'mp', label: 'Power', unit: 'W' },
];

/** Per device, current, voltage and power; readable on light and dark ground. */
const palette = [
	['#228be6', '#e8740c', '#845ef7'],
	['#0ca678', '#e64980', '#1098ad'],
	['#e8590c', '#5c940d', '#d6336c'],
	['#3b5bdb', '#c2255c', '#2b8a3e'],
] as const;

/** On black, for high contrast. */
const purePalette = [
	['#00ffff', '#ffff00', '#ff80ff'],
	['#00ff00', '#ffa000', '#80c0ff'],
	['#ff6060', '#c0ff40', '#ffc0e0'],
	['#ffffff', '#ffd080', '#a0ffd0'],
] as const;

export function colorOf(deviceIndex: number, channel: string, contrast = false): string {
	const colors = (contrast ? purePalette : palette)[Math.max(0, deviceIndex) % palette.length];
	return colors[
		Math.max(
			0,
			quantities.findIndex((quantity) => quantity.channel === channel),
		)
	];
}
