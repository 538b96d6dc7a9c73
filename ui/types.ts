/** The page's one door to the types of the other rooms. Types only: the page talks to the engine over HTTP and WebSocket. */

export type { SettingName, SettingSpec, Settings, SettingsChange } from '../drivers/settings.ts';
export type { AcquisitionEvent } from '../engine/acquisition/tap.ts';
export type { TriggerPlan, TriggerStatus } from '../engine/acquisition/trigger.ts';
export type { Condition } from '../engine/acquisition/trigger-condition.ts';
export type { ProjectStatus } from '../engine/project/active-project.ts';
export type { ComparedRecording, Difference } from '../engine/recording/compare.ts';
export type { Histogram, Spacing } from '../engine/recording/histogram.ts';
export type { Lane, Runs } from '../engine/recording/lanes.ts';
export type { Percentile } from '../engine/recording/percentiles.ts';
export type { Segment } from '../engine/recording/segments.ts';
export type { ChannelStatistics } from '../engine/recording/statistics.ts';
export type { TimelineEvent } from '../engine/recording/timeline.ts';
export type { BenchChange, DeviceState, FoundInstrument, MeasuredChannel, RecordingInProgress, RecordingSummary } from '../engine/server/bench-api.ts';
export type { DescribedCommand } from '../toolboxes/automation/routes.ts';
export type { TrafficEntry } from '../toolboxes/automation/traffic.ts';
export type {
	BatteryChange,
	ChangeEmulator,
	EmulatorStatus,
	Estimate,
	EstimateRequest,
	Profile,
	ProfileList,
	ProfileSummary,
	Run,
	SetSupply,
	StartRun,
	Supply,
} from '../toolboxes/battery/schemas.ts';
export type { Licence, Toolbox } from '../toolboxes/licensing/licence.ts';
export type { LicensingStatus } from '../toolboxes/licensing/status.ts';
