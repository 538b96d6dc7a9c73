import { describe, expect, it } from 'vitest';
import { MicrojouleError } from '../../errors.ts';
import { loadKinds, parseLoad } from './catalogue.ts';

describe('parseLoad', () => {
	it('makes a new load of its text', () => {
		expect(parseLoad('resistor:330').peak(3.3)).toBeCloseTo(0.01, 12);
		expect(parseLoad('current:0.02').peak(3.3)).toBe(0.02);
		expect(parseLoad('power:0.1').peak(4)).toBe(0.025);
		for (const name of ['ble', 'sensor', 'tracker', 'none']) expect(parseLoad(name)).not.toBe(parseLoad(name));
	});

	it.each(['', 'resistor', 'resistor:', 'resistor:abc', 'resistor:0', 'resistor:-5', 'resistor:4k7', 'resistor:1e99', 'ble:3', 'current:9', 'motor', 'Resistor:3'])(
		'refuses %j, naming it and the known loads',
		(text) => {
			let error: unknown;
			try {
				parseLoad(text);
			} catch (thrown) {
				error = thrown;
			}
			expect(error).toBeInstanceOf(MicrojouleError);
			const { code, message } = error as MicrojouleError;
			expect(code).toBe('INVALID_VALUE');
			expect(message).toContain(JSON.stringify(text));
			for (const kind of loadKinds) expect(message).toContain(kind.name);
		},
	);
});
