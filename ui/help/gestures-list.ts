/** What the pointer and fingers do on the chart (`chart/gestures.ts`), for the list of keys. */

export const gestures: readonly { readonly what: string; readonly keys: readonly string[] }[] = [
	{ what: 'Zoom at the pointer', keys: ['Wheel', 'Pinch'] },
	{ what: 'Zoom the values', keys: ['Alt+Wheel'] },
	{ what: 'Move', keys: ['Drag', 'Shift+Wheel', 'Two fingers'] },
	{ what: 'Select', keys: ['Shift+Drag'] },
	{ what: 'Show everything', keys: ['Double click'] },
	{ what: 'Move a marker', keys: ['Drag the marker'] },
];
