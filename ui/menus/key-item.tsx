/** A menu's entry for something that a key does: its words, its key and whether it applies come from where the key is bound. */

import { Menu } from '@mantine/core';
import { usePage } from '../page.ts';
import { keyLabel } from '../shortcuts.ts';
import { useStore } from '../store.ts';
import classes from './menus.module.css';

/** Nothing, where the key is not bound. */
export function KeyItem({ keys }: { readonly keys: string }) {
	const { shortcuts } = usePage();
	const { bound } = useStore(shortcuts.list);
	const ofKey = bound.filter((shortcut) => shortcut.keys === keys);
	const found = ofKey.findLast(({ when }) => when?.() ?? true);
	const shown = found ?? ofKey.at(-1);
	if (!shown) return null;
	return (
		<Menu.Item disabled={!found} rightSection={<Key keys={keys} />} onClick={() => found?.run()}>
			{shown.what}
		</Menu.Item>
	);
}

export function Key({ keys }: { readonly keys: string }) {
	return <span className={classes.key}>{keyLabel(keys)}</span>;
}
