/** The page's keys, in one list: what each does is said where it is bound, and `?` shows them all. One listener for all of them. */

import { Store } from './store.ts';

export interface Shortcut {
	/** As people read it: `Ctrl+U`, `Alt+A`, `Space`, `←`, `+`, `?`. Ctrl stands for ⌘ on a Mac. */
	readonly keys: string;
	readonly what: string;
	readonly group: 'Recording' | 'Chart' | 'Selection' | 'Files' | 'Page';
	/** Default: always. */
	readonly when?: () => boolean;
	/** Also while something is typed. */
	readonly whileTyping?: boolean;
	run(): void;
}

const isMac = navigator.platform.startsWith('Mac');
const named: Readonly<Record<string, string>> = { Space: ' ', '←': 'ArrowLeft', '→': 'ArrowRight', '↑': 'ArrowUp', '↓': 'ArrowDown', Esc: 'Escape', Del: 'Delete' };

export class Shortcuts {
	readonly list = new Store<{ readonly bound: readonly Shortcut[] }>({ bound: [] });

	constructor(target: EventTarget = globalThis) {
		target.addEventListener('keydown', (event) => this.#pressed(event as KeyboardEvent));
	}

	/** Returns a function that takes them back. Of two with the same keys the later one that applies is run. */
	bind(shortcuts: readonly Shortcut[]): () => void {
		this.list.set({ bound: [...this.list.state.bound, ...shortcuts] });
		return () => this.list.set({ bound: this.list.state.bound.filter((shortcut) => !shortcuts.includes(shortcut)) });
	}

	#pressed(event: KeyboardEvent): void {
		if (event.defaultPrevented) return;
		const typing = isTyping(event);
		const found = this.list.state.bound.findLast((shortcut) => matches(shortcut.keys, event) && (!typing || shortcut.whileTyping) && (shortcut.when?.() ?? true));
		if (!found) return;
		event.preventDefault();
		if (!event.repeat || found.group === 'Chart') found.run();
	}
}

/** `Ctrl+U` as this computer's keyboard has it. */
export function keyLabel(keys: string): string {
	return isMac ? keys.replace('Ctrl+', '⌘').replace('Alt+', '⌥').replace('Shift+', '⇧') : keys;
}

function matches(keys: string, event: KeyboardEvent): boolean {
	const parts = keys === '+' ? ['+'] : keys.split('+');
	const key = parts[parts.length - 1];
	const wants = (modifier: string) => parts.length > 1 && parts.includes(modifier);
	if (wants('Ctrl') !== (event.ctrlKey || event.metaKey) || wants('Alt') !== event.altKey) return false;
	// With Alt or Ctrl the character depends on the layout: the key's place tells.
	if (/^[A-Z]$/.test(key)) return (wants('Ctrl') || wants('Alt') ? event.code === `Key${key}` : event.key.toUpperCase() === key) && wants('Shift') === event.shiftKey;
	// Of characters Shift is a part, on keyboards that differ; of keys with a name it is not.
	return event.key === (named[key] ?? key) && (key.length === 1 && !named[key] ? true : wants('Shift') === event.shiftKey);
}

/** Whether a key press belongs to what has the focus rather than to the page. */
export function isTyping(event: KeyboardEvent): boolean {
	const target = event.target as HTMLElement | null;
	if (!target?.closest) return false;
	if (target.closest('input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]')) return true;
	// Space and Enter press a focused button or switch; arrows move within tabs, menus and sliders.
	if (event.key === ' ' || event.key === 'Enter') return target.closest('button, a, input, [role=switch], [role=menuitem]') !== null;
	return event.key.startsWith('Arrow') && target.closest('input, [role=tab], [role=menu], [role=slider], [role=radiogroup]') !== null;
}
