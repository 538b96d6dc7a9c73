/**
 * A report as HTML. Every text from outside is escaped, and the page's own policy admits the one script and the one style in it, by their hashes, and
 * nothing from anywhere else: a hostile line of a log stays text.
 */

import { createHash } from 'node:crypto';
import { settingSpecs } from '../../drivers/settings.ts';
import { duration, si } from '../formats/figures.ts';
import { escaped } from '../formats/plot/svg.ts';
import type { RecordingInfo } from '../recording/format.ts';
import type { ChannelStatistics } from '../recording/statistics.ts';
import type { TimelineEvent } from '../recording/timeline.ts';
import { software } from '../version.ts';
import type { ReportContent, ReportWindow } from './report.ts';
import { style } from './style.ts';
import { type ReportData, viewer } from './viewer.ts';

/** Of the curves, in the order of the channels; readable on light and dark ground. */
const colours = ['#228be6', '#e8740c', '#845ef7', '#0ca678', '#e64980', '#1098ad'];
const units = Object.fromEntries(settingSpecs({ maxVoltage: 25, minCurrent: -5, maxCurrent: 5, maxExpansionSupply: 5 }).map(({ name, unit }) => [name, unit]));

export function reportPage(content: ReportContent): string {
	const { reader, note, windows } = content;
	const { info } = reader;
	// A function's text is its script: types are gone when it is loaded.
	const script = `(${viewer.toString()})();`;
	const policy = `default-src 'none'; script-src '${hash(script)}'; style-src '${hash(style)}'; base-uri 'none'; form-action 'none'`;
	const title = escaped(info.name);
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>${title}</h1>
<p>${escaped(new Date(info.start).toUTCString())} · ${escaped(duration(reader.durationS))}${info.finished ? '' : ' · interrupted'}</p>
${note === undefined ? '' : `<p class="note">${escaped(note)}</p>`}
</header>
<main>
<section aria-label="Chart">
<p class="tools"><button id="all" type="button">Show all</button> <button id="in" type="button" aria-label="Zoom in">+</button> <button id="out" type="button" aria-label="Zoom out">−</button> <span class="hint">Wheel or + − to zoom, drag or ← → to move, double click for everything</span></p>
<div id="chart" tabindex="0" role="application" aria-label="Curves over time: plus and minus zoom, arrows move"></div>
<p id="readout" role="status">&nbsp;</p>
</section>
${windows.map((window, index) => windowPart(info, window, index)).join('\n')}
${devicesPart(content)}
${eventsPart(content)}
</main>
<footer>Made by ${escaped(software)}. Curves show the exact minimum and maximum of every point to one part in 65534 of their surroundings; the figures in the tables are those of the full recording.</footer>
<script type="application/json" id="data">${JSON.stringify(dataOf(content)).replaceAll('<', '\\u003c')}</script>
<script>${script}</script>
</body>
</html>
`;
}

function dataOf({ reader: { info, durationS }, windows, layers, events }: ReportContent): ReportData {
	return {
		durationS,
		channels: info.channels.map((channel, index) => ({
			label: nameOf(info, channel.device, channel.id),
			unit: channel.unit,
			rate: channel.rate,
			shiftS: channel.offset ?? 0,
			color: colours[index % colours.length],
			layers: layers.get(channel) ?? [],
		})),
		windows: windows.filter(({ whole }) => !whole).map(({ name, from, to, color }) => ({ name, from, to, color: isColour(color) ? color : '#868e96' })),
		lines: events.map(({ time }) => time),
	};
}

function windowPart(info: RecordingInfo, { name, from, to, note, figures, whole }: ReportWindow, index: number): string {
	const span = whole ? duration(to - from) : `${duration(from)} to ${duration(to)}, ${duration(to - from)}`;
	return `<section aria-label="${escaped(name)}">
<h2>${escaped(name)} <small>${escaped(span)}</small>${whole ? '' : ` <button type="button" data-window="${index - 1}">Show in the chart</button>`}</h2>
${note === undefined ? '' : `<p class="note">${escaped(note)}</p>`}
<div class="wide" tabindex="0"><table>
<thead><tr><th scope="col">Channel</th>${['Average', 'Minimum', 'Maximum', 'RMS', 'Std deviation', 'Charge', 'Energy', 'Lost samples'].map((head) => `<th scope="col">${head}</th>`).join('')}</tr></thead>
<tbody>
${figures.map((figure) => figureRow(figure, nameOf(info, figure.device, figure.channel))).join('\n')}
</tbody>
</table></div>
</section>`;
}

function figureRow(figure: ChannelStatistics, name: string): string {
	const { unit, average, min, max, rms, standardDeviation, charge, energy, uncertainty, lost } = figure;
	const cells = [
		si(average, unit, uncertainty.average),
		si(min, unit),
		si(max, unit),
		si(rms, unit),
		si(standardDeviation, unit),
		charge === undefined ? '–' : `${si(charge, 'C', uncertainty.charge)} = ${si(charge / 3600, 'Ah')}`,
		energy === undefined ? '–' : `${si(energy, 'J', uncertainty.energy)} = ${si(energy / 3600, 'Wh')}`,
		String(lost),
	];
	return `<tr><th scope="row">${escaped(name)}</th>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`;
}

function devicesPart({ reader: { info } }: ReportContent): string {
	const devices = info.devices.map((device) => {
		const { kind, name, serial, hardwareVersion, firmwareVersion, simulated, settings, clock } = device;
		const rows: [string, string][] = [
			['Kind', kind === 'import' ? 'imported from a file' : `${kind}${simulated ? ', simulated' : ''}`],
			['Serial number', serial],
			['Hardware, firmware', [hardwareVersion, firmwareVersion].filter(Boolean).join(', ')],
			['Clock', clock ? `${(clock.deviation * 1e6).toFixed(1)} ± ${(clock.uncertainty * 1e6).toFixed(1)} ppm` : ''],
			...info.channels.filter((channel) => channel.device === device.id).map((channel): [string, string] => [channel.label, `${channel.id}, ${channel.rate} samples/s`]),
			...Object.entries(settings).map(([setting, value]): [string, string] => [spaced(setting), settingText(setting, value)]),
		];
		const known = rows.filter(([, value]) => value !== '').map(([label, value]) => `<dt>${escaped(label)}</dt><dd>${escaped(value)}</dd>`);
		return `<h3>${escaped(name)}</h3><dl>${known.join('')}</dl>`;
	});
	return `<section aria-label="Devices and settings"><h2>Devices and settings at the start</h2>${devices.join('\n')}<p class="hint">Recorded with ${escaped(info.software)}.</p></section>`;
}

function eventsPart({ reader: { info }, events, eventsLeftOut }: ReportContent): string {
	if (events.length === 0) return '';
	const rows = events.map(
		(event, index) =>
			`<tr><td><button type="button" data-line="${index}">${escaped(`${Number(event.time.toFixed(6))} s`)}</button></td><td>${escaped(sourceOf(info, event))}</td><td class="text">${escaped(textOf(event))}</td></tr>`,
	);
	return `<section aria-label="Log"><h2>Log <small>${events.length} lines</small></h2>
<div class="log" tabindex="0"><table><thead><tr><th scope="col">Time</th><th scope="col">From</th><th scope="col">Text</th></tr></thead><tbody>
${rows.join('\n')}
</tbody></table></div>${eventsLeftOut > 0 ? `<p class="hint">${eventsLeftOut} more are left out.</p>` : ''}</section>`;
}

function sourceOf(info: RecordingInfo, event: TimelineEvent): string {
	if (event.type === 'user-log') return event.name;
	return nameOf(info, event.device, 'channel' in event ? event.channel : undefined);
}

function textOf(event: TimelineEvent): string {
	switch (event.type) {
		case 'log':
		case 'user-log':
			return event.text;
		case 'fault':
			return event.message;
		case 'gap':
			return `Samples of ${duration(event.duration)} are missing (${event.reason})`;
		default:
			return event.type;
	}
}

/** Of a channel, with its device where there are several; of a device where no channel is named. */
function nameOf({ devices, channels }: RecordingInfo, device: string, channel: string | undefined): string {
	const name = devices.find(({ id }) => id === device)?.name ?? device;
	if (channel === undefined) return name;
	const label = channels.find((each) => each.device === device && each.id === channel)?.label ?? channel;
	return devices.length > 1 ? `${label}, ${name}` : label;
}

/** `maxCurrent` → `max current`. */
function spaced(setting: string): string {
	return setting.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function settingText(setting: string, value: string | number | boolean): string {
	if (typeof value === 'boolean') return value ? 'on' : 'off';
	return typeof value === 'number' ? si(value, units[setting] ?? '') : value;
}

function isColour(text: string | undefined): text is string {
	return text !== undefined && /^#[0-9a-f]{3}([0-9a-f]{3})?$/i.test(text);
}

function hash(text: string): string {
	return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
