/**
 * Builds what cannot run as it lies in the repository: `node build.ts TARGET…`. Everything else is TypeScript that Node runs directly.
 *
 *   kernels   engine/decode/kernels/*.ts (AssemblyScript) → engine/decode/kernels/kernels.wasm
 *   ui        ui/ → dist/ui/, and the portal's pages, toolboxes/licensing/portal/pages/ → dist/portal/
 *   package   everything that the package holds: JavaScript and types of the program in dist/, kernels and page with it
 */

import { execFile } from 'node:child_process';
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { messageOf } from './drivers/errors.ts';
import { portalPages } from './vite.config.ts';

/** Largest size of the kernels' shared memory, in 64 KiB pages: 1 GiB, of which only touched pages cost anything. `memory.ts` says the same. */
const maximumMemoryPages = 16_384;

const targets: Readonly<Record<string, () => Promise<void>>> = { kernels: buildKernels, ui: buildUi, package: buildPackage };

/** Shared imported memory, so that all threads decode in place; the stub runtime, so that the module claims no byte of it. */
async function buildKernels(): Promise<void> {
	const { default: asc } = await import('assemblyscript/asc');
	const kernels = fileURLToPath(new URL('./engine/decode/kernels/', import.meta.url));
	const { error, stderr } = await asc.main(
		[
			'index.ts',
			...['--baseDir', kernels, '--outFile', 'kernels.wasm'],
			...['-O3', '--converge', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--enable', 'threads'],
			...['--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', String(maximumMemoryPages), '--noExportMemory'],
		],
		{},
	);
	if (error) throw new Error(`The kernels do not compile.\n${stderr.toString()}`, { cause: error });
}

async function buildUi(): Promise<void> {
	const { build } = await import('vite');
	await build({ logLevel: 'warn' });
	await build({ logLevel: 'warn', ...portalPages });
}

/** Node does not erase types under node_modules, so the package holds JavaScript. */
async function buildPackage(): Promise<void> {
	await rm('dist', { recursive: true, force: true });
	await buildKernels();
	await promisify(execFile)('node_modules/.bin/tsc', ['--project', 'tsconfig.package.json']);
	await mkdir('dist/engine/decode/kernels', { recursive: true });
	for (const file of ['engine/decode/kernels/kernels.wasm', 'toolboxes/licensing/portal/shop/prices.yaml']) await copyFile(file, `dist/${file}`);
	await buildUi();
}

const named = process.argv.slice(2);
try {
	for (const name of named) if (!Object.hasOwn(targets, name)) throw new Error(`There is no target ${name}. Targets: ${Object.keys(targets).join(', ')}.`);
	if (named.length === 0) throw new Error(`Usage: node build.ts TARGET… Targets: ${Object.keys(targets).join(', ')}.`);
	for (const name of named) await targets[name]();
} catch (error) {
	console.error(messageOf(error));
	process.exitCode = 1;
}
