/** The battery that is to carry the load: a profile or an ideal cell, its pack and temperature, and what is allowed for. */

import { Fieldset, Stack } from '@mantine/core';
import { quantity } from '../format.ts';
import type { EstimateRequest, ProfileSummary } from '../types.ts';
import classes from './battery.module.css';
import { FigureField } from './figure-field.tsx';
import { PackPicker } from './pack-picker.tsx';
import { ProfileSelect } from './profile-select.tsx';
import { kinds } from './words.ts';

/** As typed: undefined where it is blank, NaN where it is no figure. */
export interface CellChoice {
	/** Empty: an ideal cell. */
	readonly profileId: string;
	/** C and V of the ideal cell. */
	readonly capacityC: number | undefined;
	readonly voltageV: number | undefined;
	/** Share of the capacity that is there at the beginning. */
	readonly startShare: number | undefined;
	readonly series: number;
	readonly parallel: number;
	readonly temperatureC: number | undefined;
	readonly cutoffV: number | undefined;
	readonly margin: number | undefined;
	readonly selfDischargePerYear: number | undefined;
	readonly capacitySpread: number | undefined;
	readonly resistanceSpread: number | undefined;
	readonly voltageSpread: number | undefined;
	readonly capacitorF: number | undefined;
}

export const blankBattery: CellChoice = {
	profileId: '',
	capacityC: 230 * 3.6,
	voltageV: undefined,
	startShare: undefined,
	series: 1,
	parallel: 1,
	temperatureC: undefined,
	cutoffV: undefined,
	margin: undefined,
	selfDischargePerYear: undefined,
	capacitySpread: undefined,
	resistanceSpread: undefined,
	voltageSpread: undefined,
	capacitorF: undefined,
};

interface Props {
	readonly battery: CellChoice;
	readonly profiles: readonly ProfileSummary[];
	readonly onChange: (battery: CellChoice) => void;
}

export function LifeBattery({ battery, profiles, onChange }: Props) {
	const { profileId, series, parallel } = battery;
	const change = (what: Partial<CellChoice>) => onChange({ ...battery, ...what });
	const profile = profiles.find(({ id }) => id === profileId);
	return (
		<>
			<Fieldset legend="Battery">
				<Stack gap="sm">
					<ProfileSelect profiles={profiles} value={profileId} onChange={(id) => change({ profileId: id })} before={<option value="">Ideal cell</option>} />
					{profileId === '' && (
						<div className={classes.fields}>
							<FigureField kind={kinds.charge} label="Capacity" value={battery.capacityC} onChange={(capacityC) => change({ capacityC })} />
							<FigureField kind={kinds.voltage} label="Voltage" placeholder="not needed" value={battery.voltageV} onChange={(voltageV) => change({ voltageV })} />
						</div>
					)}
					<PackPicker pack={{ series, parallel }} onChange={change} />
					<div className={classes.fields}>
						<FigureField
							kind={kinds.voltage}
							label="Cut-off under load"
							placeholder={profile?.cutoffV === undefined ? 'none' : quantity(profile.cutoffV * series, 'V', 3)}
							value={battery.cutoffV}
							onChange={(cutoffV) => change({ cutoffV })}
						/>
						<FigureField kind={kinds.share} label="Charged to" placeholder="100 %" value={battery.startShare} onChange={(startShare) => change({ startShare })} />
						{profile && (
							<FigureField kind={kinds.temperature} label="Temperature" placeholder="20 °C" value={battery.temperatureC} onChange={(temperatureC) => change({ temperatureC })} />
						)}
					</div>
				</Stack>
			</Fieldset>
			<Fieldset legend="Allowances">
				<div className={classes.fields}>
					<FigureField kind={kinds.share} label="Reserve" placeholder="0 %" value={battery.margin} onChange={(margin) => change({ margin })} />
					<FigureField
						kind={kinds.share}
						label="Self-discharge a year"
						placeholder={profile ? 'as in the profile' : '0 %'}
						value={battery.selfDischargePerYear}
						onChange={(selfDischargePerYear) => change({ selfDischargePerYear })}
					/>
					<FigureField kind={kinds.share} label="Spread of capacity" placeholder="0 %" value={battery.capacitySpread} onChange={(capacitySpread) => change({ capacitySpread })} />
					{profile && (
						<>
							<FigureField
								kind={kinds.share}
								label="Spread of resistance"
								placeholder="0 %"
								value={battery.resistanceSpread}
								onChange={(resistanceSpread) => change({ resistanceSpread })}
							/>
							<FigureField kind={kinds.voltage} label="Spread of voltage" placeholder="0 V" value={battery.voltageSpread} onChange={(voltageSpread) => change({ voltageSpread })} />
							<FigureField kind={kinds.capacitance} label="Capacitor to try" placeholder="none" value={battery.capacitorF} onChange={(capacitorF) => change({ capacitorF })} />
						</>
					)}
				</div>
			</Fieldset>
		</>
	);
}

/** The part of the question that is about the battery. Throws, in words, where a figure is missing or none. */
export function lifeBatteryOf(battery: CellChoice): Omit<EstimateRequest, 'load'> {
	const { profileId, capacityC, voltageV, startShare, series, parallel, cutoffV, margin, selfDischargePerYear, capacitySpread } = battery;
	const ideal = profileId === '';
	// What an ideal cell has no use for may still stand in a field that is hidden.
	const { temperatureC, resistanceSpread, voltageSpread, capacitorF } = ideal ? blankBattery : battery;
	if (ideal && capacityC === undefined) throw new Error('An ideal cell needs a capacity.');
	const figures = [startShare, temperatureC, cutoffV, margin, selfDischargePerYear, capacitySpread, resistanceSpread, voltageSpread, capacitorF];
	if ([...figures, ...(ideal ? [capacityC, voltageV] : [])].some(Number.isNaN)) throw new Error('One of the fields of the battery holds no figure.');
	const spread = { capacity: capacitySpread, resistance: resistanceSpread, openCircuitV: voltageSpread };
	return {
		...(ideal ? { capacityC, voltageV } : { profileId }),
		series,
		parallel,
		temperatureC,
		cutoffV,
		margin,
		selfDischargePerYear,
		capacitorF,
		soc: startShare && startShare * 100,
		...(Object.values(spread).some((value) => value !== undefined && value > 0) && { spread }),
	};
}
