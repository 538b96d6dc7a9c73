/**
 * The command table as types, for the client library: written by `node tools/scripting-reference.ts`, and not by hand.
 */

/** Every command: the keys of its request, and what its response has. */
export interface Commands {
	/** Whether an account is signed in. */
	otii_is_logged_in: { request: Record<never, never>; response: { readonly logged_in: boolean } };
	/** Signs the engine in. As the same user again succeeds; as another only while nothing is reserved. */
	otii_login: { request: { readonly username: string; readonly password: string }; response: undefined };
	/** Signs out what this connection signed in; else succeeds without effect. Reservations stay. */
	otii_logout: { request: Record<never, never>; response: undefined };
	/** The licences of the account. */
	otii_get_licenses: {
		request: Record<never, never>;
		response: {
			readonly licenses: readonly {
				readonly id: number;
				readonly type: string;
				readonly available: boolean;
				readonly reserved_to: string;
				readonly reservedTo: string;
				readonly hostname: string;
				readonly addons: readonly { readonly id: string }[];
			}[];
		};
	};
	/** Whether a reserved licence gives this type, such as "Automation". */
	otii_has_license: { request: { readonly license_type: string }; response: { readonly has_license: boolean } };
	/** Reserves a licence for this computer; one that is reserved here already succeeds. With `ttl` (s) it is returned so long after this connection has closed. */
	otii_reserve_license: { request: { readonly license_id: number | string; readonly ttl?: number }; response: undefined };
	/** Returns a licence; one that is not reserved succeeds. */
	otii_return_license: { request: { readonly license_id: number | string }; response: undefined };
	/** Ends the program: outputs off, recordings finished. */
	otii_shutdown: { request: Record<never, never>; response: undefined };
	/** Makes an empty project and activates it. Needs the Automation Toolbox. */
	otii_create_project: { request: Record<never, never>; response: { readonly project_id: number } };
	/** The active project; −1 where there is none. Needs the Automation Toolbox. */
	otii_get_active_project: { request: Record<never, never>; response: { readonly project_id: number } };
	/** Opens a project: a folder, or a name in the projects folder. `force` lets go of unsaved changes. Needs the Automation Toolbox. */
	otii_open_project: {
		request: { readonly filename: string; readonly force?: boolean; readonly progress?: boolean };
		response: { readonly project_id: number; readonly filename: string };
	};
	/** The devices; waits up to `timeout` s for the first. Needs the Automation Toolbox. */
	otii_get_devices: {
		request: { readonly timeout?: number };
		response: { readonly devices: readonly { readonly device_id: string; readonly name: string; readonly type: string }[] };
	};
	/** The first device with this name. Needs the Automation Toolbox. */
	otii_get_device_id: { request: { readonly device_name: string }; response: { readonly device_id: string } };
	/** Switches the main outputs of all connected devices. Needs the Automation Toolbox. */
	otii_set_all_main: { request: { readonly enable: boolean }; response: undefined };
	/** Adds the device to the project. Every device belongs to it already. Needs the Automation Toolbox. */
	arc_add_to_project: { request: { readonly device_id: string }; response: undefined };
	/** Whether the device is connected. Needs the Automation Toolbox. */
	arc_is_connected: { request: { readonly device_id: string }; response: { readonly connected: boolean } };
	/** Hardware and firmware version. Needs the Automation Toolbox. */
	arc_get_version: { request: { readonly device_id: string }; response: { readonly hw_version: string; readonly fw_version: string } };
	/** Calibrates the device; Arc only. Needs the Automation Toolbox. */
	arc_calibrate: { request: { readonly device_id: string }; response: undefined };
	/** Installs the bundled firmware, or that of a file. Needs the Automation Toolbox. */
	arc_firmware_upgrade: { request: { readonly device_id: string; readonly filename?: string }; response: undefined };
	/** A value that was stored under a name. Needs the Automation Toolbox. */
	arc_get_property: { request: { readonly device_id: string; readonly name: string }; response: { readonly value?: unknown } };
	/** Stores a value under a name. Needs the Automation Toolbox. */
	arc_set_property: { request: { readonly device_id: string; readonly name: string; readonly value: unknown }; response: undefined };
	/** Makes the stored values survive a restart of the device. Needs the Automation Toolbox. */
	arc_commit: { request: { readonly device_id: string }; response: undefined };
	/** Switches the main output. Needs the Automation Toolbox. */
	arc_set_main: { request: { readonly device_id: string; readonly enable: boolean }; response: undefined };
	/** Whether the main output is on. Needs the Automation Toolbox. */
	arc_get_main: { request: { readonly device_id: string }; response: { readonly value: boolean } };
	/** Voltage of the main output, V. Needs the Automation Toolbox. */
	arc_set_main_voltage: { request: { readonly device_id: string; readonly value: number }; response: undefined };
	/** The voltage that was set, V. Needs the Automation Toolbox. */
	arc_get_main_voltage: { request: { readonly device_id: string }; response: { readonly value: number } };
	/** Current in constant-current regulation, A; negative sinks. Needs the Automation Toolbox. */
	arc_set_main_current: { request: { readonly device_id: string; readonly value: number }; response: undefined };
	/** Current above which the output cuts off or limits, A. Below 1 mA counts as 1 mA. Needs the Automation Toolbox. */
	arc_set_max_current: { request: { readonly device_id: string; readonly value: number }; response: undefined };
	/** Current above which the output cuts off or limits, A. Needs the Automation Toolbox. */
	arc_get_max_current: { request: { readonly device_id: string }; response: { readonly value: number } };
	/** true: holds the current at the maximum; false: cuts the output off there. Needs the Automation Toolbox. */
	arc_set_src_cur_limit_enabled: { request: { readonly device_id: string; readonly enable: boolean }; response: undefined };
	/** Whether the current is held at the maximum. Needs the Automation Toolbox. */
	arc_get_src_cur_limit_enabled: { request: { readonly device_id: string }; response: { readonly enabled: boolean } };
	/** What the main output regulates. Needs the Automation Toolbox. */
	arc_set_power_regulation: { request: { readonly device_id: string; readonly mode: 'voltage' | 'current' | 'inline' | 'off' }; response: undefined };
	/** low: automatic ranging; high: the high range is forced. Needs the Automation Toolbox. */
	arc_set_range: { request: { readonly device_id: string; readonly range: 'low' | 'high' }; response: undefined };
	/** The range setting. Needs the Automation Toolbox. */
	arc_get_range: { request: { readonly device_id: string }; response: { readonly range: string } };
	/** Measures the voltage at the sense pins. Needs the Automation Toolbox. */
	arc_set_4wire: { request: { readonly device_id: string; readonly enable: boolean }; response: undefined };
	/** disabled, inactive (the sense pins are too far off), active, or cal_invalid. Needs the Automation Toolbox. */
	arc_get_4wire: { request: { readonly device_id: string }; response: { readonly value: string } };
	/** Stores the setting of that name; nothing else depends on it. Needs the Automation Toolbox. */
	arc_enable_legacy_sink: { request: { readonly device_id: string; readonly enable: boolean }; response: undefined };
	/** Supply pin of the expansion port: on or off, or a voltage, V. Needs the Automation Toolbox. */
	arc_enable_5v: { request: { readonly device_id: string; readonly enable: boolean | number }; response: undefined };
	/** Switches the digital part of the expansion port. Needs the Automation Toolbox. */
	arc_enable_exp_port: { request: { readonly device_id: string; readonly enable: boolean }; response: undefined };
	/** Level of the digital pins, V. Needs the Automation Toolbox. */
	arc_set_exp_voltage: { request: { readonly device_id: string; readonly value: number }; response: undefined };
	/** Level of the digital pins, V. Needs the Automation Toolbox. */
	arc_get_exp_voltage: { request: { readonly device_id: string }; response: { readonly value: number } };
	/** Shunt of the ADC current channel, Ω. Needs the Automation Toolbox. */
	arc_set_adc_resistor: { request: { readonly device_id: string; readonly value: number }; response: undefined };
	/** Shunt of the ADC current channel, Ω. Needs the Automation Toolbox. */
	arc_get_adc_resistor: { request: { readonly device_id: string }; response: { readonly value: number } };
	/** Level of a digital input. Needs the Automation Toolbox. */
	arc_get_gpi: { request: { readonly device_id: string; readonly pin: 1 | 2 }; response: { readonly value: boolean } };
	/** Level of a digital output; without a pin, the first. Needs the Automation Toolbox. */
	arc_set_gpo: { request: { readonly device_id: string; readonly pin?: 1 | 2; readonly value: boolean }; response: undefined };
	/** Level of the RX pin while the UART is off. Needs the Automation Toolbox. */
	arc_get_rx: { request: { readonly device_id: string }; response: { readonly value: boolean } };
	/** Level of the TX pin while the UART is off. Needs the Automation Toolbox. */
	arc_set_tx: { request: { readonly device_id: string; readonly value: boolean }; response: undefined };
	/** Switches the UART. Needs the Automation Toolbox. */
	arc_enable_uart: { request: { readonly device_id: string; readonly enable: boolean }; response: undefined };
	/** Baud rate of the UART. Needs the Automation Toolbox. */
	arc_set_uart_baudrate: { request: { readonly device_id: string; readonly value: number }; response: undefined };
	/** Baud rate of the UART. Needs the Automation Toolbox. */
	arc_get_uart_baudrate: { request: { readonly device_id: string }; response: { readonly value: number } };
	/** Sends text to the UART of the device under test; line ends are the caller’s. Needs the Automation Toolbox. */
	arc_write_tx: { request: { readonly device_id: string; readonly value: string }; response: undefined };
	/** Enables a channel for recordings, or disables it. Needs the Automation Toolbox. */
	arc_enable_channel: { request: { readonly device_id: string; readonly channel: string; readonly enable: boolean }; response: undefined };
	/** The present value of a channel: A, V, W, °C, or 0 and 1. Needs the Automation Toolbox. */
	arc_get_value: { request: { readonly device_id: string; readonly channel: string }; response: { readonly value: number } };
	/** Sample rate of a channel, Hz. Needs the Automation Toolbox. */
	arc_get_channel_samplerate: { request: { readonly device_id: string; readonly channel: string }; response: { readonly value: number } };
	/** Sample rate of a channel, Hz; Ace only. Needs the Automation Toolbox. */
	arc_set_channel_samplerate: { request: { readonly device_id: string; readonly channel: string; readonly value: number }; response: undefined };
	/** Closes the project; its channels are disabled. `force` lets go of unsaved changes. Needs the Automation Toolbox. */
	project_close: { request: { readonly project_id: number; readonly force?: boolean }; response: undefined };
	/** Keeps of every recording what lies in [start, end), s. Needs the Automation Toolbox. */
	project_crop_data: { request: { readonly project_id: number; readonly start: number; readonly end: number }; response: undefined };
	/** Saves the project: under its own name, or as another, new folder. Needs the Automation Toolbox. */
	project_save: {
		request: { readonly project_id: number; readonly filename: string; readonly force?: boolean; readonly progress?: boolean };
		response: { readonly filename: string };
	};
	/** Starts a recording; one that is running ends, without a gap between them. Needs the Automation Toolbox. */
	project_start_recording: { request: { readonly project_id: number }; response: undefined };
	/** Stops recording; succeeds where nothing is being recorded. Needs the Automation Toolbox. */
	project_stop_recording: { request: { readonly project_id: number }; response: undefined };
	/** The last recording, the running one included; −1 where there is none. Needs the Automation Toolbox. */
	project_get_last_recording: {
		request: { readonly project_id: number };
		response: {
			readonly recording_id: number;
			readonly name?: string;
			readonly running?: boolean;
			readonly 'start-time'?: string;
			readonly measurements?: readonly { readonly device_id: string; readonly channel: string; readonly sample_rate?: number }[];
		};
	};
	/** All recordings, oldest first. Needs the Automation Toolbox. */
	project_get_recordings: {
		request: { readonly project_id: number };
		response: {
			readonly recordings: readonly {
				readonly recording_id: number;
				readonly name?: string;
				readonly running?: boolean;
				readonly 'start-time'?: string;
				readonly measurements?: readonly { readonly device_id: string; readonly channel: string; readonly sample_rate?: number }[];
			}[];
		};
	};
	/** Makes a user log; the answer says under which name. Needs the Automation Toolbox. */
	project_create_user_log: { request: { readonly project_id: number; readonly id: string }; response: { readonly id: string } };
	/** Deletes the recording. Needs the Automation Toolbox. */
	recording_delete: { request: { readonly recording_id: number }; response: undefined };
	/** Renames the recording, also while it is running. Needs the Automation Toolbox. */
	recording_rename: { request: { readonly recording_id: number; readonly name: string }; response: undefined };
	/** Whether it is being recorded. Needs the Automation Toolbox. */
	recording_is_running: { request: { readonly recording_id: number }; response: { readonly running: boolean } };
	/** Shift of the recording against the others, µs. Needs the Automation Toolbox. */
	recording_get_offset: { request: { readonly recording_id: number }; response: { readonly offset: number } };
	/** Shifts the recording against the others, µs. Needs the Automation Toolbox. */
	recording_set_offset: { request: { readonly recording_id: number; readonly offset: number }; response: undefined };
	/** From when to when a channel goes, s, and its sample rate, Hz (0: not sampled). Needs the Automation Toolbox. */
	recording_get_channel_info: {
		request: { readonly recording_id: number; readonly channel: string; readonly device_id?: string };
		response: { readonly offset: number; readonly from: number; readonly to: number; readonly sample_rate: number };
	};
	/** How many samples, edges or lines a channel has. Needs the Automation Toolbox. */
	recording_get_channel_data_count: { request: { readonly recording_id: number; readonly device_id: string; readonly channel: string }; response: { readonly count: number } };
	/** The sample at a time; of edges and lines the last one until then. Needs the Automation Toolbox. */
	recording_get_channel_data_index: {
		request: { readonly recording_id: number; readonly device_id: string; readonly channel: string; readonly timestamp: number };
		response: { readonly index: number };
	};
	/** Samples, edges or lines from an index on, in one answer of any length. Needs the Automation Toolbox. */
	recording_get_channel_data: {
		request: { readonly recording_id: number; readonly device_id: string; readonly channel: string; readonly index: number; readonly count: number };
		response: {
			readonly data_type: string;
			readonly timestamp?: number;
			readonly interval?: number;
			readonly values: readonly number[] | readonly { readonly timestamp: number; readonly value: boolean | string }[];
		};
	};
	/** Minimum, maximum and average over [from, to), s, and the energy, J, of currents and powers. Clipped to the data; zeros where there is none. Needs the Automation Toolbox. */
	recording_get_channel_statistics: {
		request: { readonly recording_id: number; readonly device_id: string; readonly channel: string; readonly from: number; readonly to: number };
		response: { readonly min: number; readonly max: number; readonly average: number; readonly energy?: number };
	};
	/** Averages blocks of `factor` samples of a channel. Needs the Automation Toolbox. */
	recording_downsample_channel: { request: { readonly recording_id: number; readonly device_id: string; readonly channel: string; readonly factor: number }; response: undefined };
	/** Shift of a channel, or without a device of a log, µs. Needs the Automation Toolbox. */
	recording_get_log_offset: { request: { readonly recording_id: number; readonly channel: string; readonly device_id?: string }; response: { readonly offset: number } };
	/** Shifts a channel, or without a device a log, µs. Needs the Automation Toolbox. */
	recording_set_log_offset: { request: { readonly recording_id: number; readonly channel: string; readonly offset: number; readonly device_id?: string }; response: undefined };
	/** Adds a line to the log of the running recording; does nothing where it is not running. `timestamp`: ms since 1970, default now. Needs the Automation Toolbox. */
	recording_log: { request: { readonly recording_id: number; readonly text: string; readonly timestamp?: number }; response: undefined };
	/** Adds a line to a user log, at a time of the recording, s. Needs the Automation Toolbox. */
	recording_append_user_log: { request: { readonly recording_id: number; readonly measurement_id: string; readonly time: number; readonly message: string }; response: undefined };
	/** Shifts a user log, s. Needs the Automation Toolbox. */
	recording_offset_user_log: { request: { readonly recording_id: number; readonly measurement_id: string; readonly offset: number }; response: undefined };
	/** A page of the lines in [from, to), s, that contain a text. Pages count from 1. Needs the Automation Toolbox. */
	recording_get_user_log_data: {
		request: {
			readonly recording_id: number;
			readonly user_log_id: string;
			readonly from: number;
			readonly to: number;
			readonly filter: string;
			readonly page: number;
			readonly page_size?: number;
		};
		response: {
			readonly data_type: string;
			readonly page: number;
			readonly pages_total: number;
			readonly values: readonly { readonly timestamp: number; readonly value: string }[];
		};
	};
	/** Reads a log of another program into the recording, by the description of a converter (`logcat`, `candump`, `iso`, or one of your own). Needs the Automation Toolbox. */
	recording_import_log: { request: { readonly recording_id: number; readonly filename: string; readonly converter: string }; response: { readonly log_id: string } };
	/** The battery profiles that there are. Needs the Automation and the Battery Toolbox. */
	otii_get_battery_profiles: {
		request: Record<never, never>;
		response: { readonly battery_profiles: readonly { readonly battery_profile_id: string; readonly name: string; readonly manufacturer?: string; readonly model?: string }[] };
	};
	/** What is known of a profile: what is printed on the cell (mAh, V), and the ids of its tables. Needs the Automation and the Battery Toolbox. */
	otii_get_battery_profile_info: {
		request: { readonly battery_profile_id: string };
		response: {
			readonly battery_profile_id: string;
			readonly name: string;
			readonly battery: {
				readonly capacity: number;
				readonly capacityunit: string;
				readonly cutoffvoltage?: number;
				readonly manufacturer?: string;
				readonly maxtemperature?: number;
				readonly mintemperature?: number;
				readonly model?: string;
				readonly size?: string;
				readonly sizeunit?: string;
				readonly temperatureunit?: string;
				readonly voltage?: number;
				readonly voltageunit: string;
				readonly weight?: number;
				readonly weightunit?: string;
				readonly worktemperature?: number;
			};
			readonly discharge_tables: readonly {
				readonly dischargetable_id: string;
				readonly id: string;
				readonly starttime?: string;
				readonly stoptime?: string;
				readonly device?: { readonly type?: string; readonly id?: string; readonly hardwareId?: string; readonly firmwareVersion?: string };
			}[];
		};
	};
	/** What the supply is: `power-box` or `battery-emulator`. Needs the Automation Toolbox. */
	arc_get_supply_mode: { request: { readonly device_id: string }; response: { readonly supply_mode: 'power-box' | 'battery-emulator' } };
	/** The supply is a constant voltage again. Switches the main output off. Needs the Automation Toolbox. */
	arc_set_supply_power_box: { request: { readonly device_id: string }; response: undefined };
	/** The supply is an emulated battery. Switches the main output off. `used_capacity` (C) and `soc` (%) exclude each other; without either it is full. With `soc_tracking` it discharges while current flows. Needs the Automation and the Battery Toolbox. */
	arc_set_supply_battery_emulator: {
		request: {
			readonly device_id: string;
			readonly battery_profile_id: string;
			readonly series?: number;
			readonly parallel?: number;
			readonly used_capacity?: number;
			readonly soc?: number;
			readonly soc_tracking?: boolean;
		};
		response: { readonly battery_emulator_id: string };
	};
	/** Cells in series. Needs the Automation and the Battery Toolbox. */
	battery_emulator_get_series: { request: { readonly battery_emulator_id: string }; response: { readonly value: number } };
	/** Strings of cells in parallel. Needs the Automation and the Battery Toolbox. */
	battery_emulator_get_parallel: { request: { readonly battery_emulator_id: string }; response: { readonly value: number } };
	/** State of charge, %. Needs the Automation and the Battery Toolbox. */
	battery_emulator_get_soc: { request: { readonly battery_emulator_id: string }; response: { readonly value: number } };
	/** Charge used since full, C, of the whole pack. Needs the Automation and the Battery Toolbox. */
	battery_emulator_get_used_capacity: { request: { readonly battery_emulator_id: string }; response: { readonly value: number } };
	/** Sets the state of charge, %. Needs the Automation and the Battery Toolbox. */
	battery_emulator_set_soc: { request: { readonly battery_emulator_id: string; readonly value: number }; response: undefined };
	/** Sets the charge used since full, C, of the whole pack. Needs the Automation and the Battery Toolbox. */
	battery_emulator_set_used_capacity: { request: { readonly battery_emulator_id: string; readonly value: number }; response: undefined };
	/** Whether it discharges while current flows. Needs the Automation and the Battery Toolbox. */
	battery_emulator_get_soc_tracking: { request: { readonly battery_emulator_id: string }; response: { readonly enabled: boolean } };
	/** Whether it discharges while current flows. Needs `enable` or, as the C# client writes it, `enabled`. Needs the Automation and the Battery Toolbox. */
	battery_emulator_set_soc_tracking: { request: { readonly battery_emulator_id: string; readonly enable?: boolean; readonly enabled?: boolean }; response: undefined };
	/** Another profile in its place: `keep_soc` keeps the percentage, `reset` starts with a full battery. Needs the Automation and the Battery Toolbox. */
	battery_emulator_update_profile: {
		request: { readonly battery_emulator_id: string; readonly battery_profile_id: string; readonly mode: 'keep_soc' | 'reset' };
		response: undefined;
	};
	/** The steps of a discharge: each one of `current` (A), `resistance` (Ω), `power` (W), for `duration` s. Needs the Automation and the Battery Toolbox. */
	arc_set_battery_profile: {
		request: {
			readonly device_id: string;
			readonly value: readonly { readonly current?: number; readonly resistance?: number; readonly power?: number; readonly duration: number }[];
		};
		response: undefined;
	};
	/** Starts to discharge the cell by the steps that were set, or ends it with the output off. Needs the Automation and the Battery Toolbox. */
	arc_enable_battery_profiling: { request: { readonly device_id: string; readonly enable: boolean }; response: undefined };
	/** Waits up to `timeout` ms for the end of the next step: its time (s), the voltage then (V), and the charge since the start (C). `iteration` and `step` count from 0. null: none has ended. Needs the Automation and the Battery Toolbox. */
	arc_wait_for_battery_data: {
		request: { readonly device_id: string; readonly timeout: number };
		response: { readonly value: { readonly timestamp: number; readonly iteration: number; readonly step: number; readonly voltage: number; readonly discharge: number } | null };
	};
	/** Supplies by number: 0 is the power box, the others are the battery profiles. Otii 2. Needs the Automation and the Battery Toolbox. */
	arc_get_supplies: {
		request: { readonly device_id: string };
		response: { readonly supplies: readonly { readonly supply_id: number; readonly name: string; readonly manufacturer?: string; readonly model?: string }[] };
	};
	/** The supply's number. Otii 2. Needs the Automation and the Battery Toolbox. */
	arc_get_supply: { request: { readonly device_id: string }; response: { readonly supply_id: number } };
	/** Sets the supply by its number. Switches the main output off. Otii 2. Needs the Automation and the Battery Toolbox. */
	arc_set_supply: { request: { readonly device_id: string; readonly supply_id: number; readonly series?: number; readonly parallel?: number }; response: undefined };
	/** Cells in series; 1 for the power box. Otii 2. Needs the Automation and the Battery Toolbox. */
	arc_get_supply_series: { request: { readonly device_id: string }; response: { readonly value: number } };
	/** Strings of cells in parallel; 1 for the power box. Otii 2. Needs the Automation and the Battery Toolbox. */
	arc_get_supply_parallel: { request: { readonly device_id: string }; response: { readonly value: number } };
	/** Whether the battery discharges while current flows. Otii 2. Needs the Automation and the Battery Toolbox. */
	arc_get_supply_soc_tracking: { request: { readonly device_id: string }; response: { readonly enabled: boolean } };
	/** Whether the battery, or the next one, discharges while current flows. Otii 2. Needs the Automation and the Battery Toolbox. */
	arc_set_supply_soc_tracking: { request: { readonly device_id: string; readonly enable: boolean }; response: undefined };
	/** Charge used since full, C. Otii 2. Needs the Automation and the Battery Toolbox. */
	arc_get_supply_used_capacity: { request: { readonly device_id: string }; response: { readonly value: number } };
	/** Sets the charge used since full, C, of the battery or the next one. Otii 2. Needs the Automation and the Battery Toolbox. */
	arc_set_supply_used_capacity: { request: { readonly device_id: string; readonly value: number }; response: undefined };
}

/** Those of the WebSocket alone. */
export interface SubscriptionCommands {
	/** Subscribes to live samples, or to those of a recording, at up to `rate` Hz, as binary frames; to events, and to changes of recordings, devices and licences, as JSON. */
	subscribe: {
		request: {
			readonly channels?: readonly { readonly device_id: string; readonly channel: string }[];
			readonly recording_id?: number;
			readonly rate?: number;
			readonly from?: number;
			readonly to?: number;
			readonly credit?: number;
			readonly events?: readonly ('log' | 'edge' | 'gap' | 'range' | 'setting' | 'fault' | 'disconnect')[];
			readonly recordings?: boolean;
			readonly devices?: boolean;
			readonly licences?: boolean;
		};
		response: {
			readonly subscription: number;
			readonly channels?: readonly { readonly device_id: string; readonly channel: string; readonly unit: string; readonly sample_rate: number; readonly offset?: number }[];
		};
	};
	/** Lets more frames of a recording be sent, where `subscribe` named a `credit`. */
	subscription_continue: { request: { readonly subscription: number; readonly frames: number }; response: undefined };
	/** Ends a subscription; one that has ended succeeds. Frames that are under way may still arrive. */
	unsubscribe: { request: { readonly subscription: number }; response: undefined };
}

export const commandNames = [
	'otii_is_logged_in',
	'otii_login',
	'otii_logout',
	'otii_get_licenses',
	'otii_has_license',
	'otii_reserve_license',
	'otii_return_license',
	'otii_shutdown',
	'otii_create_project',
	'otii_get_active_project',
	'otii_open_project',
	'otii_get_devices',
	'otii_get_device_id',
	'otii_set_all_main',
	'arc_add_to_project',
	'arc_is_connected',
	'arc_get_version',
	'arc_calibrate',
	'arc_firmware_upgrade',
	'arc_get_property',
	'arc_set_property',
	'arc_commit',
	'arc_set_main',
	'arc_get_main',
	'arc_set_main_voltage',
	'arc_get_main_voltage',
	'arc_set_main_current',
	'arc_set_max_current',
	'arc_get_max_current',
	'arc_set_src_cur_limit_enabled',
	'arc_get_src_cur_limit_enabled',
	'arc_set_power_regulation',
	'arc_set_range',
	'arc_get_range',
	'arc_set_4wire',
	'arc_get_4wire',
	'arc_enable_legacy_sink',
	'arc_enable_5v',
	'arc_enable_exp_port',
	'arc_set_exp_voltage',
	'arc_get_exp_voltage',
	'arc_set_adc_resistor',
	'arc_get_adc_resistor',
	'arc_get_gpi',
	'arc_set_gpo',
	'arc_get_rx',
	'arc_set_tx',
	'arc_enable_uart',
	'arc_set_uart_baudrate',
	'arc_get_uart_baudrate',
	'arc_write_tx',
	'arc_enable_channel',
	'arc_get_value',
	'arc_get_channel_samplerate',
	'arc_set_channel_samplerate',
	'project_close',
	'project_crop_data',
	'project_save',
	'project_start_recording',
	'project_stop_recording',
	'project_get_last_recording',
	'project_get_recordings',
	'project_create_user_log',
	'recording_delete',
	'recording_rename',
	'recording_is_running',
	'recording_get_offset',
	'recording_set_offset',
	'recording_get_channel_info',
	'recording_get_channel_data_count',
	'recording_get_channel_data_index',
	'recording_get_channel_data',
	'recording_get_channel_statistics',
	'recording_downsample_channel',
	'recording_get_log_offset',
	'recording_set_log_offset',
	'recording_log',
	'recording_append_user_log',
	'recording_offset_user_log',
	'recording_get_user_log_data',
	'recording_import_log',
	'otii_get_battery_profiles',
	'otii_get_battery_profile_info',
	'arc_get_supply_mode',
	'arc_set_supply_power_box',
	'arc_set_supply_battery_emulator',
	'battery_emulator_get_series',
	'battery_emulator_get_parallel',
	'battery_emulator_get_soc',
	'battery_emulator_get_used_capacity',
	'battery_emulator_set_soc',
	'battery_emulator_set_used_capacity',
	'battery_emulator_get_soc_tracking',
	'battery_emulator_set_soc_tracking',
	'battery_emulator_update_profile',
	'arc_set_battery_profile',
	'arc_enable_battery_profiling',
	'arc_wait_for_battery_data',
	'arc_get_supplies',
	'arc_get_supply',
	'arc_set_supply',
	'arc_get_supply_series',
	'arc_get_supply_parallel',
	'arc_get_supply_soc_tracking',
	'arc_set_supply_soc_tracking',
	'arc_get_supply_used_capacity',
	'arc_set_supply_used_capacity',
] as const satisfies readonly (keyof Commands)[];
