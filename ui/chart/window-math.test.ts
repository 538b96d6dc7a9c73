import { expect, it } from 'vitest';
import { pan, zoom } from './window-math.ts';

it('zooms about the pointer and stays inside', () => {
	expect(zoom({ from: 0, to: 10 }, 2, 0.5, 10)).toEqual({ from: 1, to: 6 });
	expect(zoom({ from: 1, to: 6 }, 2, 100, 10)).toEqual({ from: 0, to: 10 });
	const deep = zoom({ from: 5, to: 5.00001 }, 5, 0.5, 10);
	expect(deep.to - deep.from).toBeCloseTo(20e-6, 12);
});

it('pans as far as there is something', () => {
	expect(pan({ from: 2, to: 4 }, 1, 10)).toEqual({ from: 3, to: 5 });
	expect(pan({ from: 2, to: 4 }, 100, 10)).toEqual({ from: 8, to: 10 });
	expect(pan({ from: 2, to: 4 }, -100, 10)).toEqual({ from: 0, to: 2 });
});
