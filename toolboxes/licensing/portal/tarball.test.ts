import { execFileSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { expect, it } from 'vitest';
import { packageTarball } from './tarball.ts';

it('packs what package.json names, so that tar and npm read it', async () => {
	await using folder = await temporary();
	const deep = `${'a-folder-with-a-long-name/'.repeat(5)}a-file-with-a-long-name-too.js`;
	const files: Record<string, string | Buffer> = {
		'package.json': JSON.stringify({ name: 'example', version: '1.2.3', bin: 'cli/run.js', files: ['cli/run.js', 'dist', 'README.md'] }),
		'cli/run.js': '#!/usr/bin/env node\nconsole.log("it runs");\n',
		'cli/other.js': 'not named',
		[`dist/${deep}`]: 'export {};\n',
		'dist/empty.js': '',
		'dist/block.bin': Buffer.alloc(512, 1),
		'dist/large.bin': Buffer.alloc(300_001, 2),
		'README.md': '# Example\n',
		'secret.txt': 'not named',
	};
	for (const [path, content] of Object.entries(files)) {
		await mkdir(dirname(join(folder.path, 'in', path)), { recursive: true });
		await writeFile(join(folder.path, 'in', path), content);
	}
	await chmod(join(folder.path, 'in/cli/run.js'), 0o755);
	await symlink('/etc/passwd', join(folder.path, 'in/dist/link'));
	const file = join(folder.path, 'example.tgz');
	await pipeline(await packageTarball(join(folder.path, 'in')), createWriteStream(file));

	const listed = execFileSync('tar', ['-tzf', file], { encoding: 'utf8' }).trim().split('\n').sort();
	expect(listed).toEqual(['README.md', 'cli/run.js', 'dist/block.bin', 'dist/empty.js', 'dist/large.bin', `dist/${deep}`, 'package.json'].map((path) => `package/${path}`).sort());
	execFileSync('tar', ['-xzf', file, '-C', folder.path]);
	for (const path of listed) expect(await readFile(join(folder.path, path))).toEqual(Buffer.from(files[path.slice('package/'.length)] as string));
	expect((await stat(join(folder.path, 'package/cli/run.js'))).mode & 0o777).toBe(0o755);
	expect((await stat(join(folder.path, 'package/README.md'))).mode & 0o777).toBe(0o644);

	execFileSync('npm', ['install', '--offline', '--no-audit', '--no-fund', '--prefix', join(folder.path, 'out'), file], { stdio: 'pipe' });
	expect(execFileSync(join(folder.path, 'out/node_modules/.bin/example'), { encoding: 'utf8' })).toBe('it runs\n');
});

async function temporary() {
	const path = await mkdtemp(join(tmpdir(), 'microjoule-tarball-'));
	return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
