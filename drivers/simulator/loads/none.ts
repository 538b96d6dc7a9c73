/** Nothing connected. */

import type { Load, LoadKind } from './load.ts';

export class OpenTerminals implements Load {
	readonly levels = 0;

	fill(_voltage: number, current: Float64Array, from: number, to: number): void {
		current.fill(0, from, to);
	}

	peak(): number {
		return 0;
	}
}

export const none: LoadKind = { name: 'none', brief: 'Nothing connected.', create: () => new OpenTerminals() };
