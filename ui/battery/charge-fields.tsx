/** How far the cell is discharged: a slider for the state of charge and a field for the charge used, two views of one figure. */

import { Group, Slider, Text } from '@mantine/core';
import { useState } from 'react';
import { FigureField } from './figure-field.tsx';
import { charge, kinds, percent } from './words.ts';

interface Props {
	/** The device, for those who hear the labels. */
	readonly about: string;
	/** %. */
	readonly soc: number;
	/** C. */
	readonly usedC: number;
	readonly capacityC: number;
	/** While the slider moves; the promise is kept once the value is in force. */
	readonly onSoc: (soc: number) => void | Promise<void>;
	readonly onUsed: (usedC: number) => void;
}

const marks = [0, 25, 50, 75, 100].map((value) => ({ value, label: `${value} %` }));

export function ChargeFields({ about, soc, usedC, capacityC, onSoc, onUsed }: Props) {
	/** Where the slider is held; undefined: it shows the value in force. */
	const [held, setHeld] = useState<number>();
	const [typed, setTyped] = useState<number>();
	const shown = held ?? soc;
	return (
		<div>
			<Group justify="space-between" gap="xs">
				<Text size="sm" fw={500}>
					State of charge
				</Text>
				<Text size="sm" fw={600} data-soc>
					{percent(shown)}
				</Text>
			</Group>
			<Slider
				thumbLabel={`State of charge of ${about}`}
				label={null}
				min={0}
				max={100}
				step={1}
				value={shown}
				marks={marks}
				mt={4}
				mb={28}
				mx="sm"
				onChange={(value) => {
					setHeld(value);
					void onSoc(value);
				}}
				onChangeEnd={(value) => void Promise.resolve(onSoc(value)).finally(() => setHeld(undefined))}
				thumbProps={{ 'aria-valuetext': percent(shown) }}
			/>
			<FigureField
				kind={kinds.charge}
				label="Used capacity"
				aria-label={`Used capacity of ${about}`}
				description={`of ${charge(capacityC)}`}
				value={typed ?? usedC}
				onChange={setTyped}
				onDone={(value) => {
					setTyped(undefined);
					if (value !== undefined) onUsed(value);
				}}
				onBlurCapture={() => Number.isNaN(typed) || setTyped(undefined)}
			/>
		</div>
	);
}
