/** The page's keys. */

const isMac = navigator.platform.startsWith('Mac');

export const userManagementKeys = isMac ? '⌘U' : 'Ctrl+U';

/** Ctrl-U or ⌘-U, wherever the focus is. */
export function isUserManagement({ code, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent): boolean {
	return code === 'KeyU' && (ctrlKey || metaKey) && !altKey && !shiftKey;
}

/** Whether a key press belongs to what has the focus rather than to the page. */
export function isTyping(event: KeyboardEvent): boolean {
	const target = event.target as HTMLElement | null;
	if (!target?.closest) return false;
	if (target.closest('input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]')) return true;
	// The space bar presses a focused button or switch.
	return event.key === ' ' && target.closest('button, a, input, [role=switch]') !== null;
}
