/** What the browser remembers, and what it makes of a storage that holds something else. */

import { describe, expect, it } from 'vitest';
import { defaults, openPreferences, readPreferences } from './preferences.ts';

function storage(text: string | null) {
	let held = text;
	return {
		getItem: () => held,
		setItem: (_key: string, value: string) => {
			held = value;
		},
	};
}

describe('preferences', () => {
	it('are found again', () => {
		const place = storage(null);
		openPreferences(place).set({ theme: 'contrast', windowS: 30, channels: ['mc'] });
		expect(openPreferences(place).state).toEqual({ ...defaults, theme: 'contrast', windowS: 30, channels: ['mc'] });
	});

	it.each(['', 'null', '[]', '{', '"text"', '{"theme":"toString","windowS":-1,"channels":[],"sideBarWidth":1e9,"grid":"yes","units":7}'])(
		'are those of a new user for %j',
		(text) => {
			expect(readPreferences(text)).toEqual(defaults);
		},
	);
});
