import { describe, expect, it } from 'vitest';
import { Cell } from './cell.ts';
import { CellModel } from './profile/model.ts';
import { profileOf } from './profile/testing.ts';

/** 2 V at 100 C, where it is used up. */
const model = () =>
	new CellModel(
		profileOf([
			{
				rows: [
					[0, 3, 1],
					[100, 2, 5],
				],
			},
		]),
	);

describe('a used-up cell', () => {
	it('collapses over the next fiftieth of its capacity, and no further', () => {
		const cell = new Cell(model(), { usedC: 99 });
		const course = Array.from({ length: 5 }, () => {
			cell.draw(1, 1);
			return cell.openCircuitV;
		});
		expect(course).toEqual([2, 1, 0, 0, 0]);
		expect([cell.usedC, cell.stateOfCharge, cell.resistanceOhm]).toEqual([100, 0, 5]);
	});

	it('comes back the same way when it is charged', () => {
		const cell = new Cell(model(), { usedC: 100 });
		cell.draw(50, 1);
		for (const [charge, voltage] of [
			[1, 1],
			[1, 2],
			[50, 2.5],
		]) {
			cell.draw(-charge, 1);
			expect(cell.openCircuitV).toBeCloseTo(voltage, 9);
		}
	});

	it('keeps its last voltage while it is fixed, and is new when it is set', () => {
		const cell = new Cell(model(), { usedC: 100, tracking: false });
		cell.draw(10, 1);
		expect(cell.openCircuitV).toBe(2);
		cell.tracking = true;
		cell.draw(10, 1);
		expect(cell.openCircuitV).toBe(0);
		cell.usedC = 100;
		expect(cell.openCircuitV).toBe(2);
	});
});
