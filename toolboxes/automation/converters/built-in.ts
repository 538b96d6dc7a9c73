/** The converters that Microjoule brings, written as a user would write them. */

import type { ConverterText } from './converter.ts';

const day = '[0-9]{4}-[0-9]{2}-[0-9]{2}';
const clock = '[0-9]{2}:[0-9]{2}:[0-9]{2}';

export const builtIn: Readonly<Record<string, ConverterText>> = {
	logcat: {
		brief: 'Android: adb logcat in the formats threadtime, time, year, usec, epoch and their like',
		// Behind the time: perhaps a user, process and thread; then priority, tag and message.
		line: `^(?P<time>(?:[0-9]{4}-)?[0-9]{2}-[0-9]{2} ${clock}\\.[0-9]+(?: [+-][0-9]{4})?|[0-9]{9,11}\\.[0-9]+)\\s+(?:(?:[a-zA-Z0-9_]+\\s+)?[0-9]+\\s+[0-9]+\\s+)?(?P<text>[VDIWEFAS][ /].*)$`,
		time: { format: ['%m-%d %H:%M:%S.%f', '%Y-%m-%d %H:%M:%S.%f', '%m-%d %H:%M:%S.%f %z', '%Y-%m-%d %H:%M:%S.%f %z', 's'], zone: 'local' },
		align: 'clock',
	},
	candump: {
		brief: 'Linux: candump -l, -L, -t a and -t A: CAN frames with the time of day',
		line: `^\\s*\\((?P<time>[0-9]{9,11}\\.[0-9]+|${day} ${clock}\\.[0-9]+)\\)\\s+(?P<text>\\S.*)$`,
		time: { format: ['s', '%Y-%m-%d %H:%M:%S.%f'], zone: 'local' },
		align: 'clock',
	},
	'candump-zero': {
		brief: 'Linux: candump -t z: CAN frames with the time since the first one',
		line: '^\\s*\\((?P<time>[0-9]+\\.[0-9]+)\\)\\s+(?P<text>\\S.*)$',
		time: { format: 's' },
		align: 'first-line',
	},
	iso: {
		brief: 'an ISO 8601 time at the beginning of each line, perhaps in brackets; without a zone it is local',
		line: `^\\s*[\\[(]?(?P<time>${day}[T ]${clock}(?:[.,][0-9]+)?(?: ?(?:Z|[+-][0-9]{2}:?[0-9]{2}))?)[\\])]?[ \\t:,;|-]*(?P<text>.*)$`,
		time: { format: 'iso', zone: 'local' },
		align: 'clock',
		others: 'append',
	},
};

/** Names that scripts written for Otii use. */
export const aliases: Readonly<Record<string, string>> = { adb: 'logcat', android: 'logcat', can: 'candump', iso8601: 'iso' };
