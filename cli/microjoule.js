#!/usr/bin/env node
/**
 * The program's entry. In the repository it runs the TypeScript sources, in the installed package the built JavaScript. Under a Node that is
 * too old for either it starts again with the Node 24 that the repository's `npm ci` brings, or says what is needed.
 */

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

if (Number.parseInt(process.versions.node, 10) >= 24) {
	const sources = here('./main.ts');
	await import(existsSync(sources) ? './main.ts' : '../dist/cli/main.js');
} else {
	const node = here('../node_modules/node/bin/node');
	if (existsSync(node)) {
		for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {}); // the child decides
		const { status, signal } = spawnSync(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
		process.exitCode = status ?? (signal === 'SIGINT' ? 130 : 143);
	} else {
		console.error(`microjoule needs Node.js 24 or newer; this is ${process.version}.`);
		process.exitCode = 1;
	}
}
