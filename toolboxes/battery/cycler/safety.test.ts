import { describe, expect, it } from 'vitest';
import { danger, safetyLimits } from './safety.ts';

const limits = { maxVoltageV: 4.25, minVoltageV: 2.5, maxCurrentA: 0.1, maxTemperatureC: 60 };
const well = { lowV: 3.6, highV: 3.7, peakA: 0.1, temperatureC: 25 };

describe('danger', () => {
	it.each([
		[{}, undefined],
		[{ temperatureC: undefined }, undefined],
		[{ highV: 4.26 }, /went up to 4\.260 V, above the limit of 4\.250 V/],
		[{ lowV: 2.49 }, /fell to 2\.490 V/],
		[{ lowV: -0.2 }, /reversed, -0\.200 V/],
		[{ peakA: 0.103 }, /0\.1030 A flowed, above the limit of 0\.1000 A/],
		[{ temperatureC: 60.5 }, /60\.5 °C, above the limit of 60 °C/],
	])('%o: %s', (change, reason) => {
		const found = danger(limits, { ...well, ...change });
		if (reason) expect(found).toMatch(reason);
		else expect(found).toBeUndefined();
	});
});

it('limits that nobody gave follow from the script and the cell', () => {
	const script = { steps: [{ kind: 'charge', control: { mode: 'voltage', voltageV: 4.2, currentA: 0.1 }, exits: { belowA: 0.01 } }], until: { iterations: 1 } } as const;
	expect(safetyLimits(script, 3.7, 0.1)).toEqual({ maxVoltageV: 4.3, minVoltageV: 0, maxCurrentA: 0.13, maxTemperatureC: 70 });
	expect(safetyLimits(script, 3.7, 0.1, { maxVoltageV: 4.22 }).maxVoltageV).toBe(4.22);
});
