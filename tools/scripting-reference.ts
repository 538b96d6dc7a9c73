/**
 * Writes what is said of the command table elsewhere: the commands and error codes in `docs/reference/scripting.md`, and the types of the client library.
 * Run it after a change of the table: `node tools/scripting-reference.ts`. A test keeps both current.
 */

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type TObject, type TSchema, Type } from 'typebox';
import type { Command } from '../toolboxes/automation/command.ts';
import { applicationCommands } from '../toolboxes/automation/commands/application.ts';
import { deviceCommands } from '../toolboxes/automation/commands/device.ts';
import { expansionCommands } from '../toolboxes/automation/commands/expansion.ts';
import { importLogCommands } from '../toolboxes/automation/commands/import-log.ts';
import { projectCommands } from '../toolboxes/automation/commands/project.ts';
import { recordingCommands } from '../toolboxes/automation/commands/recording.ts';
import { sessionCommands } from '../toolboxes/automation/commands/session.ts';
import { subscriptionCommands } from '../toolboxes/automation/commands/subscription.ts';
import { userLogCommands } from '../toolboxes/automation/commands/user-log.ts';
import { wireCodes } from '../toolboxes/automation/scripting-error.ts';
import { commands as automationCommands } from '../toolboxes/automation/table.ts';
import { emulatorCommands } from '../toolboxes/battery/commands/emulator.ts';
import { legacySupplyCommands } from '../toolboxes/battery/commands/legacy-supply.ts';
import { profileCommands } from '../toolboxes/battery/commands/profiles.ts';
import { profilingCommands } from '../toolboxes/battery/commands/profiling.ts';
import { supplyCommands } from '../toolboxes/battery/commands/supply.ts';

export const pageFile = fileURLToPath(new URL('../docs/reference/scripting.md', import.meta.url));
export const typesFile = fileURLToPath(new URL('../toolboxes/automation/client/commands.ts', import.meta.url));

/** The rows are described, never called. */
const noBattery = (): never => {
	throw new Error('There is no battery here.');
};
const batteryGroups: readonly (readonly [title: string, rows: readonly Command[]])[] = [
	['Battery profiles', profileCommands(noBattery)],
	['Supply', supplyCommands(noBattery)],
	['Battery emulator', emulatorCommands(noBattery)],
	['Battery profiling', profilingCommands(noBattery)],
	['Supplies of Otii 2', legacySupplyCommands(noBattery)],
];
export const commands: readonly Command[] = [...automationCommands, ...batteryGroups.flatMap(([, rows]) => rows)];

const groups: readonly (readonly [title: string, rows: readonly Command[]])[] = [
	['Session and licences', sessionCommands],
	['Application', applicationCommands],
	['Devices', deviceCommands],
	['Expansion port, UART and channels', expansionCommands],
	['Projects', projectCommands],
	['Recordings', [...recordingCommands, ...importLogCommands]],
	['User logs', userLogCommands],
	...batteryGroups,
];

/** The page, with its generated parts made anew: each stands between `<!-- name -->` and `<!-- end -->`. */
export function withGeneratedParts(page: string): string {
	const sections = groups.map(([title, rows]) => `### ${title}\n\n${rowsTable(rows)}`);
	const parts: Readonly<Record<string, string>> = { commands: sections.join('\n\n'), subscriptions: rowsTable(subscriptionCommands), errors: errorTable() };
	return page.replace(/<!-- (\w+) -->\n[\s\S]*?<!-- end -->/g, (_all, name: string) => {
		if (!Object.hasOwn(parts, name)) throw new Error(`There is no generated part ${name}.`);
		return `<!-- ${name} -->\n\n${parts[name]}\n\n<!-- end -->`;
	});
}

function rowsTable(rows: readonly Command[]): string {
	const lines = rows.map((row) => {
		const also = (row.aliases ?? []).map((alias) => `, also \`${alias}\``).join('');
		return `| \`${row.name}\`${also} | ${keysText(row.request)} | ${row.response ? answerText(row.response) : '–'} | ${licence(row)} | ${cell(row.brief)} |`;
	});
	return ['| command | keys of the request | of the response | licence | |', '|---|---|---|---|---|', ...lines].join('\n');
}

function licence({ needs }: Command): string {
	return needs === 'nothing' ? '–' : needs === 'automation' ? 'A' : 'A + B';
}

function errorTable(): string {
	const lines = Object.entries(wireCodes).map(
		([code, { brief, data }]) => `| \`${code}\` | ${(data as readonly string[]).map((key) => `\`${key}\``).join(', ') || '–'} | ${cell(brief)} |`,
	);
	return ['| `errorcode` | keys of `data` | |', '|---|---|---|', ...lines].join('\n');
}

function keysText({ properties, ...schema }: TObject): string {
	const required: readonly string[] = schema.required ?? [];
	const keys = Object.entries(properties).map(([key, schema]) => `\`${key}\`${required.includes(key) ? '' : '?'} ${cell(schemaText(schema))}`);
	return keys.join('; ') || '–';
}

function answerText(schema: TSchema): string {
	return Type.IsObject(schema) ? keysText(schema) : cell(schemaText(schema));
}

function schemaText(schema: TSchema): string {
	if (Type.IsUnion(schema)) return schema.anyOf.map(schemaText).join(' or ');
	if (Type.IsLiteral(schema)) return `\`${JSON.stringify(schema.const)}\``;
	if (Type.IsArray(schema)) return `list of ${schemaText(schema.items)}`;
	if (Type.IsObject(schema)) return `{ ${keysText(schema)} }`;
	const { type, minimum, maximum, exclusiveMinimum, maxLength } = schema as { type?: string; minimum?: number; maximum?: number; exclusiveMinimum?: number; maxLength?: number };
	const limits = [
		minimum === undefined ? '' : ` from ${minimum}`,
		exclusiveMinimum === undefined ? '' : ` above ${exclusiveMinimum}`,
		maximum === undefined ? '' : ` to ${maximum}`,
		maxLength === undefined ? '' : ` up to ${maxLength} characters`,
	];
	return `${type === undefined ? 'any' : type === 'integer' ? 'whole number' : type}${limits.join('')}`;
}

const cell = (text: string) => text.replaceAll('|', '\\|');

/** The client's types, formatted. */
export function clientTypes(): string {
	const names = commands.map(({ name }) => `	'${name}',`);
	const source = `/**
 * The command table as types, for the client library: written by \`node tools/scripting-reference.ts\`, and not by hand.
 */

/** Every command: the keys of its request, and what its response has. */
export interface Commands {
${commands.map(commandType).join('\n')}
}

/** Those of the WebSocket alone. */
export interface SubscriptionCommands {
${subscriptionCommands.map(commandType).join('\n')}
}

export const commandNames = [
${names.join('\n')}
] as const satisfies readonly (keyof Commands)[];
`;
	const biome = fileURLToPath(new URL('../node_modules/@biomejs/biome/bin/biome', import.meta.url));
	return execFileSync(process.execPath, [biome, 'format', `--stdin-file-path=${typesFile}`], {
		input: source,
		encoding: 'utf8',
		cwd: fileURLToPath(new URL('..', import.meta.url)),
	});
}

function commandType(row: Command): string {
	const needs = row.needs === 'nothing' ? '' : row.needs === 'automation' ? ' Needs the Automation Toolbox.' : ' Needs the Automation and the Battery Toolbox.';
	return `	/** ${row.brief}${needs} */
	${row.name}: { request: ${typeText(row.request)}; response: ${row.response ? typeText(row.response) : 'undefined'} };`;
}

function typeText(schema: TSchema): string {
	if (Type.IsUnion(schema)) return schema.anyOf.map(typeText).join(' | ');
	if (Type.IsLiteral(schema)) return typeof schema.const === 'string' ? `'${schema.const}'` : String(schema.const);
	if (Type.IsArray(schema)) return `readonly (${typeText(schema.items)})[]`;
	if (Type.IsObject(schema)) {
		const { properties } = schema;
		const required: readonly string[] = schema.required ?? [];
		const keys = Object.entries(properties).map(([key, each]) => `readonly ${/^\w+$/.test(key) ? key : `'${key}'`}${required.includes(key) ? '' : '?'}: ${typeText(each)}`);
		return keys.length === 0 ? 'Record<never, never>' : `{ ${keys.join('; ')} }`;
	}
	const { type } = schema as { type?: string };
	return type === 'integer' ? 'number' : (type ?? 'unknown');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	writeFileSync(pageFile, withGeneratedParts(readFileSync(pageFile, 'utf8')));
	writeFileSync(typesFile, clientTypes());
}
