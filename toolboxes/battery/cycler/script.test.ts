import { describe, expect, it } from 'vitest';
import { parseScript } from './script.ts';

describe('a script', () => {
	it('is read in SI', () => {
		const { name, script, limits } = parseScript(`
name: capacity
steps:
  - discharge: { current: 500 mA, below: 3 V, time: 2 h }
  - rest: 10 min
  - charge: { voltage: 4.2 V, current: 250 mA, taper: 20 mA }
  - discharge: { resistance: 1 kΩ, charge: 10 mAh }
cycles: 3
limits: { maxVoltage: 4.25 V, maxTemperature: 45 }
`);
		expect(name).toBe('capacity');
		expect(script).toMatchObject({
			steps: [
				{ kind: 'discharge', control: { mode: 'current', currentA: 0.5 }, exits: { belowV: 3, durationS: 7200 } },
				{ kind: 'rest', exits: { durationS: 600 } },
				{ kind: 'charge', control: { mode: 'voltage', voltageV: 4.2, currentA: 0.25 }, exits: { belowA: 0.02 } },
				{ kind: 'discharge', control: { mode: 'resistance', resistanceOhm: 1000 }, exits: { chargeC: 36 } },
			],
			until: { iterations: 3 },
		});
		expect(limits).toMatchObject({ maxVoltageV: 4.25, maxTemperatureC: 45 });
	});

	it.each([
		['no steps at all', 'steps: []', /must not have fewer than 1/],
		['a key that is none', 'steps: [{ discharge: { amps: 1, time: 1 } }]', /steps\.0\.discharge\.amps is not a known key/],
		['two loads at once', 'steps: [{ discharge: { current: 1, power: 1, time: 1 } }]\ncycles: 1', /steps\[0\]\.discharge must name one of/],
		['a step that never ends', 'steps: [{ discharge: { current: 1 } }]\ncycles: 1', /Step 1 \(discharge\) never ends/],
		['a run that never ends', 'steps: [{ discharge: { current: 1, time: 1 } }]', /The script never ends/],
		['charging without an end', 'steps: [{ charge: { current: 1, time: 1 } }]\nuntil: { cutoff: 2 V }', /needs a number of iterations/],
		['a negative load', 'steps: [{ discharge: { current: -10 mA, time: 1 } }]\ncycles: 1', /currentA is -0\.01; it must be above 0/],
		['a taper without a voltage', 'steps: [{ discharge: { current: 1, taper: 0.1 } }]\ncycles: 1', /ends at a current/],
		['a unit that is none', 'steps: [{ discharge: { current: 1 parsec, time: 1 } }]\ncycles: 1', /must be a quantity in A/],
		['what is no YAML', 'steps: [', /is no YAML/],
	])('with %s is refused', (_, text, message) => {
		expect(() => parseScript(text)).toThrow(message);
	});
});
