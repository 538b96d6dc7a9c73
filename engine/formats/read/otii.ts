/**
 * CSV in the layout of Otii: a file a channel, `<Label> - <Device>.csv`, with `"Timestamp","Value"`, times in s, values in SI. What the channel
 * is, only the file's name says. Digital channels and UART logs are lists of events in the same two columns.
 */

import { MicrojouleError } from '../../../drivers/errors.ts';
import type { Channel } from '../../../drivers/instrument.ts';
import { models } from '../../../drivers/models.ts';
import { type Candidate, notReadable, type ReadableFormat, type Source, type SourceItem, titles } from '../source.ts';
import { recogniseLayout } from './layout.ts';
import { fields, numberOf, rows, trimmed } from './lines.ts';
import { openTable } from './table.ts';

const header = /^\uFEFF?"?Timestamp"?,"?Value"?\r?(\n|$)/i;
const channels: readonly Channel[] = models.ace.channels;

export const otii: ReadableFormat = {
	name: 'csv',
	title: titles.csv,
	matches: ({ text }) => header.test(text),
	async open(file, options) {
		const { label, deviceName } = nameParts(file.path);
		const stated = options.columns?.[0]?.id;
		const channel = channels.find((candidate) => (stated === undefined ? candidate.label === label : candidate.id === stated));
		if (!channel && options.columns?.[0]?.unit === undefined)
			throw new MicrojouleError(
				'INVALID_VALUE',
				`${file.path} does not say what it holds: its name is not "<Label> - <Device>.csv" with a label such as "Main current". State it, for example with --column Value:A=mc.`,
				{ path: file.path, labels: channels.map((candidate) => candidate.label) },
			);
		if (channel && channel.kind !== 'analog') return eventList(file, channel, deviceName);
		const columns = options.columns ?? [{ name: 'Value', unit: channel?.unit, id: channel?.id }];
		return openTable(file, recogniseLayout(file, { ...options, columns, time: options.time ?? { name: 'Timestamp', unit: 's' } }), options, { deviceName });
	},
};

/** `Main current - Arc (arc-1).csv` → `Main current`, `Arc (arc-1)`. */
function nameParts(path: string): { label: string; deviceName: string | undefined } {
	const name = path.replace(/^.*[/\\]/, '').replace(/\.csv$/i, '');
	const at = name.indexOf(' - ');
	return at < 0 ? { label: name, deviceName: undefined } : { label: name.slice(0, at), deviceName: name.slice(at + 3) };
}

function eventList({ path, bytes }: Candidate, channel: Channel, deviceName: string | undefined): Source {
	let read = 0;
	async function* items(): AsyncGenerator<SourceItem> {
		let row = 0;
		for await (const batch of rows(path, 0, (at) => {
			read = at;
		}))
			for (const raw of batch) {
				const line = trimmed(raw);
				if (++row === 1 || line === '') continue;
				const [timeText, value] = fields(line, ',');
				const time = numberOf(timeText);
				const digital = channel.kind === 'digital';
				if (time === undefined || Number.isNaN(time) || value === undefined || (digital && value !== '0' && value !== '1'))
					throw notReadable(path, `row ${row} is "${line.slice(0, 60)}"`);
				if (digital) yield { event: { type: 'edge', channel: channel.id, level: value === '1' ? 1 : 0, time }, deviceId: deviceName };
				else yield { event: { type: 'log', channel: channel.id, text: value, time }, deviceId: deviceName };
			}
	}
	return { channels: [], notes: [], items, share: () => Math.min(1, read / bytes) };
}
