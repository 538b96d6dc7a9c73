import { describe, expect, it } from 'vitest';
import { type CurvePanel, drawCurves } from './curves.ts';

const panel = (lines: CurvePanel['lines']): CurvePanel => ({ label: 'voltage', unit: 'V', lines });
const options = { title: 'A < B', x: { label: 'charge', unit: 'Ah' }, width: 304, height: 300 };
const paths = (svg: string) => [...svg.matchAll(/<path d="([^"]*)" stroke="(#\w+)" stroke-width="(1.5|4)"/g)].map(([, d, colour, width]) => ({ d, colour, width }));

describe('curves', () => {
	it('begin and end at the edges, and are interrupted where nothing is', () => {
		const svg = drawCurves([panel([{ name: 'a', x: [0, 1, 2, 3, 4], y: [0, 1, Number.NaN, 1, 0] }])], options);
		const [{ d }] = paths(svg);
		// 200 px wide from 84, and 0 V at the lower edge.
		expect(d).toMatch(/^M84 252L134 [\d.]+M234 [\d.]+L284 252$/);
		expect(svg).toContain('A &lt; B');
		expect(svg).toContain('charge / Ah');
	});

	it('of one name have one colour in all panels and one line in the legend', () => {
		const line = (name: string) => ({ name, x: [0, 1], y: [1, 2] });
		const svg = drawCurves([panel([line('a'), line('b')]), panel([line('b')])], options);
		const [a, b, again] = paths(svg).map(({ colour }) => colour);
		expect(again).toBe(b);
		expect(a).not.toBe(b);
		expect(svg.match(/>b<\/text>/g)).toHaveLength(1);
	});

	it('may be dots', () => {
		const [{ d, width }] = paths(drawCurves([panel([{ name: 'a', x: [0, 4], y: [0, 0], dots: true }])], options));
		expect([d, width]).toEqual(['M84 252h0M284 252h0', '4']);
	});

	it('of nothing are empty axes', () => {
		expect(drawCurves([panel([{ name: 'a', x: [], y: [] }])], options)).toContain('voltage / V');
	});
});
