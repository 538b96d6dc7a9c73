/** Real cells: what other people measured and published. */

import { describe, expect, it } from 'vitest';
import { readCyclerFile } from './cycler-file.ts';
import { fitProfile } from './fit.ts';
import { predict } from './predict.ts';

const data = process.env.MICROJOULE_REAL_DATA;
const batteries = `${data}/batteries`;
/** The authors' open-circuit voltage (V) by share of the charge left, and the resistance (mΩ) that they see at the onset of the pulses. */
const leaf = {
	openCircuitV: [4.182, 4.086, 4.048, 3.984, 3.949, 3.909, 3.869, 3.802, 3.723],
	stateOfCharge: [1, 0.895, 0.791, 0.686, 0.581, 0.477, 0.372, 0.268, 0.163],
	onsetOhm: [1.77, 1.57, 1.57, 1.53, 1.57, 1.57, 1.57, 1.57, 1.57, 1.67],
};

describe.skipIf(!data)(`real cells${data ? '' : ' (skipped: MICROJOULE_REAL_DATA is not set)'}`, () => {
	it('HPPC of a Nissan Leaf cell: open-circuit voltages and resistances as its authors found them; predicts the discharge at 1 C', async () => {
		const { profile, found } = fitProfile(await readCyclerFile(`${batteries}/nissan-leaf-cell-hppc-25C-ornl.csv`), { name: 'leaf', temperatureC: 25 });
		if (found.kind !== 'pulses') throw new Error(found.kind);
		const { levels, capacityC } = found.fit;
		expect(capacityC / 3600).toBeCloseTo(30.51, 2);
		for (const [k, v] of leaf.openCircuitV.entries()) {
			expect(Math.abs(levels[k].openCircuitV.value - v)).toBeLessThan(0.003);
			expect(1 - levels[k].usedC / capacityC).toBeCloseTo(leaf.stateOfCharge[k], 2);
		}
		expect(levels).toHaveLength(leaf.onsetOhm.length);
		for (const [k, ohm] of leaf.onsetOhm.entries()) {
			expect(levels[k].onsetOhm * 1000).toBeCloseTo(ohm, 2);
			expect(Math.abs((levels[k].seriesOhm.value * 1000) / ohm - 1)).toBeLessThan(0.07);
		}
		const { discharges, rmsV } = predict(profile, await readCyclerFile(`${batteries}/nissan-leaf-cell-1C-discharge-ornl.csv`));
		expect(discharges).toHaveLength(4);
		expect(rmsV).toBeLessThan(0.0075);
	});

	it('an Enertech pouch cell: 0.1 C and 1 C predict 0.5 C', async () => {
		const file = `${batteries}/lipo-enertech-pouch-3rates-discharge.csv`;
		const capacityC = 2.28 * 3600;
		const { profile } = fitProfile(await readCyclerFile(file, { capacityC, ratesC: [0.1, 1] }), { name: 'pouch' });
		const { rmsV } = predict(profile, await readCyclerFile(file, { capacityC, ratesC: [0.5] }));
		expect(rmsV).toBeLessThan(0.006);
	});
});
