/** Commands of one device: expansion port, UART, channels. */

import { Type } from 'typebox';
import { channelName, channelOf, enableChannel, energyCounters } from '../channels.ts';
import { command, keys } from '../command.ts';
import { invalidValue, ScriptingError } from '../scripting-error.ts';

const enable = { ...keys.device, enable: Type.Boolean() };
const value = { ...keys.device, value: Type.Number() };
const pin = Type.Union([Type.Literal(1), Type.Literal(2)]);
const number = Type.Object({ value: Type.Number() });
const boolean = Type.Object({ value: Type.Boolean() });
const onSupplyV = 5;

export const expansionCommands = [
	command('arc_enable_5v', {
		brief: 'Supply pin of the expansion port: on or off, or a voltage, V.',
		request: { ...keys.device, enable: Type.Union([Type.Boolean(), Type.Number()]) },
		handle: async ({ bench }, { device_id, enable: on }) => void (await bench.set(device_id, { expansionSupply: typeof on === 'number' ? on : on ? onSupplyV : 0 })),
	}),
	command('arc_enable_exp_port', {
		brief: 'Switches the digital part of the expansion port.',
		request: enable,
		handle: async ({ bench }, { device_id, enable: expansionPort }) => void (await bench.set(device_id, { expansionPort })),
	}),
	command('arc_set_exp_voltage', {
		brief: 'Level of the digital pins, V.',
		request: value,
		handle: async ({ bench }, { device_id, value: expansionVoltage }) => void (await bench.set(device_id, { expansionVoltage })),
	}),
	command('arc_get_exp_voltage', {
		brief: 'Level of the digital pins, V.',
		request: keys.device,
		response: number,
		handle: ({ bench }, { device_id }) => ({ value: bench.instrument(device_id).settings.expansionVoltage }),
	}),
	command('arc_set_adc_resistor', {
		brief: 'Shunt of the ADC current channel, Ω.',
		request: value,
		handle: async ({ bench }, { device_id, value: adcShunt }) => void (await bench.set(device_id, { adcShunt })),
	}),
	command('arc_get_adc_resistor', {
		brief: 'Shunt of the ADC current channel, Ω.',
		request: keys.device,
		response: number,
		handle: ({ bench }, { device_id }) => ({ value: bench.instrument(device_id).settings.adcShunt }),
	}),
	command('arc_get_gpi', {
		brief: 'Level of a digital input.',
		request: { ...keys.device, pin },
		response: boolean,
		handle: async ({ bench }, { device_id, pin: which }) => ({ value: (await bench.instrument(device_id).value(`i${which}`)) !== 0 }),
	}),
	command('arc_set_gpo', {
		brief: 'Level of a digital output; without a pin, the first.',
		request: { ...keys.device, pin: Type.Optional(pin), value: Type.Boolean() },
		handle: async ({ bench }, { device_id, pin: which = 1, value: level }) => {
			const on = bench.instrument(device_id).settings.expansionPort ? {} : { expansionPort: true };
			await bench.set(device_id, { ...on, [`gpo${which}`]: level });
		},
	}),
	command('arc_get_rx', {
		brief: 'Level of the RX pin while the UART is off.',
		request: keys.device,
		response: boolean,
		handle: async ({ bench }, { device_id }) => ({ value: await bench.instrument(device_id).rxLevel() }),
	}),
	command('arc_set_tx', {
		brief: 'Level of the TX pin while the UART is off.',
		request: { ...keys.device, value: Type.Boolean() },
		handle: async ({ bench }, { device_id, value: tx }) => void (await bench.set(device_id, { tx })),
	}),
	command('arc_enable_uart', {
		brief: 'Switches the UART.',
		request: enable,
		handle: async ({ bench }, { device_id, enable: uart }) => void (await bench.set(device_id, uart ? { expansionPort: true, uart } : { uart })),
	}),
	command('arc_set_uart_baudrate', {
		brief: 'Baud rate of the UART.',
		request: { ...keys.device, value: Type.Integer() },
		handle: async ({ bench }, { device_id, value: uartBaudRate }) => void (await bench.set(device_id, { uartBaudRate })),
	}),
	command('arc_get_uart_baudrate', {
		brief: 'Baud rate of the UART.',
		request: keys.device,
		response: Type.Object({ value: Type.Integer() }),
		aliases: ['arc_get_uart_baudeate'],
		handle: ({ bench }, { device_id }) => ({ value: bench.instrument(device_id).settings.uartBaudRate }),
	}),
	command('arc_write_tx', {
		brief: 'Sends text to the UART of the device under test; line ends are the caller’s.',
		request: { ...keys.device, value: Type.String() },
		handle: async ({ bench }, { device_id, value: text }) => {
			const instrument = bench.instrument(device_id);
			if (!instrument.settings.uart) await bench.set(device_id, { expansionPort: true, uart: true });
			await instrument.writeUart(text);
		},
	}),

	command('arc_enable_channel', {
		brief: 'Enables a channel for recordings, or disables it.',
		request: { ...keys.channel, enable: Type.Boolean() },
		handle: (context, { device_id, channel, enable: on }) => enableChannel(context, context.requireConnected(device_id), channel, on),
	}),
	command('arc_get_value', {
		brief: 'The present value of a channel: A, V, W, °C, or 0 and 1.',
		request: keys.channel,
		response: number,
		handle: async (context, { device_id, channel }) => {
			if (energyCounters.includes(channel))
				throw new ScriptingError('Operation not supported', `The counter ${channel} is Otii 2's; the energy is in the statistics of a recording.`);
			const { id, kind } = channelOf(context.requireConnected(device_id), channel);
			if (kind === 'log') throw invalidValue('channel', channel, `The channel ${channel} carries text and has no value.`);
			const present = await context.bench.instrument(device_id).value(id);
			if (!Number.isFinite(present)) throw new ScriptingError('Not ready', `The channel ${channel} has no value at the moment.`);
			return { value: present };
		},
	}),
	command('arc_get_channel_samplerate', {
		brief: 'Sample rate of a channel, Hz.',
		request: keys.channel,
		response: Type.Object({ value: Type.Integer() }),
		handle: (context, { device_id, channel }) => {
			const { id, rate } = channelOf(context.requireConnected(device_id), channel);
			return { value: context.bench.choice(device_id).rates[id] ?? rate };
		},
	}),
	command('arc_set_channel_samplerate', {
		brief: 'Sample rate of a channel, Hz; Ace only.',
		request: { ...keys.channel, value: Type.Integer() },
		handle: async (context, { device_id, channel, value: rate }) => {
			const device = context.requireConnected(device_id);
			const { rates } = channelOf(device, channel);
			if (device.kind === 'arc') throw new ScriptingError('Command not valid for device type', `The sample rates of ${device.name} are fixed.`);
			if (!rates.includes(rate)) throw invalidValue('value', rate, `The rate of ${channel} is ${rate} Hz; it must be one of ${rates.join(', ')} Hz.`);
			const choice = context.bench.choice(device_id);
			await context.bench.choose(device_id, { ...choice, rates: { ...choice.rates, [channelName(channel)]: rate } });
		},
	}),
];
