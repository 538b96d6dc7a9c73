/** The examples, run as they stand: the pipelines' own commands in a copy of the folder, and pytest where the official Python client is installed. */

import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { temporaryFolder } from './testing.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const examples = here('../examples/');

/** A copy of the examples, and an environment that has the programs as an installation does, and a home of its own. */
function workspace() {
	const folder = temporaryFolder();
	cpSync(examples, folder, { recursive: true });
	for (const [name, file] of [
		['microjoule', './microjoule.js'],
		['otii_server', './otii-server.js'],
	]) {
		const program = join(folder, name);
		writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${here(file)}' "$@"\n`);
		chmodSync(program, 0o755);
	}
	const env = {
		...process.env,
		PATH: `${folder}${delimiter}${process.env.PATH}`,
		HOME: folder,
		XDG_DATA_HOME: join(folder, 'data'),
		GITHUB_STEP_SUMMARY: join(folder, 'shown.md'),
	};
	const shell = (command: string) =>
		new Promise<{ code: number; output: string }>((resolve) =>
			execFile('sh', ['-c', command], { cwd: folder, env }, (error, stdout, stderr) => resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr })),
		);
	return { folder, shell };
}

const read = (path: string) => readFileSync(join(examples, path), 'utf8');

/** Commands of each pipeline, without the one that installs the package: it is under test here. */
const pipelines: Readonly<Record<string, () => string[]>> = {
	'GitHub Actions': () => {
		const { jobs } = parse(read('ci/github-actions.yml')) as { jobs: Record<string, { steps: { run?: string }[] }> };
		return Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));
	},
	GitLab: () => (parse(read('ci/gitlab-ci.yml')) as { energy: { script: string[] } }).energy.script,
	Jenkins: () => [...read('ci/Jenkinsfile').matchAll(/\bsh '([^']+)'/g)].map(([, command]) => command),
};

describe.skipIf(process.platform === 'win32')('a pipeline', { timeout: 60_000 }, () => {
	it.each(Object.keys(pipelines))('of %s keeps to its budget, in a home where nobody ever signed in', async (name) => {
		const commands = pipelines[name]().filter((command) => !command.includes('npm install'));
		expect(commands.some((command) => command.startsWith('microjoule budget run '))).toBe(true);
		const { folder, shell } = workspace();
		for (const command of commands) {
			const { code, output } = await shell(command);
			expect(code, `${command}\n${output}`).toBe(0);
		}
		expect(readFileSync(join(folder, 'energy', 'junit.xml'), 'utf8')).toContain('failures="0"');
		expect(readFileSync(join(folder, 'energy', 'summary.md'), 'utf8')).toContain('(baseline)');
		expect(existsSync(join(folder, 'energy', 'project', 'recordings', '003'))).toBe(true);
	});
});

const official = (() => {
	try {
		execFileSync('python3', ['-c', 'import pytest, otii_tcp_client'], { stdio: 'ignore' });
		return true;
	} catch {
		return false;
	}
})();

it.skipIf(!official)("pytest measures through the official client (needs Python's otii_tcp_client and pytest)", { timeout: 90_000 }, async () => {
	const { shell } = workspace();
	const { code, output } = await shell('python3 -m pytest -q pytest');
	expect(output).toContain('1 passed');
	expect(code).toBe(0);
});
